"""What the cache remembers for telephony. While Redis is away it remembers nothing, and everything else goes on."""

import logging
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def remember_first(key: str, *, seconds: int) -> bool:
    """Whether `key` is seen for the first time within `seconds`; True when nobody remembers."""
    try:
        return bool(cache.add(key, 1, seconds))
    except RedisError as error:
        log.warning("Redis can't be reached: %s", error)
        return True


def keep(key: str, value: Any, *, seconds: float) -> None:
    """Remember `value` under `key`, if somebody can."""
    try:
        cache.set(key, value, seconds)
    except RedisError as error:
        log.warning("Redis can't be reached: %s", error)


def recall(key: str) -> Any:
    """What is kept under `key`; None when it is nothing, or when nobody remembers."""
    try:
        return cache.get(key)
    except RedisError as error:
        log.warning("Redis can't be reached: %s", error)
        return None


def forget(key: str) -> None:
    """Let `key` be seen for the first time again."""
    try:
        cache.delete(key)
    except RedisError as error:
        log.warning("Redis can't be reached: %s", error)
