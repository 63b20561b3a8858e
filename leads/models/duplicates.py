"""What is known of two leads that look alike."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import User
from leads.models.lead import Lead


class LeadPair(models.Model):
    """Two leads, the older one first: background work found their names alike, or a person said that they are two
    („To nie duplikat”). What else they have in common is looked up when it is asked for.
    """

    first = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="pairs_as_first")
    second = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="pairs_as_second")
    has_similar_names = models.BooleanField(default=False)
    dismissed_at = models.DateTimeField(_("not a duplicate since"), null=True)
    dismissed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("pair of leads")
        verbose_name_plural = _("pairs of leads")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="leadpair_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="leadpair_older_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} · {self.second_id}"


class NameScan(models.Model):
    """How far background work has compared names: the last event of the leads' history that it has seen. One row."""

    last_event = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("comparison of names")
        verbose_name_plural = _("comparisons of names")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(pk=1), name="namescan_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.last_event)
