"""Background work on users: mail."""

import smtplib
from typing import Any

from celery import shared_task
from django.core.mail import EmailMessage

from crm.models import Invitation
from crm.services.invitations import send_invitation
from crm.services.notification_mail import due_mails, give_up_interrupted_mails, send_notification_mail
from crm.services.notifications import delete_old_notifications

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


@shared_task
def send_notification_mail_task(notification_id: int) -> None:
    """Send the e-mail of one notification, when it is its time; what fails is tried again by the sweep below."""
    send_notification_mail(notification_id=notification_id)


@shared_task
def send_waiting_notification_mails() -> None:
    """Send what is due: e-mails to be tried again, and those whose task got lost (beat starts this every minute)."""
    give_up_interrupted_mails()
    for notification_id in due_mails():
        send_notification_mail_task.delay(notification_id)


@shared_task
def forget_old_notifications() -> None:
    """Delete what nobody will look for any more (beat starts this every day)."""
    delete_old_notifications()
