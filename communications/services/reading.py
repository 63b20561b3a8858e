"""Reading what was stored: the original becomes fields and attachments. What can't be read is kept, with what could be,
and can be tried again.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from communications.html.safe import sanitise_message
from communications.imap.addresses import Address
from communications.imap.body import ParsedAttachment
from communications.imap.parse import ParsedMessage, parse_file
from communications.locks import Job, only_one
from communications.models import Attachment, Message
from communications.models.messages import LONGEST
from communications.services.batches import update_messages
from communications.services.linking import link_parsed
from communications.services.storing import forget_files
from communications.stored_files import put

logger = logging.getLogger(__name__)

BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
# A message that was being read when a worker died is read alone from then on, and given up after so many deaths.
MOST_TRIES = 4
MOST_REFERENCES = 100
# A date of the header that is later than the arrival by more than a clock goes wrong is not what lists go by.
CLOCK_ERROR = timedelta(days=1)
State = Message.ParseState
READ_FIELDS = (
    "parse_state", "parse_tries", "parse_error", "subject", "from_name", "from_address", "reply_to", "to", "cc", "date",
    "sent_at", "text", "html", "message_id", "in_reply_to", "references", "kind", "has_attachments",
)  # fmt: skip


def ask_to_read(*, account_id: int) -> None:
    """Queue the reading of what was stored; when the queue can't be reached, beat does it (`accounts_to_read`)."""
    from communications.tasks import read_mail

    def queue() -> None:
        with suppress(OperationalError, OSError):
            read_mail.delay(account_id)

    transaction.on_commit(queue)


def accounts_to_read() -> list[int]:
    """The accounts with messages that nobody has read yet."""
    waiting = Message.objects.filter(parse_state=State.WAITING)
    return list(waiting.order_by("account").values_list("account", flat=True).distinct())


def read_account(*, account_id: int) -> int:
    """Read all waiting messages of an account, if no other worker is at it. Returns how many were read."""
    total = 0
    with only_one(Job.READ, account_id) as has_it:
        while has_it and (batch := _take(account_id)):
            read_messages(messages=batch)
            total += len(batch)
    return total


def read_again(*, messages: Iterable[Message]) -> None:
    """Let these messages be read anew from their originals, by a worker."""
    ids: dict[int, list[int]] = {}
    for message in messages:
        ids.setdefault(message.account_id, []).append(message.pk)
    with transaction.atomic():
        for account_id, pks in ids.items():
            Message.objects.filter(pk__in=pks).exclude(raw="").update(parse_state=State.WAITING, parse_tries=0)
            ask_to_read(account_id=account_id)


def _take(account_id: int) -> list[Message]:
    """The next messages to be read, noted as tried before they are: a reader that dies of one is known by it."""
    waiting = Message.objects.filter(account=account_id, parse_state=State.WAITING)
    waiting.filter(parse_tries__gte=MOST_TRIES).update(parse_state=State.FAILED, parse_error=Message.INTERRUPTED)
    batch: list[Message] = []
    total = 0
    for message in waiting.order_by("parse_tries", "pk")[:BATCH]:
        alone = message.parse_tries > 0
        if batch and (alone or total + message.size > BATCH_BYTES):
            break
        batch.append(message)
        total += message.size
        if alone:
            break
    Message.objects.filter(pk__in=[message.pk for message in batch]).update(parse_tries=F("parse_tries") + 1)
    return batch


def read_messages(*, messages: Sequence[Message]) -> None:
    """Read `messages` from their originals and store what was read, all or nothing; a message that breaks the reading
    is kept as FAILED and holds no other one back.
    """
    with transaction.atomic():
        attachments = [attachment for message in messages for attachment in _read(message)]
        old = Attachment.objects.filter(message__in=messages)
        written = {attachment.file.name for attachment in attachments}
        forget_files(names=[name for name in old.values_list("file", flat=True) if name not in written])
        old.delete()
        update_messages(messages, READ_FIELDS)
        Attachment.objects.bulk_create(attachments)
        link_parsed(ids=[message.pk for message in messages])


def _read(message: Message) -> list[Attachment]:
    """Fill the fields of `message`. Returns its attachments, already in the storage but with no row yet."""
    try:
        with message.raw.open() as raw:
            parsed = parse_file(raw, size=message.size)
            _fill(message, parsed)
            attachments = [_attachment(message, number, one) for number, one in enumerate(parsed.attachments, start=1)]
    except Exception as error:
        logger.exception("E-mail %s could not be read", message.pk)
        message.parse_state, message.parse_error = State.FAILED, f"{type(error).__name__}: {error}"[:LONGEST]
        return []
    message.has_attachments = any(not attachment.is_inline for attachment in attachments)
    return attachments


def _fill(message: Message, parsed: ParsedMessage) -> None:
    message.parse_state = State.PARSED
    message.parse_error = Message.INCOMPLETE if parsed.incomplete else ""
    message.subject = parsed.subject
    message.from_name = parsed.sender_name[:LONGEST]
    message.from_address = parsed.sender_address[:LONGEST]
    message.reply_to, message.to, message.cc = _people(parsed.reply_to), _people(parsed.to), _people(parsed.cc)
    message.date = parsed.date
    is_sane = parsed.date is not None and parsed.date <= message.received_at + CLOCK_ERROR
    message.sent_at = parsed.date if parsed.date is not None and is_sane else message.received_at
    message.text = parsed.text
    message.html = sanitise_message(parsed.html) if parsed.html else ""
    message.message_id = parsed.message_id[:LONGEST]
    message.in_reply_to = parsed.in_reply_to[:LONGEST]
    message.references = [reference[:LONGEST] for reference in parsed.references[-MOST_REFERENCES:]]
    message.kind = parsed.automatic


def _people(addresses: Sequence[Address]) -> list[dict[str, str]]:
    return [{"name": name, "address": address} for name, address in addresses]


def _attachment(message: Message, number: int, found: ParsedAttachment) -> Attachment:
    """An attachment in the storage, under a name made of message and position: a repeated attempt replaces it."""
    attachment = Attachment(
        message=message,
        position=number,
        name=found.name,
        content_type=found.content_type[:120],
        content_id=found.content_id[:250],
        is_inline=found.is_inline,
    )
    place = attachment.file.field.generate_filename(attachment, f"{message.pk // 1000}/{message.pk}-{number}")
    attachment.file.name, attachment.size = put(attachment.file.storage, place, found.pieces())
    return attachment
