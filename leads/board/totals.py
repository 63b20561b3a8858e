"""How many leads stand in each column, and the sum of their expected revenue: of what a user sees and has filtered."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from crm.models import User, Visibility
from crm.visibility import visibility_of
from leads.filters import LeadFilter
from leads.models import ColumnTotal


@dataclass(frozen=True, slots=True)
class Total:
    """What stands in a column."""

    leads: int = 0
    revenue: Decimal = Decimal(0)


def column_totals(leads: LeadFilter, *, user: User) -> Mapping[int, Total]:
    """The totals of every status with leads, in one query: of the whole board from what triggers keep, else counted."""
    if leads.is_default and visibility_of(user) is Visibility.ALL:
        kept = ColumnTotal.objects.order_by().values_list("status").annotate(Sum("leads"), Sum("revenue"))
        return {status: Total(count, revenue) for status, count, revenue in kept}
    counted = leads.qs.order_by().values_list("status").annotate(Count("pk"), Sum("expected_revenue"))
    return {status: Total(count, revenue or Decimal(0)) for status, count, revenue in counted}
