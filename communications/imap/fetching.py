"""Reading a folder by UID, in batches, without changing anything: EXAMINE and BODY.PEEK (RFC 3501)."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from imap_tools import BaseMailBox
from imap_tools.errors import MailboxFetchError, MailboxUidsError
from imap_tools.utils import check_command_status

from communications.imap.problems import MailProblem
from communications.models import Problem

# A batch is answered by one FETCH and held in memory; a message larger than WHOLE comes in pieces, to disk.
BATCH = 200
BATCH_BYTES = 4 * 1024 * 1024
WHOLE = 512 * 1024
PIECE = 1024 * 1024
LARGEST = 50 * 1024 * 1024
MOST_HEADERS = 256 * 1024
LISTED_AT_ONCE = 1000

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
QUOTED_BODY = re.compile(rb'BODY\[[^\]]*\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder as it was when it was opened."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of the folder, before it is fetched."""

    uid: int
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as the server gave it. Of one that is too large (`is_skipped`) the content is only its header."""

    uid: int
    size: int
    received_at: datetime
    content: IO[bytes] | bytes
    digest: bytes
    is_skipped: bool = False


def open_folder(box: BaseMailBox, name: str) -> OpenFolder:
    """Open the folder called `name` (as people read it) for reading only."""
    box.folder.set(name, readonly=True)
    validity, upcoming = (_number(box.client.response(code)[1]) for code in ("UIDVALIDITY", "UIDNEXT"))
    if not validity:
        raise MailProblem(Problem.SERVER, f"{name}: UIDVALIDITY?")
    return OpenFolder(uidvalidity=validity, uidnext=upcoming or _last_uid(box) + 1)


def _number(values: Sequence[Any]) -> int:
    found = [value for value in values if value]
    return int(found[-1]) if found else 0


def _last_uid(box: BaseMailBox) -> int:
    """For a server that does not tell UIDNEXT; `*` is the last message there is."""
    return max((int(uid) for uid in box.uids("UID *", charset=None)), default=0)


def uids_since(box: BaseMailBox, *, after: int, before: int, since: date) -> list[int]:
    """The UIDs between `after` and `before` (both excluded) of messages that arrived on `since` or later.

    The server compares the day of its own time zone, so the day before is asked for too.
    """
    if before - 1 <= after:
        return []
    day = since - timedelta(days=1)
    criteria = f"UID {after + 1}:{before - 1} SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}"
    result = box.client.uid("SEARCH", criteria)
    check_command_status(result, MailboxUidsError)
    found = sorted(int(uid) for line in result[1] if line for uid in line.split())
    return [uid for uid in found if after < uid < before]


def listed(box: BaseMailBox, uids: Sequence[int]) -> Iterator[Listed]:
    """Size and arrival of the messages that are still there, in the order of their UIDs."""
    for start in range(0, len(uids), LISTED_AT_ONCE):
        wanted = uids[start : start + LISTED_AT_ONCE]
        found = {uid: head for uid, head, _body in _fetch(box, wanted, "(UID RFC822.SIZE INTERNALDATE)")}
        kept_back = still_there(box, [uid for uid in wanted if uid not in found])
        for uid in wanted:
            if uid in found or uid in kept_back:
                head = found.get(uid, b"")
                size = SIZE.search(head)
                yield Listed(uid=uid, size=int(size[1]) if size else 0, received_at=_arrival(head))


def still_there(box: BaseMailBox, uids: Sequence[int]) -> set[int]:
    """Which of these messages are in the folder: one that was not given may be deleted by now, or kept back."""
    if not uids:
        return set()
    box.client.noop()  # lets the server tell what others have deleted meanwhile
    return {int(uid) for uid in box.uids(f"UID {uid_set(uids)}", charset=None)} & set(uids)


def batches(messages: Iterable[Listed]) -> Iterator[list[Listed]]:
    """The messages in portions that fit into memory; a large one goes alone."""
    batch: list[Listed] = []
    total = 0
    for message in messages:
        if batch and (message.size > WHOLE or total + message.size > BATCH_BYTES or len(batch) >= BATCH):
            yield batch
            batch, total = [], 0
        batch.append(message)
        total += message.size
        if message.size > WHOLE:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def fetch(box: BaseMailBox, batch: Sequence[Listed]) -> list[Fetched]:
    """The messages of a batch, as far as they are still there. Raises MailProblem when one is there and not given."""
    if len(batch) == 1 and batch[0].size > WHOLE:
        large = _fetch_large(box, batch[0])
        return [large] if large else []
    by_uid = {message.uid: message for message in batch}
    found = []
    for uid, _head, body in _fetch(box, list(by_uid), "(UID BODY.PEEK[])"):
        message = by_uid.get(uid)
        # Of a message that was deleted a moment ago some servers give an empty body.
        if message and (body or (body is not None and message.size == 0)):
            del by_uid[uid]
            found.append(
                Fetched(
                    uid=uid,
                    size=len(body),
                    received_at=message.received_at,
                    content=body,
                    digest=hashlib.sha256(body).digest(),
                )
            )
    if kept_back := still_there(box, list(by_uid)):
        raise MailProblem(Problem.SERVER, f"UID {uid_set(sorted(kept_back))}")
    return sorted(found, key=lambda message: message.uid)


def _fetch_large(box: BaseMailBox, message: Listed) -> Fetched | None:
    """A large message in pieces, so that no more than one of them is in memory; None when it is gone."""
    skipped = message.size > LARGEST
    part, most = ("HEADER", MOST_HEADERS) if skipped else ("", LARGEST)
    content = cast(IO[bytes], SpooledTemporaryFile(max_size=PIECE))  # noqa: SIM115 - closed by who stores it
    digest = hashlib.sha256()
    offset = 0
    while offset < most:
        want = min(PIECE, most - offset)
        piece = next(
            (
                body or b""
                for uid, _head, body in _fetch(box, [message.uid], f"(UID BODY.PEEK[{part}]<{offset}.{want}>)")
                if uid == message.uid
            ),
            b"",
        )
        content.write(piece)
        digest.update(piece)
        offset += len(piece)
        if len(piece) < want:
            break
    content.seek(0)
    if not skipped and offset != message.size and not still_there(box, [message.uid]):
        return None  # deleted while it was read: half a message is none
    return Fetched(
        uid=message.uid,
        size=message.size if skipped else offset,
        received_at=message.received_at,
        content=content,
        digest=digest.digest(),
        is_skipped=skipped,
    )


def _fetch(box: BaseMailBox, uids: Sequence[int], parts: str) -> Iterator[tuple[int, bytes, bytes | None]]:
    """UID, attributes and body (None when there is none) of each message that the server answers about.

    What it tells unasked (flags that somebody else has changed) is left out.
    """
    result = box.client.uid("FETCH", uid_set(uids), parts)
    check_command_status(result, MailboxFetchError)
    wanted = set(uids)
    for head, literal in _answers(result[1]):
        if (uid := UID.search(head)) and int(uid[1]) in wanted:
            yield int(uid[1]), head, literal if literal is not None else _quoted(head)


def _answers(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """imaplib's parts put together again: an answer about a message is text with at most one literal in it."""
    head, literal = b"", None
    for item in data:
        text = item[0] if isinstance(item, tuple) else item or b""
        if re.match(rb"\d+ \(", text) and head:
            yield head, literal
            head, literal = b"", None
        head += text
        if isinstance(item, tuple):
            literal = item[1]
    if head:
        yield head, literal


def _quoted(head: bytes) -> bytes | None:
    """A short body that came as a string instead of a literal; NIL is none."""
    if found := QUOTED_BODY.search(head):
        return re.sub(rb"\\(.)", rb"\1", found[1])
    return None


def uid_set(uids: Sequence[int]) -> str:
    """UIDs as a command names them, neighbours as ranges: 1:3,7."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def _arrival(head: bytes) -> datetime:
    """INTERNALDATE, in UTC; now when the server tells none or an impossible one."""
    found = INTERNAL_DATE.search(head)
    if found is None:
        return datetime.now(UTC)
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == b"-" else 1)
    try:
        moment = datetime(
            int(year),
            MONTHS.index(month.decode()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),
            tzinfo=timezone(offset),
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC)
