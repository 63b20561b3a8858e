"""How many leads stand in each column, and the sum of their expected revenue: of what a user sees and has filtered."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from crm.models import User
from crm.visibility import visible_leads
from leads.filters import LeadFilter
from leads.models import ColumnTotal

# The filters that the kept totals can answer.
KEPT_BY = {"mine", "sales_person"}


@dataclass(frozen=True, slots=True)
class Total:
    """What stands in a column."""

    leads: int = 0
    revenue: Decimal = Decimal(0)


def column_totals(leads: LeadFilter, *, user: User) -> Mapping[int, Total]:
    """The totals of every status with leads, in one query: those of sales people, however many the user sees, from what
    triggers keep; with any other filter counted.
    """
    if {name for name, _value in leads.asked()} <= KEPT_BY:
        kept = _kept(leads, user).order_by().values_list("status").annotate(Sum("leads"), Sum("revenue"))
        return {status: Total(count, revenue) for status, count, revenue in kept}
    counted = leads.qs.order_by().values_list("status").annotate(Count("pk"), Sum("expected_revenue"))
    return {status: Total(count, revenue or Decimal(0)) for status, count, revenue in counted}


def _kept(leads: LeadFilter, user: User) -> "QuerySet[ColumnTotal]":
    """The kept totals of the sales people whose leads `user` sees and has asked for: their rows say whose they are, by
    the same column as leads do.
    """
    kept: Any = ColumnTotal.objects.filter(visible_leads(user))
    for name, value in leads.form.cleaned_data.items():
        if name in KEPT_BY and value:
            kept = leads.filters[name].filter(kept, value)
    return kept  # type: ignore[no-any-return]
