"""Choosing the shared account „for leads”."""

from django.db import transaction
from django.utils.translation import gettext as _

from communications.models import MailAccount
from crm.errors import RuleError
from crm.history import acting_as
from crm.models import User


def choose_leads_account(*, account: MailAccount | None, by: User) -> None:
    """Let people without an own account write from `account` first (None: from any shared one).

    Raises RuleError at `leads_account` when it is somebody's own, stopped, or sends nothing.
    """
    with transaction.atomic(), acting_as(by):
        if account is not None:
            fit = MailAccount.objects.fit_for_leads().select_for_update().filter(pk=account.pk)
            if not fit.exists():
                text = _("Nothing can be sent from this account any more. Choose another one.")
                raise RuleError(text, field="leads_account")
        MailAccount.objects.filter(is_for_leads=True).update(is_for_leads=False)
        if account is not None:
            MailAccount.objects.filter(pk=account.pk).update(is_for_leads=True)
