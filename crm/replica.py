"""Where reports and exports read: a streaming replica of the database, when DATABASE_REPLICA_URL names one.

A replica is a little behind: what is read there is shown with the moment that it is true for. The primary is read when
the replica is behind by more than REPLICA_MAX_LAG seconds, does not answer, or is no replica (any more).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.utils import timezone

REPLICA = "replica"
GONE = "replica-gone"
GONE_FOR = 15  # seconds until a replica that did not answer is asked again
GONE_ERRORS = (OperationalError, InterfaceError)

Read = TypeVar("Read")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A database to read (`alias`), and the moment that its data are of; None: it is the primary, they are present."""

    alias: str
    as_of: datetime | None = None


PRIMARY = Source(DEFAULT_DB_ALIAS)


def reading_source() -> Source:
    """The replica when it can be used, else the primary."""
    if REPLICA not in settings.DATABASES or cache.get(GONE):
        return PRIMARY
    try:
        as_of = _as_of()
    except GONE_ERRORS as error:
        _leave_out(error)
        return PRIMARY
    if as_of is None or timezone.now() - as_of > timedelta(seconds=settings.REPLICA_MAX_LAG):
        return PRIMARY
    return Source(REPLICA, as_of)


def read_beside(read: Callable[[str], Read]) -> tuple[Read, Source]:
    """What `read` answers with the alias of a database: the replica's, or the primary's when the replica fails."""
    source = reading_source()
    try:
        return read(source.alias), source
    except GONE_ERRORS as error:
        if source == PRIMARY:
            raise
        _leave_out(error)
        return read(PRIMARY.alias), PRIMARY


def _as_of() -> datetime | None:
    """The moment that the data of the replica are of: now, when it has all that the primary has written; else that of
    the last transaction it has. None when it is no replica, or has none yet.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        [written] = cursor.fetchone()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL"
            " WHEN pg_last_wal_replay_lsn() >= %s::pg_lsn THEN clock_timestamp()"
            " ELSE pg_last_xact_replay_timestamp() END",
            [written],
        )
        as_of: datetime | None = cursor.fetchone()[0]
    return as_of


def _leave_out(error: Exception) -> None:
    logger.warning("The replica is left out for %s seconds: %s", GONE_FOR, error)
    cache.set(GONE, True, GONE_FOR)
