"""Sending what is queued: one worker claims an e-mail, gives it to the SMTP server, and writes down what came of it.

While it does so it holds an advisory lock of its database session. A claimed e-mail whose lock is free has lost its
worker: whether it went out is unknown, and only a user sends it again.
"""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from communications.imap.connection import readable
from communications.imap.problems import MailProblem
from communications.locks import Job, only_one
from communications.models import AccountSecrets, MailAccount, OutgoingMail, Problem, Security, SignIn
from communications.oauth import access_token
from communications.services.mail_news import tell_of_failure
from communications.services.send_mail import tell_pages
from communications.smtp import PASSING, NotSent, PerhapsSent, SmtpServer, hand_over

State = OutgoingMail.State
Refusal = OutgoingMail.Refusal
# Minutes until the next attempt, by attempt; after the last one the e-mail has failed.
PAUSES = (1, 5, 15, 60, 240)
# A claim is younger than its lock for a moment.
SETTLING = timedelta(seconds=5)


def deliver_mail(*, mail_id: int) -> None:
    """Send an e-mail if it is waiting and due, and nobody else is at it. What came of it stands in its row."""
    with only_one(Job.SEND, mail_id) as is_alone:
        mail = _claim(mail_id) if is_alone else None
        if mail is None:
            return
        try:
            _send(mail)
        except PerhapsSent:
            _record(mail, State.UNKNOWN, Refusal.INTERRUPTED)
        except NotSent as failure:
            is_last = not failure.is_temporary or mail.tries > len(PAUSES)
            pause = timedelta() if is_last else timedelta(minutes=PAUSES[mail.tries - 1])
            _record(mail, State.FAILED if is_last else State.WAITING, failure.problem, failure.details, pause)
        else:
            _record(mail, State.SENT)


def due_mails() -> list[int]:
    """The e-mails to be sent by now."""
    return list(OutgoingMail.objects.due().values_list("pk", flat=True)[:200])


def give_up_interrupted() -> int:
    """Tell as unknown the e-mails whose worker died while it sent them. Returns how many."""
    found = 0
    for mail in OutgoingMail.objects.under_way().filter(due_at__lt=timezone.now() - SETTLING):
        with only_one(Job.SEND, mail.pk) as is_alone:
            if is_alone:
                found += _record(mail, State.UNKNOWN, Refusal.INTERRUPTED)
    return found


def _claim(mail_id: int) -> OutgoingMail | None:
    claim, now = uuid.uuid4(), timezone.now()
    waiting = OutgoingMail.objects.filter(pk=mail_id, state=State.WAITING, due_at__lte=now)
    if not waiting.update(state=State.SENDING, claim=claim, due_at=now, tries=F("tries") + 1):
        return None
    return OutgoingMail.objects.select_related("message__account", "message__lead").filter(claim=claim).first()


def _send(mail: OutgoingMail) -> None:
    message = mail.message
    server = _server_of(message.account)
    if not message.raw:  # anonymised meanwhile
        raise NotSent(Refusal.LOST)
    try:
        with message.raw.open("rb") as original:
            raw = original.read()
    except FileNotFoundError as error:
        raise NotSent(Refusal.LOST) from error
    except OSError as error:
        raise NotSent(Problem.CUT, str(error), is_temporary=True) from error
    recipients = [mailbox["address"] for mailbox in (*message.to, *message.cc)]
    hand_over(server, raw, sender=message.from_address, recipients=recipients)


def _server_of(account: MailAccount) -> SmtpServer:
    """How to reach the SMTP server of an account, with its secrets. Raises NotSent."""
    if not account.can_send:
        raise NotSent(Refusal.ACCOUNT)
    uses_token = account.sign_in != SignIn.PASSWORD
    try:
        secrets = account.secrets
        password = "" if uses_token else readable(secrets.smtp_password) or readable(secrets.password)
        token = access_token(account) if uses_token else ""
    except AccountSecrets.DoesNotExist as error:
        raise NotSent(Problem.SECRET) from error
    except MailProblem as error:
        raise NotSent(error.problem, error.details, is_temporary=error.problem in (*PASSING, Problem.SERVER)) from error
    return SmtpServer(
        host=account.smtp_host,
        port=account.smtp_port,
        uses_tls=account.smtp_security == Security.TLS,
        login=account.smtp_user,
        password=password,
        token=token,
    )


def _record(
    mail: OutgoingMail, state: str, problem: str = "", details: str = "", pause: timedelta = timedelta()
) -> int:
    """Write down what came of an e-mail, unless somebody else has settled it."""
    with transaction.atomic():
        changed: int = OutgoingMail.objects.filter(pk=mail.pk, state=State.SENDING, claim=mail.claim).update(
            state=state, problem=problem, details=details, due_at=timezone.now() + pause, claim=None
        )
        if changed:
            tell_pages(mail=mail, by=None)
        if changed and state in (State.FAILED, State.UNKNOWN):
            mail.refresh_from_db()
            tell_of_failure(mail=mail)
    return changed
