"""Storing what was fetched: each message once, its original before anything is read out of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from email.parser import BytesHeaderParser

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from communications.imap.fetching import MOST_HEADERS, Fetched
from communications.models import AccountHealth, MailAccount, MailFolder, Message, MessagePlace
from communications.models.messages import raw_place
from communications.services.batches import insert_messages, insert_places
from communications.stored_files import pieces_of, put


@transaction.atomic
def store(*, account: MailAccount, folder: MailFolder, fetched: Sequence[Fetched], upto: int) -> list[Message]:
    """Store a batch of `folder` under its present UIDVALIDITY, and that everything up to the UID `upto` is here.

    A message that the account knows, but not at a place of this folder (it was moved or copied, the folder was numbered
    anew, or it was sent by ourselves), gets a place; all others become rows. Returns the new ones. All or nothing.
    """
    known = _known(account, folder, fetched)
    start = _first_moment(account)
    new: list[Message] = []
    placed: list[tuple[Message, int]] = []
    for one in fetched:
        same = known.get(one.digest) or known.get(_sent_id(one, folder))
        if same:
            message = same.pop(0)
        else:
            message = _row(account, folder, one, start)
            _store_raw(message, folder, one)
            new.append(message)
        placed.append((message, one.uid))
    insert_messages(new)
    insert_places(folder, _validity(folder), placed)
    MailFolder.objects.filter(pk=folder.pk).update(last_uid=upto, uidvalidity=folder.uidvalidity)
    folder.last_uid = upto
    _count(account, len(fetched))
    return new


def _known(account: MailAccount, folder: MailFolder, fetched: Sequence[Fetched]) -> dict[bytes, list[Message]]:
    """Messages of the account that have no place in the folder as it is numbered now, by digest; those that we have
    sent and that lie nowhere yet, also by Message-ID.
    """
    here = MessagePlace.objects.filter(folder=folder, uidvalidity=_validity(folder)).values("message")
    found: dict[bytes, list[Message]] = defaultdict(list)
    same = Message.objects.filter(account=account, digest__in=[one.digest for one in fetched])
    for message in same.exclude(pk__in=here).only("pk", "digest").order_by("pk"):
        found[bytes(message.digest)].append(message)
    ids = [sent_id.decode() for one in fetched if (sent_id := _sent_id(one, folder))]
    if ids:
        ours = Message.objects.filter(direction=Message.Direction.OUT, message_id__in=ids, places__isnull=True)
        for message in ours.filter(account=account).only("pk", "message_id").order_by("pk"):
            found[message.message_id.encode()].append(message)
    return found


def _validity(folder: MailFolder) -> int:
    """The UIDVALIDITY under which the folder is being fetched."""
    assert folder.uidvalidity is not None
    return folder.uidvalidity


def _sent_id(one: Fetched, folder: MailFolder) -> bytes:
    """The Message-ID of a message in a folder of sent ones, without angle brackets; b"" of any other."""
    if not folder.is_sent:
        return b""
    head = one.content[:MOST_HEADERS] if isinstance(one.content, bytes) else _head_of(one)
    found = BytesHeaderParser().parsebytes(head.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n").get("Message-ID", "")
    return str(found).strip().strip("<>").encode(errors="replace")


def _head_of(one: Fetched) -> bytes:
    assert not isinstance(one.content, bytes)
    head = one.content.read(MOST_HEADERS)
    one.content.seek(0)
    return head


def _first_moment(account: MailAccount) -> datetime:
    """The midnight from which on messages ask to be processed."""
    return timezone.make_aware(datetime.combine(account.start_date, time.min))


def _row(account: MailAccount, folder: MailFolder, one: Fetched, start: datetime) -> Message:
    return Message(
        account=account,
        direction=Message.Direction.OUT if folder.is_sent else Message.Direction.IN,
        size=one.size,
        digest=one.digest,
        received_at=one.received_at,
        sent_at=one.received_at,
        is_old=one.received_at < start,
        is_skipped=one.is_skipped,
    )


def _store_raw(message: Message, folder: MailFolder, one: Fetched) -> None:
    """Write the original under a name made of folder and UID: what a killed worker has left there is replaced."""
    name = f"{folder.pk}/{folder.uidvalidity}/{one.uid // 1000}/{one.uid}.eml"
    message.raw.name, _size = put(message.raw.storage, raw_place(message, name), pieces_of(one.content))


def _count(account: MailAccount, number: int) -> None:
    """Progress, in the same transaction as the messages: the line of the account never tells of more than there is."""
    health = AccountHealth.objects.filter(account=account)
    health.update(behind=Greatest(F("behind") - number, 0))
    health.filter(first_look_at=None).update(first_done=F("first_done") + number)


def places_of(folder: MailFolder, uids: Sequence[int]) -> set[int]:
    """Which of these UIDs of the folder, as it is numbered now, are stored already."""
    if not uids:
        return set()
    stored = MessagePlace.objects.filter(folder=folder, uidvalidity=_validity(folder), uid__range=(uids[0], uids[-1]))
    return set(stored.values_list("uid", flat=True))


def forget_files(*, names: Iterable[str]) -> None:
    """Delete originals and attachments from the storage, once the transaction is committed."""
    storage = Message._meta.get_field("raw").storage
    gone = list(names)

    def delete() -> None:
        for name in gone:
            storage.delete(name)

    transaction.on_commit(delete)
