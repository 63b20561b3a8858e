"""The leads of a partner, as its card shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from crm.models import User
from leads.models import Lead

SHOWN = 20


@dataclass(frozen=True, slots=True)
class PartnerLeads:
    """What one user may see of a partner's leads: the first ones (open before closed, the newest first) and sums."""

    rows: Sequence[Lead]
    count: int
    open_count: int
    open_revenue: Decimal
    won_count: int
    won_revenue: Decimal

    @property
    def not_shown(self) -> int:
        return self.count - len(self.rows)


def leads_of_partner(partner_id: int, *, user: User) -> PartnerLeads:
    """The leads of the partner that `user` may see, in two queries."""
    leads = Lead.objects.visible_to(user).filter(partner=partner_id)
    is_open, is_won = Q(is_closed=False), Q(status__is_won=True)
    sums = leads.aggregate(
        count=Count("pk"),
        open_count=Count("pk", filter=is_open),
        open_revenue=Sum("expected_revenue", filter=is_open, default=Decimal(0)),
        won_count=Count("pk", filter=is_won),
        won_revenue=Sum("expected_revenue", filter=is_won, default=Decimal(0)),
    )
    rows = leads.select_related("status", "priority", "sales_person").order_by("is_closed", "-pk")[:SHOWN]
    return PartnerLeads(rows=list(rows), **sums)
