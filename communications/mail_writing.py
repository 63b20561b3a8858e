"""An e-mail as it is written: addresses, quoted originals, and the message itself (RFC 5322, MIME)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.encoders import encode_base64
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.utils import format_datetime, formataddr, make_msgid
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _

from communications.models import Message
from crm.errors import RuleError
from crm.formats import format_moment
from crm.text import sanitise
from leads.files import clean_name, detect_kind

# People in a line, between commas, semicolons or line ends; one of them: an address, or a name and an address in <>.
PIECES = re.compile(r'(?:"[^"]*"|[^,;\r\n"])+')
MAILBOX = re.compile(r'(?P<name>"[^"]*"|[^"<>@]*?)\s*<(?P<inside>[^<>\s]*)>|(?P<bare>[^<>\s]+)')
MOST_RECIPIENTS = 20
MOST_REFERENCES = 20
LONGEST_SUBJECT = 200
LONGEST_QUOTE = 20_000
# Bytes of all attachments; encoded they grow by a third, and servers stop at 25 to 35 MB.
MAX_ATTACHED = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody who gets an e-mail."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        """As it stands in a field of the form."""
        return str(Address(display_name=self.name, addr_spec=self.address)) if self.name else self.address

    @property
    def stored(self) -> dict[str, str]:
        """As the message's row keeps it."""
        return {"name": self.name, "address": self.address}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An attachment with its content."""

    name: str
    content: bytes
    content_type: str


@dataclass(slots=True)
class Written:
    """A message that is ready to be stored and sent. `html` is "" for plain text alone; `raw` has CRLF line ends."""

    subject: str
    sender: Mailbox
    to: list[Mailbox]
    cc: list[Mailbox]
    text: str
    html: str
    date: datetime
    message_id: str
    in_reply_to: str = ""
    references: list[str] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)
    raw: bytes = b""


def parse_recipients(typed: str, *, field: str) -> list[Mailbox]:
    """The people in a line like `Jan Nowak <jan@example.com>, biuro@example.com`, each once.

    Raises RuleError at `field` that names what is no address.
    """
    found: dict[str, Mailbox] = {}
    for piece in filter(None, (match[0].strip() for match in PIECES.finditer(typed))):
        parts = MAILBOX.fullmatch(piece)
        address = (parts["inside"] or parts["bare"] or "") if parts else piece
        _check_address(address, field)
        name = " ".join((parts["name"] or "").strip('"').split()) if parts else ""
        found.setdefault(address.lower(), Mailbox(address, name))
    return list(found.values())


def check_recipients(to: Sequence[Mailbox], cc: Sequence[Mailbox]) -> None:
    """Raises RuleError when there is nobody to write to, or a crowd."""
    if not to:
        raise RuleError(_("Enter the address of the recipient."), field="to")
    if len(to) + len(cc) > MOST_RECIPIENTS:
        message = _("An e-mail may have at most %(limit)s recipients; a newsletter needs another tool.")
        raise RuleError(message % {"limit": MOST_RECIPIENTS}, field="to")


def is_address(address: str) -> bool:
    """Whether `address` can be written to."""
    try:
        _check_address(address, "to")
    except RuleError:
        return False
    return True


def _check_address(address: str, field: str) -> None:
    if not address.isascii():
        text = _("“%(address)s” has letters outside of a–z: such addresses can't be written to from here.")
        raise RuleError(text % {"address": address}, field=field)
    try:
        validate_email(address)
    except ValidationError as error:
        raise RuleError(_("“%(address)s” is not an e-mail address.") % {"address": address}, field=field) from error


def check_subject(subject: str) -> str:
    """The subject on one line. Raises RuleError."""
    subject = " ".join(subject.split())
    if not subject:
        raise RuleError(_("Enter a subject."), field="subject")
    if len(subject) > LONGEST_SUBJECT:
        text = _("A subject may have at most %(limit)s characters.") % {"limit": LONGEST_SUBJECT}
        raise RuleError(text, field="subject")
    return subject


def enclose(files: Iterable[tuple[str, bytes]]) -> list[Enclosed]:
    """Attachments with safe names and what they are by their content.

    Raises RuleError at `files` for an empty one, and when they are too much together.
    """
    enclosed: list[Enclosed] = []
    total = 0
    for name, content in files:
        shown = clean_name(name)
        if not content:
            raise RuleError(_("“%(name)s” is empty.") % {"name": shown}, field="files")
        total += len(content)
        if total > MAX_ATTACHED:
            text = _("The attachments are too large: together they may have at most %(limit)s MB.")
            raise RuleError(text % {"limit": MAX_ATTACHED // 2**20}, field="files")
        enclosed.append(Enclosed(shown, content, detect_kind(BytesIO(content), name=shown).content_type))
    return enclosed


def html_of(text: str) -> str:
    """Plain text as HTML."""
    return linebreaks(text, autoescape=True)


def quote(message: Message) -> str:
    """The original of an answer as HTML: who wrote when, and the words."""
    words = html_of(message.text[:LONGEST_QUOTE].strip())
    return sanitise(f"<p>{escape(_quote_head(message))}</p><blockquote>{words}</blockquote>")


def quote_as_text(message: Message) -> str:
    """The same as plain text, each line after a sign (RFC 3676, 4.5)."""
    lines = message.text[:LONGEST_QUOTE].strip().splitlines()
    return "\n".join([_quote_head(message), *(f"> {line}".rstrip() for line in lines)])


def _quote_head(message: Message) -> str:
    who = message.from_name or message.from_address
    return _("On %(date)s %(name)s wrote:") % {"date": format_moment(message.sent_at), "name": who}


def answer_subject(subject: str) -> str:
    """`Re: …`, once."""
    return subject if subject.lower().startswith(("re:", "odp:")) else f"Re: {subject}"[:LONGEST_SUBJECT]


def thread_of(message: Message) -> list[str]:
    """The References of an answer to `message` (RFC 5322, 3.6.4): the first one and the last ones of a long thread."""
    known = message.references or ([message.in_reply_to] if message.in_reply_to else [])
    ids = [*known, message.message_id] if message.message_id else list(known)
    return ids if len(ids) <= MOST_REFERENCES else [ids[0], *ids[-MOST_REFERENCES + 1 :]]


def write(written: Written) -> Written:
    """Give the message its ID and its bytes."""
    domain = written.sender.address.rpartition("@")[2]
    written.message_id = make_msgid(domain=domain).strip("<>")
    headers = {
        "Message-ID": f"<{written.message_id}>",
        "Date": format_datetime(written.date),
    }
    if written.in_reply_to:
        headers["In-Reply-To"] = f"<{written.in_reply_to}>"
    if written.references:
        headers["References"] = " ".join(f"<{known}>" for known in written.references)
    message = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        from_email=_header(written.sender),
        to=[_header(mailbox) for mailbox in written.to],
        cc=[_header(mailbox) for mailbox in written.cc],
        headers=headers,
        attachments=[_part(enclosed) for enclosed in written.files],
    )
    if written.html:
        message.attach_alternative(written.html, "text/html")
    built: Any = message.message()
    written.raw = built.as_bytes(linesep="\r\n")
    return written


def _header(mailbox: Mailbox) -> str:
    return formataddr((mailbox.name, mailbox.address))


def _part(enclosed: Enclosed) -> MIMEBase:
    """An attachment, byte by byte: text is not written anew, and a message in it is not taken apart."""
    main, _slash, sub = enclosed.content_type.partition("/")
    if main in ("message", "multipart") or not sub:
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(enclosed.content)
    encode_base64(part)
    name = enclosed.name
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part
