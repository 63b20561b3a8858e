"""The e-mail of a notification: claimed by one sender, sent, and written down. None is sent twice.

A sender that dies between claiming and writing down leaves it unknown whether the mail went out: it is then told as
failed, and only the user sends it again.
"""

import smtplib
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Notification, User

Mail = Notification.Mail
# Minutes until the next attempt, by attempt; after the last one the mail has failed.
PAUSES = (1, 5, 15, 60, 240)
LONGEST_SENDING = timedelta(minutes=10)


def send_notification_mail(*, notification_id: int) -> None:
    """Send the e-mail if it is waiting and due. What goes wrong is kept on the notification, with the next attempt."""
    now = timezone.now()
    claimed = Notification.objects.filter(pk=notification_id, mail=Mail.WAITING, mail_at__lte=now).update(
        mail=Mail.SENDING, mail_at=now, mail_tries=F("mail_tries") + 1
    )
    if not claimed:
        return
    row = Notification.objects.select_related("user", "by").get(pk=notification_id)
    if not row.user.is_active or not row.user.email:
        _record(row, Mail.NONE)
        return
    try:
        _message(row).send()
    except (OSError, smtplib.SMTPException) as error:
        is_last = row.mail_tries > len(PAUSES)
        at = None if is_last else now + timedelta(minutes=PAUSES[row.mail_tries - 1])
        _record(row, Mail.FAILED if is_last else Mail.WAITING, error=str(error) or type(error).__name__, at=at)
    else:
        _record(row, Mail.SENT)


def due_mails() -> list[int]:
    """The notifications whose e-mail should be sent by now."""
    due = Notification.objects.filter(mail=Mail.WAITING, mail_at__lte=timezone.now())
    return list(due.order_by("mail_at").values_list("pk", flat=True)[:1000])


def give_up_interrupted_mails() -> int:
    """Tell as failed what a sender began and never finished. Returns how many."""
    interrupted = Notification.objects.filter(mail=Mail.SENDING, mail_at__lt=timezone.now() - LONGEST_SENDING)
    return interrupted.update(mail=Mail.FAILED, mail_error=Notification.INTERRUPTED)


@transaction.atomic
def send_again(*, notification: Notification, user: User) -> None:
    """Let a failed e-mail of `user` be tried again. Raises RuleError when it has not failed."""
    from crm.tasks import send_notification_mail_task

    failed = Notification.objects.filter(pk=notification.pk, user=user, mail=Mail.FAILED)
    if not failed.update(mail=Mail.WAITING, mail_at=timezone.now(), mail_tries=0, mail_error=""):
        raise RuleError(_("This e-mail is already being sent."))
    transaction.on_commit(partial(send_notification_mail_task.delay, notification.pk), robust=True)


def _message(row: Notification) -> EmailMessage:
    with translation.override(row.user.language):
        context = {
            "notification": row,
            "user": row.user,
            "url": settings.PUBLIC_URL + reverse("crm:notification_open", args=[row.pk]),
            "profile_url": settings.PUBLIC_URL + reverse("crm:profile_edit"),
        }
        subject = " ".join(f"Lejek: {row.text}".split())
        body = render_to_string("crm/email/notification_message.txt", context).strip() + "\n"
    return EmailMessage(subject, body, None, [row.user.email or ""])


def _record(row: Notification, state: str, *, error: str = "", at: datetime | None = None) -> None:
    Notification.objects.filter(pk=row.pk, mail=Mail.SENDING).update(
        mail=state, mail_error=error, mail_at=at or timezone.now()
    )
