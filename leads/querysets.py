"""All reads of leads. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q

from crm.models import LeadStatus, LeadTypeStatus, Partner, User
from crm.querysets import OneOf
from crm.visibility import visible_leads
from leads.rules import Funnel, is_allowed
from leads.search import search_condition

if TYPE_CHECKING:
    from leads.models import Lead  # noqa: F401 - the type of the rows


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User) -> "LeadQuerySet":
        """The leads that exist for `user` (an active, signed-in one; nothing for anybody else)."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(visible_leads(user))

    def open(self) -> "LeadQuerySet":
        """Otwarta: the status is not marked Zamknięta."""
        return self.filter(is_closed=False)

    def closed(self) -> "LeadQuerySet":
        """Zamknięta: the status is marked so."""
        return self.filter(is_closed=True)

    def search(self, typed: str) -> "LeadQuerySet":
        """The leads that free text finds: see leads/search.py."""
        return self.filter(search_condition(typed))

    def count_up_to(self, limit: int) -> int:
        """How many there are, counting no further than `limit` + 1, in the order they have."""
        return self.values("pk")[: limit + 1].count()

    def stranded(self, funnel: Funnel | None = None) -> "LeadQuerySet":
        """The leads that stand in a status which `funnel` (the present one) does not allow for their type."""
        return self.filter(not_allowed(funnel or load_funnel()))


def of_partner(partner: Partner) -> Q:
    """The condition for rows whose `lead` is one of the partner's, for tables that refer to leads."""
    return Q(OneOf(F("lead"), ArraySubquery(_leads().filter(partner=partner).order_by().values("pk"))))


def _leads() -> LeadQuerySet:
    from leads.models import Lead

    return Lead.objects.all()


def not_allowed(funnel: Funnel) -> Q:
    """The leads whose status `funnel` does not allow: the status rule over all leads at once."""
    archived = [pk for pk, status in funnel.statuses.items() if status.is_archived]
    condition = Q(status__in=archived)
    for type_id in funnel.ticks:
        forbidden = [
            pk for pk, status in funnel.statuses.items() if not is_allowed(funnel, type_id=type_id, status=status)
        ]
        condition |= Q(type=type_id, status__in=forbidden)
    return condition


def load_funnel() -> Funnel:
    """The funnel as it is set up now, in one query."""
    allowing = ArraySubquery(LeadTypeStatus.objects.filter(status=OuterRef("pk")).values("type_id"))
    statuses: dict[int, LeadStatus] = {}
    ticks: dict[int, set[int]] = {}
    for status in LeadStatus.objects.annotate(allowing=allowing):
        statuses[status.pk] = status
        for type_id in status.allowing:
            ticks.setdefault(type_id, set()).add(status.pk)
    return Funnel(statuses=statuses, ticks={type_id: frozenset(allowed) for type_id, allowed in ticks.items()})
