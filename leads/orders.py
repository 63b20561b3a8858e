"""Whether a lead has an order: asked of the app that keeps them, by the function that LEAD_HAS_ORDER names."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class OrderLookup(Protocol):
    """Tells whether the lead with this ID has an order that counts."""

    def __call__(self, *, lead_id: int) -> bool: ...


def has_order(lead_id: int | None) -> bool:
    """Whether the lead has a confirmed order; a lead that is not stored yet has none."""
    if lead_id is None:
        return False
    lookup: OrderLookup = import_string(settings.LEAD_HAS_ORDER)
    return lookup(lead_id=lead_id)
