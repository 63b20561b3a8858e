"""Is it PostgreSQL or Redis that is away, or too busy, rather than an error of ours? Then the answer is 503.

A server that is being restarted, a network that is cut and a pool of connections that is used up look different to
whoever asks, and are the same to users: a moment later it works again.
"""

import psycopg
import redis
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as QueueError

RETRY_AFTER = 5  # seconds
# Classes of SQLSTATE (PostgreSQL, appendix A): the connection failed; the server has no room for one more.
CONNECTION, RESOURCES = "08", "53"
# The server was told to stop, has crashed, or is not ready yet.
STOPPED = {"57P01", "57P02", "57P03"}


def is_outage(error: BaseException | None) -> bool:
    """True when the error, or one that it came of, says that PostgreSQL or Redis cannot be used at the moment."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if _tells_outage(error):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _tells_outage(error: BaseException) -> bool:
    if isinstance(error, redis.ConnectionError | redis.TimeoutError | QueueError):
        return True
    # Django says by InterfaceError that a connection is closed; what psycopg can't tell a SQLSTATE of is no answer of
    # the server: refused, cut, or none free in time (psycopg_pool.PoolTimeout).
    if isinstance(error, psycopg.OperationalError):
        state = error.sqlstate
        return state is None or state[:2] in (CONNECTION, RESOURCES) or state in STOPPED
    if isinstance(error, psycopg.InterfaceError):
        return "closed" in str(error)
    return isinstance(error, OperationalError | InterfaceError) and error.__cause__ is None and "closed" in str(error)
