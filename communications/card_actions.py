"""What e-mails add to the card of a lead."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communications.composing import mailto, may_write
from communications.mail_writing import is_address
from communications.models import MailAccount
from crm.models import User
from leads.card_actions import CardAction
from leads.models import Lead


def write_email(*, lead: Lead, user: User) -> CardAction | None:
    """Napisz e-mail: for a lead with a valid address. Who has no account to send from gets their own mail program."""
    if not may_write(user) or not is_address(lead.email):
        return None
    label = _("Write an e-mail")
    if not MailAccount.objects.sendable_by(user).exists():
        return CardAction("lead-email", label, "mail", mailto([lead.email]), is_at_hand=True)
    url = f"{reverse('communications:mail_compose')}?lead={lead.pk}"
    return CardAction("lead-email", label, "mail", url, way="dialog", is_at_hand=True)
