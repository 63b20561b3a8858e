"""Whether an invoice is paid: it and its corrections are settled together. Pure arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Balance:
    """What an invoice with its issued corrections asks for, and what was paid of it, in the invoice's currency."""

    asked: Decimal
    paid: Decimal

    @property
    def left(self) -> Decimal:
        """Still to be paid; below zero when money has to go back."""
        return self.asked - self.paid

    @property
    def to_return(self) -> Decimal:
        """What has to go back to the customer."""
        return max(-self.left, NOTHING)

    def settles(self, gross: Decimal) -> bool:
        """Whether a document of the family over `gross` is settled: one that asks for money when nothing is left to be
        paid, one that gives money back when nothing is left to be returned.
        """
        return self.left <= 0 if gross > 0 else self.left >= 0


def balance_of(gross: Decimal, *, corrections: Iterable[Decimal], paid: Decimal) -> Balance:
    """The balance of an invoice over `gross` whose issued corrections change it by `corrections`."""
    return Balance(asked=sum(corrections, gross), paid=paid)


def is_overdue(due_on: date | None, *, today: date, is_due: bool) -> bool:
    """Whether an invoice that waits for its money (`is_due`) should have been paid before today."""
    return is_due and due_on is not None and due_on < today
