"""E-mails that users write: stored with their bytes, queued, and settled when something went wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from communications.mail_writing import Enclosed, Mailbox, Written, check_recipients, check_subject, thread_of, write
from communications.models import Attachment, MailAccount, Message, OutgoingMail
from communications.services.mail_news import forget_failure
from crm.errors import RuleError
from crm.history import acting_as
from crm.models import User
from crm.once import make_once
from crm.references import check_references
from leads.models import Lead
from leads.services.announce import announce

State = OutgoingMail.State


@dataclass(frozen=True, slots=True)
class Letter:
    """What a user wrote. `html` is sanitised rich text ("": plain text alone), `answers` the message it replies to."""

    to: Sequence[Mailbox]
    subject: str
    text: str
    html: str = ""
    cc: Sequence[Mailbox] = ()
    files: Sequence[Enclosed] = field(default_factory=list)
    lead: Lead | None = None
    answers: Message | None = None


def queue_mail(*, letter: Letter, account: MailAccount, by: User, key: str = "") -> OutgoingMail:
    """Store an e-mail with its bytes and Message-ID, which never change again; a worker sends it after the commit.

    With a `key`, a second call (a double click) gives the e-mail of the first one. Raises RuleError at the field.
    """
    check_recipients(letter.to, letter.cc)
    subject = check_subject(letter.subject)
    if not letter.text.strip():
        raise RuleError(_("Write something first."), field="body")
    if not MailAccount.objects.sendable_by(by).filter(pk=account.pk).exists():
        raise RuleError(_("You can't send from this account any more. Choose another one."), field="account")
    make = partial(_store, letter, subject, account, by)
    if not key:
        with transaction.atomic():
            return make()
    mine = OutgoingMail.objects.filter(by=by)
    mail, _made = make_once(f"mail:{by.pk}:{key}", rows=mine, make=make)
    return mail


def send_again(*, mail: OutgoingMail, by: User) -> None:
    """Queue an e-mail that failed, or of which nobody knows, once more, just as it is.

    Raises RuleError when it is none of these any more.
    """
    with transaction.atomic(), acting_as(by):
        _settle(mail, (State.FAILED, State.UNKNOWN), State.WAITING, by)
        transaction.on_commit(partial(enqueue, mail.pk))


def mark_sent(*, mail: OutgoingMail, by: User) -> None:
    """Take an e-mail of which nobody knows for sent. Raises RuleError when that is known meanwhile."""
    with transaction.atomic(), acting_as(by):
        _settle(mail, (State.UNKNOWN,), State.SENT, by)


def discard_mail(*, mail: OutgoingMail, by: User) -> None:
    """Take away an e-mail that did not go out. Raises RuleError when it is being sent, or may have been."""
    with transaction.atomic(), acting_as(by):
        _settle(mail, (State.FAILED, State.WAITING), State.FAILED, by)
        message = mail.message
        stored = [(kept.storage, str(kept.name)) for kept in _files(message) if kept.name]
        message.delete()
        transaction.on_commit(partial(_remove, stored), robust=True)


def enqueue(mail_id: int) -> None:
    """Give an e-mail to the workers; when the queue can't be reached, beat finds it later."""
    from communications.tasks import send_mail_task

    try:
        send_mail_task.delay(mail_id)
    except (OperationalError, OSError):
        return


def tell_pages(*, mail: OutgoingMail, by: User | None) -> None:
    """Let open cards of the lead look again, after the commit."""
    lead = mail.message.lead
    if lead is not None:
        announce(leads=[lead], by=by)


def _settle(mail: OutgoingMail, states: Sequence[str], to: str, by: User) -> None:
    now = timezone.now()
    changed = OutgoingMail.objects.filter(pk=mail.pk, state__in=states).update(
        state=to, tries=0, due_at=now, problem="", details="", settled_at=now, settled_by=by, claim=None
    )
    if not changed:
        raise RuleError(_("This e-mail stands otherwise by now. Look again."))
    forget_failure(mail=mail)
    tell_pages(mail=mail, by=by)


def _store(letter: Letter, subject: str, account: MailAccount, by: User) -> OutgoingMail:
    now = timezone.now().replace(microsecond=0)
    answers = letter.answers
    written = write(
        Written(
            subject=subject,
            sender=Mailbox(account.from_address, account.from_name or by.get_full_name()),
            to=list(letter.to),
            cc=list(letter.cc),
            text=letter.text,
            html=letter.html,
            date=timezone.localtime(now),
            message_id="",
            in_reply_to=answers.message_id if answers else "",
            references=thread_of(answers) if answers else [],
            files=list(letter.files),
        )
    )
    message = _message(written, letter.lead, account, by)
    attachments = [
        Attachment(
            message=message,
            position=position,
            name=enclosed.name,
            content_type=enclosed.content_type[:120],
            size=len(enclosed.content),
        )
        for position, enclosed in enumerate(written.files)
    ]
    stored: list[tuple[Storage, str]] = []
    try:
        with transaction.atomic(), acting_as(by):
            message.raw.save("", ContentFile(written.raw), save=False)
            stored.append((message.raw.storage, str(message.raw.name)))
            message.save()
            for row, enclosed in zip(attachments, written.files, strict=True):
                row.file.save("", ContentFile(enclosed.content), save=False)
                stored.append((row.file.storage, str(row.file.name)))
            Attachment.objects.bulk_create(attachments)
            mail = OutgoingMail.objects.create(message=message, by=by, due_at=now)
            check_references()
            tell_pages(mail=mail, by=by)
    except BaseException:
        _remove(stored)
        raise
    transaction.on_commit(partial(enqueue, mail.pk))
    return mail


def _message(written: Written, lead: Lead | None, account: MailAccount, by: User) -> Message:
    return Message(
        account=account,
        direction=Message.Direction.OUT,
        size=len(written.raw),
        digest=sha256(written.raw).digest(),
        received_at=written.date,
        parse_state=Message.ParseState.PARSED,
        subject=written.subject,
        from_name=written.sender.name,
        from_address=written.sender.address,
        to=[mailbox.stored for mailbox in written.to],
        cc=[mailbox.stored for mailbox in written.cc],
        date=written.date,
        sent_at=written.date,
        text=written.text,
        html=written.html,
        message_id=written.message_id,
        in_reply_to=written.in_reply_to,
        references=written.references,
        has_attachments=bool(written.files),
        lead=lead,
        partner=lead.partner if lead else None,
        linked_at=written.date if lead else None,
        linked_by=by if lead else None,
    )


def _files(message: Message) -> Iterable[FieldFile]:
    return [message.raw, *(row.file for row in message.attachments.all())]


def _remove(stored: Iterable[tuple[Storage, str]]) -> None:
    for storage, name in stored:
        storage.delete(name)
