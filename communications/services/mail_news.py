"""What became of a written e-mail, told to who wrote it: that it did not go out, or that nobody knows."""

from django.urls import reverse
from django.utils import translation

from communications.models import OutgoingMail
from communications.smtp_problems import explain
from crm.models import NotificationKind
from crm.services.notifications import notify, settle


def tell_of_failure(*, mail: OutgoingMail) -> None:
    """Tell the author, and who sent it again, why `mail` needs them; the link leads to where it can be sent again.

    The e-mail of the notification goes out by the system's own server, not by the account that has just failed.
    """
    message = mail.message
    failure = mail.settled_at.isoformat() if mail.settled_at else "first"
    lead = message.lead
    for user in {mail.by, mail.settled_by or mail.by}:
        with translation.override(user.language):
            notify(
                user=user,
                kind=NotificationKind.MAIL_FAILED,
                what=message.subject,
                details=" · ".join(filter(None, (_recipients(mail), str(lead or ""), explain(mail)))),
                url=f"{reverse('leads:lead_detail', args=[lead.pk])}#emails"
                if lead
                else reverse("communications:email_detail", args=[message.pk]),
                about=message,
                key=f"{_key(mail)}{failure}",
            )


def forget_failure(*, mail: OutgoingMail) -> None:
    """Somebody has dealt with `mail`: those who were told of its failure need not look at it any more."""
    settle(users={mail.by_id, mail.settled_by_id or mail.by_id}, key_prefix=_key(mail))


def _key(mail: OutgoingMail) -> str:
    return f"mail-failed:{mail.pk}:"


def _recipients(mail: OutgoingMail) -> str:
    return ", ".join(one["address"] for one in mail.message.to[:3])
