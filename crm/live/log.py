"""The events of the last minutes, for who was away: a stream that lost its connection, a page that polls."""

import json
import re
from dataclasses import dataclass
from typing import Any

from crm.live.audience import RESYNC, Audience

ID = re.compile(r"\d{1,15}-\d{1,15}")
START = "0-0"
MOST_MISSED = 500
# The newest ID, whether the event at ARGV[1] is still kept ("": nothing is asked for), and what came after it.
READ = f"""
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local asked = ARGV[1] ~= ''
local known = ARGV[1] == '{START}' or (asked and #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) > 0)
local missed = known and redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', {MOST_MISSED + 1}) or {{}}
return {{last[1] and last[1][1] or '{START}', (known or not asked) and 1 or 0, missed}}
"""


@dataclass(frozen=True, slots=True)
class Missed:
    """The answer to READ: where the log ends, and what `told` to an audience since the place that was asked for."""

    last: str
    is_known: bool
    events: list[dict[str, Any]]

    @classmethod
    def read(cls, answer: list[Any]) -> "Missed":
        """From what Redis answers."""
        last, is_known, rows = answer
        events = [json.loads(fields[1]) for _id, fields in rows]
        return cls(last.decode(), bool(is_known) and len(events) <= MOST_MISSED, events)

    def told(self, audience: Audience) -> list[dict[str, Any]]:
        """What the audience is told of it; RESYNC alone when nobody knows any more what came between."""
        if not self.is_known:
            return [RESYNC]
        return [told for event in self.events if (told := audience.told(event))]


def place(text: str) -> str:
    """`text` when it can be the ID of an event, else ""."""
    return text if ID.fullmatch(text) else ""
