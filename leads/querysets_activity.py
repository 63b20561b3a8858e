"""All reads of activities. `visible_to` is the only door: an activity is as visible as its lead or partner."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from leads.models import Activity  # noqa: F401 - the type of the rows


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user: User) -> "ActivityQuerySet":
        """The activities that exist for `user`: those of the leads they see, and of partners if they see these."""
        if not user.is_active:
            return self.none()
        seen = Q(pk__in=())
        if user.has_perm("leads.view_lead"):
            seen |= Q(lead__isnull=False) & visible_leads(user, prefix="lead__")
        if user.has_perm("crm.view_partner"):
            seen |= Q(partner__isnull=False)
        return self.filter(seen)

    def open(self) -> "ActivityQuerySet":
        """Those still to be done."""
        return self.filter(done_at__isnull=True)

    def done(self) -> "ActivityQuerySet":
        return self.filter(done_at__isnull=False)

    def overdue(self) -> "ActivityQuerySet":
        """Open ones whose day, or moment, has passed."""
        today, now = _today(), timezone.localtime().time()
        return self.open().filter(Q(due_on__lt=today) | Q(due_on=today, due_at__lt=now))

    def due_today(self) -> "ActivityQuerySet":
        """Open ones of today whose moment has not passed."""
        now = timezone.localtime().time()
        return self.open().filter(Q(due_at__isnull=True) | Q(due_at__gte=now), due_on=_today())

    def planned(self) -> "ActivityQuerySet":
        """Open ones of a later day."""
        return self.open().filter(due_on__gt=_today())

    def due(self) -> "ActivityQuerySet":
        """Open ones of today and before: what „Mój dzień” asks to be done."""
        return self.open().filter(due_on__lte=_today())

    def assigned_to(self, user: User) -> "ActivityQuerySet":
        return self.filter(assignee=user)

    def soonest_first(self) -> "ActivityQuerySet":
        """In the order in which they are due; of one day, those with a time first."""
        return self.order_by("due_on", F("due_at").asc(nulls_last=True), "pk")

    def with_rows(self) -> "ActivityQuerySet":
        """With what a list shows of them: type, people, lead, partner."""
        return self.select_related("type", "assignee", "done_by", "lead", "partner")


def _today() -> date:
    return timezone.localdate()
