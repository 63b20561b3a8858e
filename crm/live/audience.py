"""Who may hear what: an event names leads with their sales persons, a page gets the IDs of those that its user sees."""

from dataclasses import dataclass
from typing import Any

from crm.models import User
from crm.visibility import seen_owners

# What a page is told when it may have missed something: ask again for all that you show.
RESYNC: dict[str, Any] = {"kind": "resync"}
# The first thing that a stream says when it listens.
READY: dict[str, Any] = {"kind": "ready"}


@dataclass(frozen=True, slots=True)
class Audience:
    """A user as of a moment: whose leads they see (None: everybody's)."""

    user_id: int
    owners: frozenset[int | None] | None

    @classmethod
    def of(cls, user: User) -> "Audience":
        """Asks the database; streams end after a few minutes, so that what changed meanwhile is taken up."""
        return cls(user.pk, seen_owners(user))

    def told(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """What of `event` (crm.live.publish) this user is told; None: nothing."""
        if event["kind"] == "call":
            is_own = self.user_id in event["people"]
            told = {"kind": "call", "id": event["id"], "rings": is_own and event["rings"]}
            return told if is_own or self.owners is None else None
        if event["kind"] == "mail":
            return {"kind": "mail"} if event["owner"] in (None, self.user_id) else None
        if event["kind"] != "leads":
            return {"kind": event["kind"]} if event["to"] == self.user_id else None
        told = {"kind": "leads", "by": event["by"], "new": event["new"]}
        if "owners" not in event:
            return {**told, "many": True}
        ids = [pk for pk, *owners in event["owners"] if self.owners is None or not self.owners.isdisjoint(owners)]
        return {**told, "ids": ids} if ids else None
