"""The events of the last minutes, for who was away: a stream that lost its connection, a page that polls."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from crm.live.audience import RESYNC, Audience

ID = re.compile(r"\d{1,15}-\d{1,15}")
START = "0-0"
MOST_MISSED = 500
# The newest ID, whether everything after ARGV[1] is still kept ("": nothing is asked for), and what came after it.
# IDs begin with the milliseconds of Redis' clock, so that a moment is a place too.
READ = f"""
local function order(id)
  local milliseconds, number = string.match(id, '(%d+)-(%d+)')
  return tonumber(milliseconds), tonumber(number)
end
local function is_kept(since)
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if not oldest then return true end
  local old, old_number = order(oldest[1])
  local asked, asked_number = order(since)
  return old < asked or (old == asked and old_number <= asked_number)
end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local known, missed = true, {{}}
if ARGV[1] ~= '' then
  known = is_kept(ARGV[1])
  missed = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', {MOST_MISSED + 1})
end
return {{last and last[1] or '{START}', known and 1 or 0, missed}}
"""


def place_of_now() -> str:
    """The place that a page goes on from which is being rendered now: what it shows was read a moment ago."""
    return f"{int(time.time() * 1000) - 1000}-0"


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
