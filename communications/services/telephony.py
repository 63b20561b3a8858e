"""Telephony accounts: what people set up, what refuses notifications, and who is told when that goes on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation

from communications.models import TelephonyAccount, TelephonyHealth
from communications.telephony import outside
from communications.telephony.memory import remember_first
from communications.telephony.problems import CallFailed
from crm.models import NotificationKind, User
from crm.people import users_with
from crm.services.notifications import notify
from crm.services.records import Keeper, delete_unused

# A refusal is written down so often at most: whoever sends nonsense does not make the database work.
NOTED_EVERY = 1  # seconds
LONGEST = 300
TOLD_AFTER = timedelta(hours=1)


def _clean_url(url: str) -> str:
    if url:
        try:
            outside.check_url(url)
        except CallFailed as refusal:
            raise ValidationError(str(refusal)) from refusal
    return url


ACCOUNTS = Keeper(model=TelephonyAccount, cleaners={"callback_url": _clean_url})


def save_account(
    *, account: TelephonyAccount | None, values: Mapping[str, Any], by: User | None, version: int | None = None
) -> TelephonyAccount:
    """Store a telephony account. Raises StaleObject, ValidationError."""
    with transaction.atomic():
        stored = ACCOUNTS.save(row=account, values=values, by=by, version=version)
        TelephonyHealth.objects.get_or_create(account=stored)
    return stored


def delete_account(*, account: TelephonyAccount, by: User | None) -> None:
    """Delete an account that has no calls. Raises InUse."""
    delete_unused(account, by=by)


def check_account(*, account: TelephonyAccount) -> str:
    """Ask the provider whether the account works; a sentence about it. Raises CallFailed."""
    return account.provider.check(account.credentials)


def note_refusal(*, kind: str, reason: str) -> None:
    """Let the accounts of a kind tell that a notification was refused, and why."""
    if not remember_first(f"telephony-refusal:{kind}", seconds=NOTED_EVERY):
        return
    now = timezone.now()
    TelephonyHealth.objects.filter(account__kind=kind, account__is_active=True).update(
        refused_at=now, refusal=reason[:LONGEST], failing_since=Coalesce(F("failing_since"), Value(now))
    )


def tell_of_refusals() -> None:
    """Tell who sets telephony up of accounts whose notifications were refused for over an hour, with no good one in
    between; once. A single stray request is no failure.
    """
    failing = TelephonyAccount.objects.active().filter(
        health__refused_at__gte=F("health__failing_since") + TOLD_AFTER, health__told_at__isnull=True
    )
    for account in failing.select_related("health"):
        with transaction.atomic():
            # Two that look at the same moment: one of them tells.
            if TelephonyHealth.objects.filter(account=account, told_at=None).update(told_at=timezone.now()):
                for user in users_with("communications.manage_telephony"):
                    _tell(user, account)


def _tell(user: User, account: TelephonyAccount) -> None:
    with translation.override(user.language):
        notify(
            user=user,
            kind=NotificationKind.TELEPHONY,
            what=account.name,
            details=account.health.refusal_text,
            url=reverse("communications:telephony_list"),
        )


def note_success(*, account: TelephonyAccount) -> None:
    """A good notification came: what failed before is over."""
    if account.health.failing_since is not None:
        TelephonyHealth.objects.filter(account=account).update(failing_since=None, told_at=None)
