"""What stands in the header of a message, read as good mail programs read it (RFC 5322, 2047, 2231, 6532)."""

import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_tz
from quopri import decodestring

from communications.imap.addresses import Address, split_addresses
from communications.imap.charsets import decode, storable

HEADER_LINE = re.compile(rb"[!-9;-~]+:")
SPACED_COLON = re.compile(rb"([!-9;-~]+)[ \t]+:")
MBOX_LINE = re.compile(rb"From (?!\s*:)")
KNOWN_HEADER = re.compile(
    rb"^(from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|x-[\w-]+) *:",
    re.I | re.M,
)
HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")

WORD = r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?="
WORDS = re.compile(rf"{WORD}(?:\s*{WORD})*")
FOLDING = re.compile(r"[\r\n]+[ \t]*")
COMMENT = re.compile(r"\([^()]*\)")
MESSAGE_ID = re.compile(r"<([^<>]+)>")
ZONE = re.compile(r"(?:[+-]\d{4}|\b[A-Z]{1,5})$")
MOST_IDS = 200
LONGEST_ID = 500

EARLIEST, LATEST = datetime(1960, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
POLISH_MONTHS = dict(
    zip(
        ("sty", "lut", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "paz", "lis", "gru"),
        ("Jan", "Feb", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Oct", "Nov", "Dec"),
        strict=True,
    )
)


def mend_header(raw: bytes) -> bytes:
    """The message with its header made readable for the standard library, which ends it at the first bad line.

    A space before the colon goes (RFC 5322, 4.5.8), a line without a colon continues the one before it, another bad
    line is left out. A message that begins with no header at all is all text.
    """
    end = HEADER_END.search(raw)
    stop = end.start() if end else len(raw)
    lines = raw[:stop].splitlines(keepends=True)
    if all(_is_good(line) or MBOX_LINE.match(line) for line in lines):
        return raw
    mended: list[bytes] = []
    offset = 0
    for line in lines:
        rest = raw[offset:stop]
        offset += len(line)
        if _is_good(line) or (not mended and MBOX_LINE.match(line)):
            mended.append(line)
        elif (spaced := SPACED_COLON.match(line)) and KNOWN_HEADER.match(line):
            mended.append(spaced[1] + b":" + line[spaced.end() :])
        elif mended and mended[-1].rpartition(b"<")[2].find(b">") == -1 != mended[-1].find(b"<"):
            mended.append(b" " + line)
        elif not mended or not KNOWN_HEADER.search(rest):
            return b"".join(mended) + b"\n" + raw[offset - len(line) :]
        elif b":" not in line:
            mended.append(b" " + line)
    return b"".join(mended) + raw[stop:]


def _is_good(line: bytes) -> bool:
    return bool(HEADER_LINE.match(line)) or line[:1] in b" \t"


class Headers:
    """The header of a message or of a part of it, by lower-case names; every value is readable text."""

    def __init__(self, message: Message, hints: tuple[str, ...] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.lower(), []).append(_readable(str(value), hints))

    def all(self, name: str) -> list[str]:
        """All values of the header, in their order."""
        return self._values.get(name, [])

    def first(self, name: str) -> str:
        """The first value of the header on one line, "" without one; encoded words are left as they are."""
        return " ".join(self.all(name)[0].split()) if self.all(name) else ""

    def text(self, name: str) -> str:
        """The first value with its encoded words (RFC 2047) decoded, on one line."""
        return " ".join(decode_words(FOLDING.sub(" ", (self.all(name) or [""])[0])).split())

    def parameter(self, header: str, name: str) -> str:
        """A parameter of the header, as `charset` of Content-Type, decoded by RFC 2231 and, against it, RFC 2047."""
        carrier = Message()
        carrier[header] = FOLDING.sub(" ", (self.all(header) or [""])[0])
        try:
            found = collapse_rfc2231_value(carrier.get_param(name, "", header) or "")
        except (ValueError, LookupError, TypeError):
            return ""
        return storable(decode_words(found)).strip()

    def addresses(self, name: str) -> tuple[Address, ...]:
        """All addresses of all headers of that name, as (name, address)."""
        return tuple(address for value in self.all(name) for address in read_addresses(FOLDING.sub(" ", value)))

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The IDs without their angle brackets, the last MOST_IDS of them."""
        return tuple(message_id for value in self.all(name) for message_id in read_message_ids(value))[-MOST_IDS:]

    def date(self) -> datetime | None:
        """When the message was written (UTC): `Date`, or the time at which the last server took it where that is
        missing, unreadable, or more than a day after it.
        """
        written = read_date(self.first("date"))
        taken = next((date for value in self.all("received") if (date := read_date(value.rpartition(";")[2]))), None)
        if taken and (written is None or written > taken + timedelta(days=1)):
            return taken
        return written or read_date(self.first("date"), any_zone=True)


def declared_charsets(raw: bytes) -> tuple[str, ...]:
    """The charsets that a header names anywhere: hints for its values that are bytes of an unnamed one."""
    end = HEADER_END.search(raw)
    header = raw[: end.start() if end else len(raw)][: 64 * 1024]
    names = re.findall(rb"=\?([\w.:-]{2,40})\?[BbQq]\?|charset=\"?([\w.:-]{2,40})", header)
    return tuple(dict.fromkeys((word or parameter).decode("ascii") for word, parameter in names))[:4]


def _readable(value: str, hints: tuple[str, ...]) -> str:
    """The value of a header whose bytes outside of ASCII came as surrogates."""
    if value.isascii():
        return storable(value)
    return decode(value.encode("utf-8", "surrogateescape"), "", hints)


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded. Neighbours of one charset are one word: some programs cut characters."""
    return WORDS.sub(lambda found: "".join(_decode_run(found[0])), text)


def _decode_run(run: str) -> Iterator[str]:
    charset, data = "", b""
    for word_charset, encoding, content in re.findall(WORD, run):
        name = word_charset.partition("*")[0].lower()
        if data and name != charset:
            yield decode(data, charset)
            data = b""
        charset = name
        data += _decode_base64(content) if encoding in "bB" else _decode_quoted(content)
    yield decode(data, charset)


def _decode_base64(content: str) -> bytes:
    content = re.sub(r"[^A-Za-z0-9+/]", "", content)
    if len(content) % 4 == 1:
        content = content[:-1]
    try:
        return binascii.a2b_base64(content + "=" * (-len(content) % 4))
    except binascii.Error:
        return b""


def _decode_quoted(content: str) -> bytes:
    return decodestring(content.encode("utf-8", "replace"), header=True)


def read_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header as (name, address), groups (RFC 5322, 3.4) as their members.

    Encoded words are taken out while the list is cut, since what they hide may look like a part of it.
    """
    runs: list[str] = []

    def hide(found: re.Match[str]) -> str:
        runs.append(decode_words(found[0]))
        return f"\ue000{len(runs) - 1}\ue001"

    def show(text: str) -> str:
        return re.sub("\ue000(\\d+)\ue001", lambda found: runs[int(found[1])], text)

    hidden = WORDS.sub(hide, re.sub("[\ue000\ue001]", "", value))
    found = tuple((" ".join(show(name).split()), show(address)) for name, address in split_addresses(hidden))
    if runs and not any(address for _name, address in found):
        return split_addresses(show(hidden))
    return found


def read_message_ids(value: str) -> tuple[str, ...]:
    """The message IDs in a header, without brackets, comments and spaces; a bare word with an @ is one too."""
    value = _without_comments(value)
    found = MESSAGE_ID.findall(value) or [
        word for word in [value.strip()] if "@" in word and not re.search(r"\s", word)
    ]
    return tuple(cleaned[:LONGEST_ID] for text in found if (cleaned := re.sub(r"\s+", "", text)))


def read_date(value: str, *, any_zone: bool = False) -> datetime | None:
    """The date of a header in UTC; None for what is none, or is outside of the years in which messages are written.

    A zone that is not understood makes a date unreadable unless `any_zone`: then it is taken for UTC.
    """
    value = re.sub(r"\s*:\s*", ":", " ".join(_without_comments(value[:200]).split()))
    value = re.sub(r"\b\w{3}\b", lambda month: POLISH_MONTHS.get(month[0].lower(), month[0]), value)
    if not any_zone and not ZONE.search(value):
        return None
    try:
        parts = parsedate_tz(value)
        if parts is None or abs(parts[9] or 0) > 24 * 3600:
            return None
        date = datetime(*parts[:6], tzinfo=UTC) - timedelta(seconds=parts[9] or 0)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return date if EARLIEST <= date < LATEST else None


def _without_comments(value: str) -> str:
    for _depth in range(5):
        value, changed = COMMENT.subn(" ", value)
        if not changed:
            break
    return value
