"""A raw message made what a person reads: pure, and never failing on whatever bytes there are."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import IO

from communications.imap.addresses import Address
from communications.imap.automatic import automatic_kind
from communications.imap.blobs import LARGE_MESSAGE, Blobs, lightened
from communications.imap.body import Body, ParsedAttachment, read_body, shown_text
from communications.imap.charsets import decode
from communications.imap.headers import HEADER_END, Headers, declared_charsets, mend_header

__all__ = ["Address", "ParsedAttachment", "ParsedMessage", "parse", "parse_file"]

LONGEST_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """What was read of a message. Texts hold nothing that PostgreSQL can't store; IDs have no angle brackets."""

    subject: str
    sender_name: str
    sender_address: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    """UTC; None where neither `Date` nor `Received` tells one."""
    text: str
    """The plain text; made of the HTML where that is all there is."""
    html: str
    """As it came, "" without one: never to be shown without communications.html."""
    attachments: tuple[ParsedAttachment, ...]
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    """The messages of the thread, the oldest first; what is answered stands among them also where a program names it
    in `In-Reply-To` alone (RFC 5322, 3.6.4)."""
    automatic: str
    """"" or what communications.imap.automatic tells: bounce, auto_reply, list, auto_generated."""
    calendar: str
    """An invitation in iCalendar (RFC 5545), "" without one."""
    incomplete: bool
    """The message is broken or made so that not all of it could be read."""


def parse(raw: bytes) -> ParsedMessage:
    """`raw` as a message. Whatever the bytes are, there is an answer; `incomplete` tells that something is left out."""
    return _parse(raw, None)


def parse_file(file: IO[bytes], *, size: int) -> ParsedMessage:
    """The message in `file`, which stays open as long as the attachments are wanted. Of a large one (`size` bytes) not
    more than a few pieces are in memory at a time.
    """
    if size < LARGE_MESSAGE:
        return _parse(file.read(), None)
    return _parse(*lightened(file))


def _parse(raw: bytes, blobs: Blobs | None) -> ParsedMessage:
    raw = mend_header(raw)
    hints = declared_charsets(raw)
    try:
        message = message_from_bytes(raw, policy=compat32)
        headers = Headers(message, hints)
        body = read_body(message, hints, blobs)
    except Exception:
        if blobs is not None:
            blobs.file.seek(0)
            return _parse(blobs.file.read(), None)
        # parts nested too deeply, and whatever a broken message makes the standard library trip over
        message = BytesHeaderParser(policy=compat32).parsebytes(raw)
        headers = Headers(message, hints)
        body = _unread_body(raw, hints)
    return _message(message, headers, body)


def _message(message: Message, headers: Headers, body: Body) -> ParsedMessage:
    sender = next((address for address in headers.addresses("from") if any(address)), ("", ""))
    if not sender[1]:
        sender = next((address for address in headers.addresses("sender") if address[1]), sender)
    subject = headers.text("subject")[:LONGEST_SUBJECT]
    in_reply_to = next(iter(headers.message_ids("in-reply-to")), "")
    references = [one for one in headers.message_ids("references") if one != in_reply_to]
    return ParsedMessage(
        subject=subject,
        sender_name=sender[0],
        sender_address=sender[1],
        to=headers.addresses("to"),
        cc=headers.addresses("cc"),
        reply_to=tuple(address for address in headers.addresses("reply-to") if address[1]),
        date=headers.date(),
        text=body.text,
        html=body.html,
        attachments=tuple(body.attachments),
        message_id=next(iter(headers.message_ids("message-id")), ""),
        in_reply_to=in_reply_to,
        references=tuple(dict.fromkeys([*references, *([in_reply_to] if in_reply_to else [])])),
        automatic=automatic_kind(
            headers, content_type=message.get_content_type(), sender=sender[1].lower(), subject=subject
        ),
        calendar=body.calendar,
        incomplete=body.incomplete,
    )


def _unread_body(raw: bytes, hints: tuple[str, ...]) -> Body:
    """What stands after the header, as text: better than nothing where the parts can't be told apart."""
    end = HEADER_END.search(raw)
    return Body(text=shown_text(decode(raw[end.end() :] if end else b"", "", hints)), incomplete=True)
