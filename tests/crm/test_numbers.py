"""Numbers as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.numbers import parse_decimal


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 234,50", "1234.50"),
        ("1234.50", "1234.50"),
        ("1\u00a0234,50 zł", "1234.50"),
        ("1\u202f234,5", "1234.5"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1 234 567,89 PLN", "1234567.89"),
        ("−5,00", "-5.00"),
        (",5", "0.5"),
        ("0", "0"),
    ],
)
def test_usual_spellings_are_read(typed: str, meant: str) -> None:
    assert parse_decimal(typed) == Decimal(meant)


def test_known_decimal_mark_settles_what_is_ambiguous() -> None:
    assert parse_decimal("1.234", decimal_mark=",") == 1234
    assert parse_decimal("1.234", decimal_mark=".") == Decimal("1.234")


@pytest.mark.parametrize(
    "typed", ["", "zł", "1e400", "NaN", "inf", "12 34", "1 2345", "1,2,3.4", "--5", "0x10", "9" * 60, "١٢", "1;2"]
)
def test_everything_else_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        parse_decimal(typed)
