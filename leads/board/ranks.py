"""Numbers between numbers: the ranks of cards. Pure.

A card that its user has not moved has a whole number as its rank (less its ID), a card that was put somewhere never: so
the two are never equal.
"""

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor

# So many decimals fit between two cards; when they are used up, the few cards there are spread anew.
LONGEST = 60
EXACT = Context(prec=200)
HIGHEST = 10**19


def between(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """The shortest rank above `low` and below `high`, near their middle. None: there is no room left.

    Without `low` it is just below `high`, without `high` just above `low`; without both it is any.
    """
    if low is None:
        low = Decimal(-1) if high is None else Decimal(ceil(high) - 1)
    if high is None:
        high = Decimal(floor(low) + 1)
    start, end = Fraction(low), Fraction(high)
    for decimals in range(1, LONGEST + 1):
        unit = 10**decimals
        first, last = floor(start * unit) + 1, ceil(end * unit) - 1
        if first > last:
            continue
        middle = floor((start + end) / 2 * unit)
        middle = min(max(middle, first), last)
        for number in (middle, middle + 1, middle - 1):
            if first <= number <= last and number % unit:
                return Decimal(f"{number}e-{decimals}")
    return None


def spread(whole: int, count: int) -> Sequence[Decimal]:
    """`count` ranks at equal distances between `whole` and the next whole number."""
    decimals = len(str(count + 1)) + 1
    unit = 10**decimals
    return [Decimal(f"{whole * unit + place * unit // (count + 1)}e-{decimals}") for place in range(1, count + 1)]


def sort_key(rank: Decimal) -> str:
    """A text that sorts, letter by letter, as the rank does."""
    whole = floor(rank)
    rest = format(EXACT.subtract(rank, Decimal(whole)), "f").partition(".")[2].rstrip("0")
    return f"{whole + HIGHEST:020d}.{rest}"
