"""Who makes a change: what the history triggers write down as the author."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection
from psycopg.pq import TransactionStatus

from crm.models import User


@contextmanager
def acting_as(user: User | None) -> Iterator[None]:
    """Every write in this block, of any kind, is recorded in the history as made by `user` (None: the system).

    The request middleware does the same for requests; services open it for their `by`. After the block the author is
    who it was before, also in the same transaction.
    """
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata["user"] = user.pk if user else None
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)
            if not before:
                _forget_author()


@contextmanager
def acting_for(user_id: int | None) -> Iterator[User | None]:
    """What a Celery task opens: it acts as the user who asked for it, whose ID came with the call (None: the system).

    Gives the user; None also when the account was deleted meanwhile.
    """
    user = User.objects.filter(pk=user_id).first() if user_id is not None else None
    with acting_as(user):
        yield user


def announce_author() -> None:
    """Tell PostgreSQL who acts, before writes that bypass Django's cursors: COPY, and functions called by SELECT.

    Called within `acting_as` and a transaction; it holds until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("VALUES (1)")  # pghistory puts the author before every statement but SELECT


def _forget_author() -> None:
    """The author is set for a transaction; where that goes on after the block, take it back."""
    raw = connection.connection
    if raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config(name, '', true)"
                " FROM unnest(ARRAY['pghistory.context_id', 'pghistory.context_metadata']) AS name"
            )
