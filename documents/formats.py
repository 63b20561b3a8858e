"""How quantities and unit prices look: with no zeros that say nothing, but prices with two decimals at least."""

from decimal import Decimal

from crm.formats import format_typed_number


def trimmed(value: Decimal, *, decimals: int = 0) -> Decimal:
    """`value` without zeros at its end, but for the first `decimals` places."""
    least = Decimal(1).scaleb(-decimals)
    normal = value.normalize()
    exponent = normal.as_tuple().exponent
    return normal if isinstance(exponent, int) and exponent < -decimals else value.quantize(least)


def format_price(value: Decimal) -> str:
    """A unit price: `10,00`, `0,1234`."""
    return format_typed_number(trimmed(value, decimals=2))


def format_quantity(value: Decimal) -> str:
    """A quantity or discount: `2`, `0,5`."""
    return format_typed_number(trimmed(value))
