"""The buttons **Utwórz zamówienie** and **Utwórz fakturę** on the card of a lead."""

from django.urls import reverse
from django.utils.crypto import get_random_string

from crm.current import system_settings
from crm.models import User
from documents.kinds import INVOICES, ORDERS, Kind
from documents.permissions import may_create
from leads.card_actions import CardAction
from leads.models import Lead


def create_order(*, lead: Lead, user: User) -> CardAction | None:
    """Only when „Typ zamówienia” is set and `user` may create orders."""
    return create_action(ORDERS, lead=lead, user=user)


def create_invoice(*, lead: Lead, user: User) -> CardAction | None:
    """Only when „Typ faktury” is set and `user` may create invoices."""
    return create_action(INVOICES, lead=lead, user=user)


def create_action(kind: Kind, *, lead: Lead, user: User) -> CardAction | None:
    """The button that makes a document of the kind; None when its type is not set or `user` may not."""
    if not may_create(user, kind) or kind.default_type(system_settings()) is None:
        return None
    url = reverse(f"documents:lead_{kind.name}_create", args=[lead.pk])
    token = get_random_string(22)  # a double click sends it twice, and makes one document
    return CardAction(f"lead-create-{kind.name}", kind.create_label, kind.icon, f"{url}?token={token}", way="post")
