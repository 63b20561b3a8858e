"""The text, the HTML and the attachments of a message (RFC 2045, 2046, 2183, 2387, 3676)."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message
from html import escape
from io import BytesIO

from communications.html.text import html_to_text
from communications.imap.blobs import Blob, Blobs
from communications.imap.charsets import decode
from communications.imap.headers import Headers

LONGEST_TEXT = 1_000_000
LONGEST_HTML = 2_000_000
MOST_ATTACHMENTS = 300
DEEPEST = 40

ENCODINGS = (("quoted", "quoted-printable"), ("base64", "base64"), ("uu", "x-uuencode"))
META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]+")
BODY_TYPES = ("text/plain", "text/html")
EXTENSIONS = {"message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "image/jpeg": ".jpg"}
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file of a message. `name` has no folders; `content_id` no brackets; `is_inline`: it is part of the text."""

    name: str
    content_type: str
    content: bytes | Blob = field(repr=False)
    content_id: str = ""
    is_inline: bool = False

    def pieces(self) -> Iterator[bytes]:
        """The content, in pieces that fit into memory."""
        return iter((self.content,)) if isinstance(self.content, bytes) else self.content.pieces()


@dataclass(slots=True)
class Body:
    """What was found in the parts of a message."""

    text: str = ""
    html: str = ""
    attachments: list[ParsedAttachment] = field(default_factory=list)
    calendar: str = ""
    incomplete: bool = False
    report: str = ""
    """What a mail server says of a delivery, shown where the message has no text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is read, as text, as HTML, or as both."""

    text: str = ""
    html: str = ""


def read_body(message: Message, hints: tuple[str, ...] = (), blobs: Blobs | None = None) -> Body:
    """Everything below the header of `message`, without what `blobs` has. Raises what the standard library does on the
    worst of messages.
    """
    body = Body()
    pieces = _Reader(body, hints, blobs).read(message, ())
    body.text = shown_text("\n\n".join(text for piece in pieces if (text := _as_text(piece).strip("\n"))))
    if any(piece.html for piece in pieces):
        body.html = "\n".join(piece.html or _as_html(piece.text) for piece in pieces)[:LONGEST_HTML]
    if not body.text.strip() and not body.html:
        body.text = shown_text(body.report or _text_of_forwarded(message, hints, blobs))
    return body


def shown_text(text: str) -> str:
    """`text` with one kind of line end, without empty lines around it, cut at LONGEST_TEXT characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n").rstrip()[:LONGEST_TEXT]


class _Reader:
    """Walks through the parts in their order."""

    def __init__(self, body: Body, hints: tuple[str, ...], blobs: Blobs | None) -> None:
        self.body = body
        self.hints = hints
        self.blobs = blobs

    def read(self, part: Message, above: tuple[str, ...]) -> list[Piece]:
        """The pieces of text of `part`, which stands in the multiparts `above`; its files go to the body."""
        kind = part.get_content_type()
        if len(above) > DEEPEST:
            self.body.incomplete = True
            return []
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            parts = [self.read(child, (*above, kind)) for child in _children(part)]
            return _alternative(parts) if kind == "multipart/alternative" else [p for pieces in parts for p in pieces]
        headers = Headers(part, self.hints)
        if kind == "message/delivery-status":
            self.body.report += _inner(part)
            return []
        if part.is_multipart():
            nested = _nested(part)
            self._attach(part, headers, kind, (self.blobs and self.blobs.find(nested)) or nested, above)
            return []
        content = _content(part, headers, self.blobs)
        if kind == "text/calendar" and not self.body.calendar:
            self.body.calendar = self._decoded(content, headers)
        if self._is_read(headers, kind, above):
            return [self._piece(headers, kind, content)]
        if not _is_another_rendering(kind, above):
            self._attach(part, headers, kind, content, above)
        return []

    def _is_read(self, headers: Headers, kind: str, above: tuple[str, ...]) -> bool:
        """Whether it is shown as text, not listed as a file."""
        if kind.startswith("multipart/"):  # it names no boundary, or one that is not there: all of it is text
            return True
        if kind not in BODY_TYPES or _disposition(headers) == "attachment":
            return False
        return not (headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name"))

    def _piece(self, headers: Headers, kind: str, content: bytes | Blob) -> Piece:
        text = self._decoded(content, headers)
        if kind == "text/html":
            return Piece(html=text[:LONGEST_HTML])
        if headers.parameter("content-type", "format").lower() == "flowed":
            text = unflow(text, delete_space=headers.parameter("content-type", "delsp").lower() == "yes")
        return Piece(text=text)

    def _decoded(self, content: bytes | Blob, headers: Headers) -> str:
        if isinstance(content, Blob):
            content = content.read(LONGEST_HTML * 4)
        declared = headers.parameter("content-type", "charset")
        if not declared and (meta := META_CHARSET.search(content[:2048])):
            declared = meta[1].decode("ascii")
        return decode(content, declared, self.hints)

    def _attach(
        self, part: Message, headers: Headers, kind: str, content: bytes | Blob, above: tuple[str, ...]
    ) -> None:
        if len(self.body.attachments) >= MOST_ATTACHMENTS:
            self.body.incomplete = True
            return
        content_id = headers.first("content-id").strip("<> ")[:500]
        disposition = _disposition(headers)
        is_inline = disposition == "inline" or (not disposition and bool(content_id) and "multipart/related" in above)
        name = _name(part, headers, kind, len(self.body.attachments) + 1)
        self.body.attachments.append(ParsedAttachment(name, kind[:255], content, content_id, is_inline))


def _alternative(children: list[list[Piece]]) -> list[Piece]:
    """One message said in several ways is one piece: its first plain text and its last HTML."""
    plain = next((pieces for pieces in children if pieces and not any(piece.html for piece in pieces)), [])
    rich = next((pieces for pieces in reversed(children) if any(piece.html for piece in pieces)), [])
    text = "\n\n".join(piece.text for piece in plain)
    html = "\n".join(piece.html or _as_html(piece.text) for piece in rich)
    return [Piece(text, html)] if text or html else []


def _is_another_rendering(kind: str, above: tuple[str, ...]) -> bool:
    """`text/enriched` or the like beside the plain text and the HTML of the same words."""
    return above[-1:] == ("multipart/alternative",) and kind.startswith("text/") and kind != "text/calendar"


def _disposition(headers: Headers) -> str:
    return headers.first("content-disposition").partition(";")[0].strip().lower()


def _as_text(piece: Piece) -> str:
    return piece.text if piece.text.strip() or not piece.html else html_to_text(piece.html)


def _as_html(text: str) -> str:
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Lines that only the width of a screen has broken put together again (RFC 3676)."""
    done: list[str] = []
    open_quote: str | None = None  # the marks of quoting of the line that goes on
    for line in text.replace("\r\n", "\n").split("\n"):
        marks = re.match(r">*", line)[0]  # type: ignore[index]  # it always matches
        content = line[len(marks) :].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        content_kept = content[:-1] if flows and delete_space else content
        if open_quote == marks and content != "-- ":
            done[-1] += content_kept
        else:
            done.append(f"{marks} {content_kept}" if marks else content_kept)
        open_quote = marks if flows else None
    return "\n".join(done)


