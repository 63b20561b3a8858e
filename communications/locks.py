"""One worker at a time for an account, over all workers: a lock of the database session, gone when the session ends."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from django.db import Error, connection


class Job(IntEnum):
    """What is done by one worker at a time; the first half of the lock's key."""

    IMPORT = 4_110_001
    READ = 4_110_002
    LINK = 4_110_003
    SEND = 4_110_004


@contextmanager
def only_one(job: Job, account_id: int) -> Iterator[bool]:
    """Whether this worker has the account (for SEND: the e-mail) for `job` now; another one is not waited for.

    The lock is held by the connection that also stores the messages: a worker that has lost the one can't store either.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [job, account_id])
        has_it = bool(cursor.fetchone()[0])
    try:
        yield has_it
    finally:
        if has_it:
            _let_go(job, account_id)


def linking_alone() -> None:
    """Wait until no other transaction links messages, and be the only one until this one ends: an answer that is read
    while somebody attaches what it answers would find it still unlinked, and not be seen there either.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [Job.LINK])


def _let_go(job: Job, account_id: int) -> None:
    """Connections go back to a pool, so that the end of the work is not the end of the session."""
    with suppress(Error), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [job, account_id])
        return
    connection.close()
