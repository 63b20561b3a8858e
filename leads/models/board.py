"""What the board keeps: where each user has put cards in a column, and how much stands in it."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import LeadStatus, User
from leads.models.lead import Lead


class RankField(models.DecimalField):  # type: ignore[type-arg]
    """A number with as many digits as it needs: between two of them there is always another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 1000, "decimal_places": 900})

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class BoardPosition(models.Model):
    """The place that a user gave a card in the column `status`; cards without one stand by age, the newest first.

    A smaller rank stands higher. `is_here` tells whether the lead stands in that status now: a trigger of leads keeps
    it, so that a card that left the column and comes back finds its place, and costs nothing meanwhile.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="board_positions")
    status = models.ForeignKey(LeadStatus, on_delete=models.CASCADE, related_name="+")
    rank = RankField()
    is_here = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("place on the board")
        verbose_name_plural = _("places on the board")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "lead"], name="boardposition_unique"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                "user", "status", "rank", models.F("lead").desc(), name="boardposition_order", condition=Q(is_here=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.lead_id} → {self.rank}"

    @staticmethod
    def default_rank(lead_id: int) -> Decimal:
        """The rank of a card that the user has not moved."""
        return Decimal(-lead_id)


class ColumnTotal(models.Model):
    """A part of the number of leads of a sales person (of nobody: NULL) in a status, and of their expected revenue; the
    column's are the sums of its rows.

    A trigger of leads adds a row for what each statement changed, and changes none: writers of the same column never
    wait for each other. A task puts the rows together now and then (leads/services/board.py).
    """

    status = models.ForeignKey(LeadStatus, on_delete=models.CASCADE, related_name="+")
    # A part of a sum that a deleted user's name stands on may wait to be put together: nothing refers to the user.
    sales_person = models.ForeignKey(
        User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    leads = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=30, decimal_places=2)

    class Meta:
        verbose_name = _("total of a column")
        verbose_name_plural = _("totals of columns")

    def __str__(self) -> str:
        return f"{self.status_id}: {self.leads}, {self.revenue}"