def _content(part: Message, headers: Headers, blobs: Blobs | None) -> bytes | Blob:
    """The bytes of a part that has none below it. A misspelt encoding is understood, an unknown one is none."""
    wanted = headers.first("content-transfer-encoding").lower()
    encoding = next((name for mark, name in ENCODINGS if mark in wanted), "8bit")
    if blobs and (blob := blobs.find(_payload(part, "8bit"), is_base64=encoding == "base64")):
        if encoding in ("base64", "8bit"):
            return blob
        part.set_payload(b"".join(blob.pieces()).decode("ascii", "surrogateescape"))
    return _payload(part, encoding)


def _payload(part: Message, encoding: str) -> bytes:
    """The bytes of a part, taken for encoded so."""
    del part["content-transfer-encoding"]
    part["Content-Transfer-Encoding"] = encoding
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _inner(part: Message) -> str:
    """The blocks of a report of delivery, which the standard library reads as headers."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return str(blocks)
    return "\n\n".join(text for block in blocks if isinstance(block, Message) and (text := _flat(block)))


def _flat(message: Message) -> str:
    return decode(_bytes(message)).strip()


def _nested(part: Message) -> bytes:
    """A message in the message, as it would stand alone."""
    return b"".join(_bytes(child) for child in _children(part)[:1])


def _children(part: Message) -> list[Message]:
    return [child for child in part.get_payload() if isinstance(child, Message)]


def _bytes(message: Message) -> bytes:
    target = BytesIO()
    BytesGenerator(target, mangle_from_=False, maxheaderlen=0).flatten(message, linesep="\r\n")
    return target.getvalue()


def _name(part: Message, headers: Headers, kind: str, number: int) -> str:
    """The name the sender gave the file, else one made of what it is."""
    name = headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name")
    if not name and not kind.startswith("text/"):
        name = headers.text("content-location").rpartition("/")[2]
    name = _clean(re.split(r"[/\\]", name)[-1])
    if name:
        return name
    if kind == "text/rfc822-headers":
        return "headers.txt"
    extension = EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ""
    if kind == "message/rfc822" and part.is_multipart():
        nested = _children(part)
        if nested and (subject := _clean(Headers(nested[0]).text("subject"))):
            return subject + extension
    return f"attachment-{number}{extension}"


def _clean(name: str) -> str:
    """`name` without what no file may be called by, the extension kept where it is too long."""
    name = " ".join(UNSAFE_IN_NAME.sub(" ", name).split()).strip(". ")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    return (
        f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
        if dot and len(extension) <= 10
        else name[:LONGEST_NAME]
    )


def _text_of_forwarded(message: Message, hints: tuple[str, ...], blobs: Blobs | None) -> str:
    """The text of the message that a message without words of its own passes on."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return "\n\n".join(read_body(nested, hints, blobs).text for nested in _children(part))
    return ""
