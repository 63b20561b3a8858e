"""Background work on users: mail."""

import smtplib
from typing import Any

from celery import shared_task
from django.core.mail import EmailMessage

from crm.models import Invitation
from crm.services.invitations import send_invitation

RETRIES: dict[str, Any] = {
    "autoretry_for": (OSError, smtplib.SMTPException),
    "retry_backoff": 30,
    "retry_backoff_max": 3600,
    "max_retries": 8,
}


@shared_task(**RETRIES)  # type: ignore[untyped-decorator]
def send_invitation_task(invitation_id: int, origin: str) -> None:
    """Send an invitation that is still open; the last failure stands on it, beside the user."""
    invitation = Invitation.objects.open().select_related("user", "invited_by").filter(pk=invitation_id).first()
    if invitation is not None and invitation.sent_at is None:
        send_invitation(invitation=invitation, origin=origin)


@shared_task(**RETRIES)  # type: ignore[untyped-decorator]
def send_account_mail_task(subject: str, body: str, to: list[str]) -> None:
    """Send a mail about an account: a link to a new password, a notice of a change."""
    EmailMessage(subject, body, None, to).send()
