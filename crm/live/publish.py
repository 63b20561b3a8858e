"""Saying what has happened: events go out after the commit, from web, workers and commands alike.

An event is kept for a while (a Redis stream, for who lost the connection) and published to whoever listens. Redis may
be away: then pages learn of the change later, and what was stored stays stored.
"""

import json
import logging
from collections.abc import Collection
from functools import cache, partial
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

# Beyond so many leads an event names none of them: pages ask again for what they show.
MOST_LEADS = 100
KEPT_EVENTS = 2000
# Redis database numbers don't separate channels, only keys.
CHANNEL = f"lejek:live:{settings.REDIS_URL.rpartition('/')[2]}"
STREAM = "lejek:live:events"
SEND = f"""
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', {KEPT_EVENTS}, '*', 'event', ARGV[1])
redis.call('PUBLISH', ARGV[2], id .. ' ' .. ARGV[1])
return id
"""


def publish_leads(*, owners: dict[int, Collection[int | None]], by_id: int | None, new: bool = False) -> None:
    """Tell, after commit, that leads changed: by ID, the sales persons before and after (who of them may see a lead
    hears of it). `new`: they were made just now."""
    if not owners:
        return
    event: dict[str, Any] = {"kind": "leads", "by": by_id, "new": new}
    if len(owners) <= MOST_LEADS:
        event["owners"] = [[pk, *dict.fromkeys(people)] for pk, people in owners.items()]
    _publish(event)


def publish_notification(*, user_id: int) -> None:
    """Tell, after commit, the pages of a user that their notifications changed."""
    _publish({"kind": "notifications", "to": user_id})


def publish_call(*, call_id: int, people: Collection[int], rings: bool) -> None:
    """Tell, after commit, the pages of `people` (user IDs) that a call of theirs changed; `rings`: their phone rings.

    Who sees everybody's leads hears that there is something new among the calls.
    """
    _publish({"kind": "call", "id": call_id, "people": list(people), "rings": rings})


def publish_mail(*, owner_id: int | None) -> None:
    """Tell, after commit, that e-mails of somebody's own account, or of a shared one (None), came in or changed."""
    _publish({"kind": "mail", "owner": owner_id})


def _publish(event: dict[str, Any]) -> None:
    transaction.on_commit(partial(_send, json.dumps(event, separators=(",", ":"))), robust=True)


def _send(event: str) -> None:
    try:
        client().eval(SEND, 1, STREAM, event, CHANNEL)
    except redis.RedisError as error:
        log.warning("An event could not be published: %s", error)


@cache
def client() -> redis.Redis:
    """The connections of this process to Redis; a dead server costs a second, not the request."""
    once_more = Retry(NoBackoff(), 1)  # a connection of before Redis was started again
    return redis.Redis.from_url(settings.REDIS_URL, retry=once_more, socket_timeout=1, socket_connect_timeout=1)
