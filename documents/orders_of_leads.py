"""What leads ask about their orders (settings.LEAD_HAS_ORDER)."""

from documents.kinds import ORDERS
from documents.models import Order


def has_order(*, lead_id: int) -> bool:
    """Whether the lead has an order that is confirmed or fulfilled."""
    return Order.objects.filter(lead=lead_id, state__in=ORDERS.summed).exists()
