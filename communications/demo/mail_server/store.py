"""The mailboxes of the server: the archive, and what was delivered since, one file a message."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from communications.demo.mail_server.letters import Archive

SETTINGS = "settings.json"
INBOX, SENT = "INBOX", "Sent"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a mailbox. Nothing is ever taken out of it, so a message's number in it is its UID too."""

    path: Path
    archived: int
    content_of: Callable[[int], bytes]
    arrival_of: Callable[[int], datetime]

    def __len__(self) -> int:
        return self.archived + sum(1 for _file in self.path.glob("*.eml"))

    def content(self, uid: int) -> bytes:
        """The message as it came."""
        return self.content_of(uid) if uid <= self.archived else self._file(uid).read_bytes()

    def arrival(self, uid: int) -> datetime:
        """When it came."""
        if uid <= self.archived:
            return self.arrival_of(uid)
        return datetime.fromtimestamp(self._file(uid).stat().st_mtime, UTC)

    def add(self, content: bytes) -> int:
        """Keep a message, whole or not at all; return its UID."""
        self.path.mkdir(parents=True, exist_ok=True)
        uid = len(self) + 1
        new = self.path / "new"
        new.write_bytes(content)
        os.replace(new, self._file(uid))
        return uid

    def _file(self, uid: int) -> Path:
        return self.path / f"{uid}.eml"


class Store:
    """All mailboxes, by address, and how one signs in to them."""

    def __init__(self, folder: Path) -> None:
        """Read the settings that `communications.demo.mailbox` has written."""
        settings = json.loads((folder / SETTINGS).read_text())
        self.password: str = settings["password"]
        self.uidvalidity: int = settings["uidvalidity"]
        self.pace: float = settings["pace"]
        self.answered_after: float = settings["answered_after"]
        until = datetime.fromisoformat(settings["until"]).replace(tzinfo=ZoneInfo(settings["time_zone"]))
        self.boxes: dict[str, dict[str, Folder]] = {}
        for one in settings["accounts"]:
            archive = Archive(one["address"], one["name"], one["count"], until)
            place = folder / "mail" / one["address"]
            self.boxes[archive.address] = {
                INBOX: Folder(place / INBOX, archive.count, archive.letter, archive.arrived),
                SENT: Folder(place / SENT, archive.sent_count, archive.answer, archive.sent),
            }
