"""The leads that a bulk change is about: those ticked in the list, or all that its filter finds."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from crm.numbers import parse_id
from leads.filters import LeadFilter
from leads.models import Lead
from leads.querysets import LeadQuerySet

MOST_TICKED = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """IDs as they were ticked, or (`ids` None) the filter of the list as it stands in an address."""

    ids: tuple[int, ...] | None
    filter: str = ""

    def found(self, user: User) -> LeadQuerySet:
        """The leads of it that exist for `user`, now. Raises RuleError for a filter that has no answer."""
        leads = Lead.objects.visible_to(user)
        if self.ids is not None:
            return leads.filter(pk__in=self.ids)
        filtered = LeadFilter(QueryDict(self.filter), leads, user=user)
        if not filtered.is_valid():
            raise RuleError(_("The filter has a wrong value."))
        found: LeadQuerySet = filtered.qs
        return found

    def count(self, user: User) -> int:
        """How many there are. What was ticked counts as it was ticked, gone or not: each is answered for itself."""
        return len(self.ids) if self.ids is not None else self.found(user).count()


def read_selection(data: QueryDict) -> Selection:
    """The selection that a form brings. Raises RuleError when it is empty, damaged or too long."""
    if data.get("all"):
        return Selection(ids=None, filter=data.get("filter", ""))
    given = [part for part in data.get("ids", "").split(",") if part]
    ids = [pk for pk in map(parse_id, given) if pk]
    if not ids or len(ids) != len(given):
        raise RuleError(_("No lead is selected."))
    if len(ids) > MOST_TICKED:
        raise RuleError(_("So many leads can't be ticked one by one. Use the filter and select all that match."))
    return Selection(ids=tuple(sorted(set(ids))))
