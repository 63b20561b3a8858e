"""„Zadzwoń” on the card of a lead (leads.card_actions.CardActionProvider)."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from communications.services.calls import calling_account
from crm.models import User
from leads.card_actions import CardAction
from leads.models import Lead


def call_lead(*, lead: Lead, user: User) -> CardAction | None:
    """Asks the telephony to call; where it can't, the device calls by itself (RFC 3966). None without a number."""
    if not lead.phone_e164:
        return None
    call = partial(CardAction, "lead-call", _("Call up"), "phone", is_at_hand=True)
    if user.has_perm("communications.view_call") and calling_account(user) is not None:
        return call(reverse("communications:lead_call", args=[lead.pk]), way="post")
    return call(f"tel:{lead.phone_e164}")
