"""What a document costs: pure arithmetic in Decimal, by the Polish VAT act.

VAT is counted once a rate, from the sum of the rate's net amounts (art. 106e ust. 1 pkt 13-14), or by the formula
G × r / (100 + r) from the sum of its gross amounts where prices are gross (art. 106e ust. 7 pkt 1), and rounded to the
grosz, half a grosz up (art. 106e ust. 11). The lines share the VAT of their rate out, so that lines, rates and header
always agree to the grosz.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Protocol

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
HUNDRED = Decimal(100)
# The rates of the act in the order of the VAT table; „zw.” (exempt) and „np.” (outside Polish VAT) bear no tax.
RATES: dict[str, Decimal] = {
    "23": Decimal(23),
    "8": Decimal(8),
    "5": Decimal(5),
    "0": Decimal(0),
    "zw": Decimal(0),
    "np": Decimal(0),
}
# Enough digits that no product of a quantity, a price and a discount is rounded before it is meant to be.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class Priced(Protocol):
    """A line as far as money goes: the price is of one unit, the discount in per cent."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    vat_rate: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net, VAT and gross, in the document's currency, with two decimals."""

    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class RateAmounts(Amounts):
    """The sums of one VAT rate: a row of the VAT table."""

    vat_rate: str


@dataclass(frozen=True, slots=True)
class Totals(Amounts):
    """The sums of a document, of its lines in their order, and of its rates in the order of the act."""

    lines: tuple[Amounts, ...]
    rates: tuple[RateAmounts, ...]


def rounded(amount: Decimal) -> Decimal:
    """To the grosz; from half a grosz on up (away from zero for a correction's negative amounts)."""
    return amount.quantize(CENT, context=_EXACT)


def line_value(line: Priced) -> Decimal:
    """Quantity × price less the discount, rounded: net or gross, as the document's prices are."""
    full = _EXACT.multiply(line.quantity, line.price)
    return rounded(_EXACT.divide(_EXACT.multiply(full, HUNDRED - line.discount), HUNDRED))


def vat_of(value: Decimal, vat_rate: str, *, gross: bool) -> Decimal:
    """The VAT on a net `value`, or the VAT inside a `gross` one, rounded. KeyError for a rate the act does not know."""
    rate = RATES[vat_rate]
    return rounded(_EXACT.divide(_EXACT.multiply(value, rate), HUNDRED + rate if gross else HUNDRED))


def compute(lines: Sequence[Priced], *, gross: bool) -> Totals:
    """All amounts of a document whose prices are `gross` or net.

    The VAT of a line is what the VAT of its rate grows by when the line is added to those before it: it is never more
    than a grosz away from the line's own VAT, and the sum of the lines is the rate's VAT exactly.
    """
    sums: dict[str, Amounts] = {}
    found = []
    for line in lines:
        before = sums.get(line.vat_rate, Amounts(NOTHING, NOTHING, NOTHING))
        value = (before.gross if gross else before.net) + line_value(line)
        vat = vat_of(value, line.vat_rate, gross=gross)
        after = Amounts(value - vat, vat, value) if gross else Amounts(value, vat, value + vat)
        sums[line.vat_rate] = after
        found.append(Amounts(after.net - before.net, after.vat - before.vat, after.gross - before.gross))
    rates = tuple(
        RateAmounts(net=sums[rate].net, vat=sums[rate].vat, gross=sums[rate].gross, vat_rate=rate)
        for rate in RATES
        if rate in sums
    )
    return Totals(
        net=sum((rate.net for rate in rates), NOTHING),
        vat=sum((rate.vat for rate in rates), NOTHING),
        gross=sum((rate.gross for rate in rates), NOTHING),
        lines=tuple(found),
        rates=rates,
    )


def exchanged(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount of the document in the system currency; `rate` is what one unit of the document's currency costs."""
    return rounded(_EXACT.multiply(amount, rate))


def difference(before: Totals, after: Totals) -> Totals:
    """What a correction changes: the sums `after` it less those before, for each rate of either (art. 106j section 2
    point 5). It has no lines of its own.
    """
    rates = []
    for rate in RATES:
        old, new = (next((sums for sums in totals.rates if sums.vat_rate == rate), None) for totals in (before, after))
        if old or new:
            less, more = old or Amounts(NOTHING, NOTHING, NOTHING), new or Amounts(NOTHING, NOTHING, NOTHING)
            rates.append(
                RateAmounts(
                    net=more.net - less.net, vat=more.vat - less.vat, gross=more.gross - less.gross, vat_rate=rate
                )
            )
    return Totals(
        net=after.net - before.net,
        vat=after.vat - before.vat,
        gross=after.gross - before.gross,
        lines=(),
        rates=tuple(rates),
    )
