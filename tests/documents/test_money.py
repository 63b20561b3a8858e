"""Amounts: lines, VAT rates and header agree to the grosz, and VAT is that of the act, whatever is put in."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.money import RATES, compute, exchanged, line_value, vat_of


@dataclass
class Line:
    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)
    vat_rate: str = "23"


def _line(quantity: str, price: str, discount: str = "0", vat_rate: str = "23") -> Line:
    return Line(Decimal(quantity), Decimal(price), Decimal(discount), vat_rate)


def _numbers(lowest: str, highest: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(lowest), Decimal(highest), places=places, allow_nan=False)


LINES = st.lists(
    st.builds(
        Line,
        quantity=_numbers("0.001", "999999.999", 3),
        price=_numbers("0", "99999999.9999", 4),
        discount=_numbers("0", "100", 2),
        vat_rate=st.sampled_from(list(RATES)),
    ),
    max_size=30,
)


@given(lines=LINES, gross=st.booleans())
def test_lines_rates_and_header_agree(lines: list[Line], gross: bool) -> None:
    totals = compute(lines, gross=gross)

    for part in ("net", "vat", "gross"):
        header = getattr(totals, part)
        assert sum(getattr(line, part) for line in totals.lines) == header
        assert sum(getattr(rate, part) for rate in totals.rates) == header
        for rate in totals.rates:
            of_rate = zip(lines, totals.lines, strict=True)
            assert sum(getattr(a, part) for line, a in of_rate if line.vat_rate == rate.vat_rate) == getattr(rate, part)
    for amounts in (totals, *totals.lines, *totals.rates):
        assert amounts.net + amounts.vat == amounts.gross
        assert all(amount == amount.quantize(Decimal("0.01")) for amount in (amounts.net, amounts.vat, amounts.gross))


@given(lines=LINES, gross=st.booleans())
def test_vat_of_a_rate_is_what_the_act_says(lines: list[Line], gross: bool) -> None:
    """Exactly, in fractions: no digit was lost on the way."""
    totals = compute(lines, gross=gross)

    for rate in totals.rates:
        base = Fraction(rate.gross if gross else rate.net)
        per_cent = Fraction(RATES[rate.vat_rate])
        exact = base * per_cent / (100 + per_cent if gross else 100)
        assert Fraction(rate.vat) - exact <= Fraction(1, 200)
        assert exact - Fraction(rate.vat) < Fraction(1, 200)
    for line, amounts in zip(lines, totals.lines, strict=True):
        value = Fraction(line.quantity) * Fraction(line.price) * (1 - Fraction(line.discount) / 100)
        assert abs(Fraction(amounts.gross if gross else amounts.net) - value) <= Fraction(1, 200)
        own = vat_of(line_value(line), line.vat_rate, gross=gross)
        assert abs(amounts.vat - own) <= Decimal("0.01")


def test_vat_is_counted_once_a_rate_and_not_line_by_line() -> None:
    """Three lines of 0.03 net have 0.0207 of VAT: 0.02, though each line alone would have 0.01."""
    totals = compute([_line("1", "0.03")] * 3, gross=False)

    assert (totals.net, totals.vat, totals.gross) == (Decimal("0.09"), Decimal("0.02"), Decimal("0.11"))
    assert [line.vat for line in totals.lines] == [Decimal("0.01"), Decimal("0.00"), Decimal("0.01")]


@pytest.mark.parametrize(
    ("line", "gross", "net", "vat", "total"),
    [
        (_line("1", "100"), False, "100.00", "23.00", "123.00"),
        (_line("1", "123"), True, "100.00", "23.00", "123.00"),
        (_line("3", "33.33", "10", "8"), False, "89.99", "7.20", "97.19"),
        (_line("1", "99.99", vat_rate="5"), True, "95.23", "4.76", "99.99"),
        (_line("1", "100", "100"), False, "0.00", "0.00", "0.00"),
        (_line("1", "100", vat_rate="zw"), False, "100.00", "0.00", "100.00"),
        (_line("1", "100", vat_rate="np"), True, "100.00", "0.00", "100.00"),
        (_line("0.5", "0.01"), False, "0.01", "0.00", "0.01"),
    ],
)
def test_examples(line: Line, gross: bool, net: str, vat: str, total: str) -> None:
    totals = compute([line], gross=gross)

    assert (totals.net, totals.vat, totals.gross) == (Decimal(net), Decimal(vat), Decimal(total))


def test_half_a_grosz_is_rounded_up() -> None:
    assert line_value(_line("1", "0.005")) == Decimal("0.01")
    assert vat_of(Decimal("0.50"), "5", gross=False) == Decimal("0.025").quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_rates_stand_in_the_order_of_the_act() -> None:
    totals = compute([_line("1", "1", vat_rate=rate) for rate in ("np", "5", "23", "zw", "0", "8")], gross=False)

    assert [rate.vat_rate for rate in totals.rates] == ["23", "8", "5", "0", "zw", "np"]


def test_a_document_without_lines_costs_nothing() -> None:
    totals = compute([], gross=False)

    assert (totals.net, totals.vat, totals.gross, totals.lines, totals.rates) == (0, 0, 0, (), ())


def test_a_rate_that_the_act_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError):
        compute([_line("1", "1", vat_rate="7")], gross=False)


def test_an_amount_in_another_currency() -> None:
    assert exchanged(Decimal("100.10"), Decimal("4.312345")) == Decimal("431.67")
