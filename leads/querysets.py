"""All reads of leads. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models

from crm.models import LeadStatus, LeadTypeStatus, User
from crm.visibility import visible_leads
from leads.rules import Funnel

if TYPE_CHECKING:
    from leads.models import Lead


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User) -> "LeadQuerySet":
        """The leads that exist for `user` (an active, signed-in one; nothing for anybody else)."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(visible_leads(user))

    def open(self) -> "LeadQuerySet":
        return self.filter(is_closed=False)

    def closed(self) -> "LeadQuerySet":
        return self.filter(is_closed=True)


def load_funnel() -> Funnel:
    """The funnel as it is set up now, in two queries."""
    ticks: dict[int, set[int]] = {}
    for type_id, status_id in LeadTypeStatus.objects.values_list("type_id", "status_id"):
        ticks.setdefault(type_id, set()).add(status_id)
    return Funnel(
        statuses={status.pk: status for status in LeadStatus.objects.all()},
        ticks={type_id: frozenset(statuses) for type_id, statuses in ticks.items()},
    )
