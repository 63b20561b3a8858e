"""Accounts that have not worked for long: somebody who can do something about it is told, once a failure."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from communications.imap.problems import account_sentence
from communications.models import AccountHealth, MailAccount
from crm.models import NotificationKind, User
from crm.people import users_with
from crm.services.notifications import notify

TOLD_AFTER = timedelta(hours=1)


def tell_of_failures() -> None:
    """Tell the managers of shared accounts, and owners of their own ones, of accounts that fail for over an hour."""
    now = timezone.now()
    failing = MailAccount.objects.filter(
        is_active=True, health__failing_since__lt=now - TOLD_AFTER, health__told_at__isnull=True
    )
    for account in failing.select_related("health", "owner"):
        with transaction.atomic():
            # Two that look at the same moment: one of them tells.
            if AccountHealth.objects.filter(account=account, told_at=None).update(told_at=now):
                _tell(account)


def _tell(account: MailAccount) -> None:
    for user in _those_who_can_help(account):
        with translation.override(user.language):
            notify(
                user=user,
                kind=NotificationKind.MAIL_ACCOUNT,
                what=account.name,
                details=account_sentence(account),
                url=reverse("communications:account_edit", args=[account.pk]),
            )


def _those_who_can_help(account: MailAccount) -> Iterable[User]:
    return [account.owner] if account.owner else users_with("communications.manage_shared_accounts")
