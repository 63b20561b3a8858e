"""The mailboxes over IMAP (RFC 3501), for reading alone, by Twisted's server."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from io import BytesIO
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.mail import imap4
from zope.interface import implementer

from communications.demo.mail_server.store import SENT, Folder, Store


class Protocol(imap4.IMAP4Server):
    """A conversation. The content of a letter takes `pace` seconds, as over a line to somewhere else."""

    pace = 0.0

    def spew_body(self, part: Any, id: int, msg: Any, _w: Any = None, _f: Any = None) -> "Deferred[Any]":
        """Write a body after its time."""
        return deferLater(reactor, self.pace, super().spew_body, part, id, msg, _w, _f)

    def search_SINCE(self, query: list[Any], id: int, msg: "Letter") -> bool:
        """Whether a message came on that day or later; Twisted's own takes the date for text and fails."""
        day = datetime.strptime(query.pop(0).decode(), "%d-%b-%Y").date()  # noqa: DTZ007 - a day has no zone
        return msg.folder.arrival(msg.uid).date() >= day


@implementer(imap4.IMessage, imap4.IMessageFile)
class Letter:
    """One message of a folder."""

    def __init__(self, folder: Folder, uid: int) -> None:
        self.folder = folder
        self.uid = uid

    def getUID(self) -> int:
        return self.uid

    def getFlags(self) -> list[str]:
        return []

    def getInternalDate(self) -> bytes:
        return format_datetime(self.folder.arrival(self.uid)).encode()

    def getSize(self) -> int:
        return len(self.folder.content(self.uid))

    def open(self) -> BytesIO:
        return BytesIO(self.folder.content(self.uid))

    def isMultipart(self) -> bool:
        return False

    def getHeaders(self, negate: bool, *names: bytes) -> dict[str, str]:
        """The header, folded lines put together; only `names`, or all but them where `negate` says so."""
        head = self.folder.content(self.uid).partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")
        values = dict(line.split(": ", 1) for line in head.split("\r\n"))
        wanted = {name.decode().lower() for name in names}
        return {name: value for name, value in values.items() if (name.lower() in wanted) != negate}

    def getBodyFile(self) -> BytesIO:
        return BytesIO(self.folder.content(self.uid).partition(b"\r\n\r\n")[2])

    def getSubPart(self, _part: int) -> "Letter":
        raise imap4.IMAP4Exception("Messages are given whole")


@implementer(imap4.IMailbox)
class Mailbox:
    """A folder as it is selected."""

    def __init__(self, folder: Folder, uidvalidity: int, flags: list[str]) -> None:
        self.folder = folder
        self.uidvalidity = uidvalidity
        self.flags = flags

    def getFlags(self) -> list[str]:
        return self.flags

    def getHierarchicalDelimiter(self) -> str:
        return "/"

    def getUIDValidity(self) -> int:
        return self.uidvalidity

    def getUIDNext(self) -> int:
        return len(self.folder) + 1

    def getUID(self, message: int) -> int:
        return message

    def getMessageCount(self) -> int:
        return len(self.folder)

    def getRecentCount(self) -> int:
        return 0

    def getUnseenCount(self) -> int:
        return len(self.folder)

    def isWriteable(self) -> bool:
        return False

    def requestStatus(self, names: list[str]) -> dict[str, int]:
        return imap4.statusRequestHelper(self, names)  # type: ignore[no-any-return]

    def addListener(self, listener: Any) -> None:
        """Nothing is pushed: who wants to know opens the folder anew."""

    def removeListener(self, listener: Any) -> None:
        pass

    def fetch(self, messages: Any, uid: bool) -> list[tuple[int, Letter]]:
        """The messages of a set, by number or UID, which are the same here."""
        last = len(self.folder)
        messages.last = last
        return [(number, Letter(self.folder, number)) for number in messages if 0 < number <= last]

    def _refuse(self, *_arguments: Any, **_named: Any) -> None:
        raise imap4.ReadOnlyMailbox("This mailbox is for reading alone")

    addMessage = expunge = store = destroy = _refuse


class Account(imap4.MemoryAccount):
    """The folders of a user."""

    def __init__(self, store: Store, address: str) -> None:
        super().__init__(address)
        for name, folder in store.boxes[address].items():
            self.mailboxes[name] = Mailbox(folder, store.uidvalidity, ["\\Sent"] if name == SENT else [])

    def select(self, name: str, readwrite: int = 1) -> Mailbox | None:
        """The folder of that name, whatever its case."""
        return next((box for known, box in self.mailboxes.items() if known.upper() == name.upper()), None)

    def listMailboxes(self, ref: str, wildcard: str) -> list[tuple[str, Mailbox]]:
        """The folders that a pattern fits."""
        fits: Callable[[str], Any] = imap4.wildcardToRegexp(ref + wildcard, "/").match
        return [(name, box) for name, box in self.mailboxes.items() if fits(name)]

    def _refuse(self, *_arguments: Any) -> None:
        raise imap4.MailboxException("This account is for reading alone")

    create = delete = rename = _refuse
