"""Transactions that take many locks, and give way to people who save one row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
# Shorter than PostgreSQL's deadlock_timeout (1 s): in a circle of waiting transactions it is always this one that ends.
PATIENCE = "900ms"


class Busy(RuleError):
    """Rows that the action needs are being saved by somebody else; the same action may work in a moment."""


@contextmanager
def yielding_transaction() -> Iterator[None]:
    """A transaction that waits for locks only shortly.

    Raises Busy when it had to give way; nothing is stored then.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            yield
            with connection.cursor() as cursor:  # an outer transaction goes on without the limit
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
            raise Busy(_("These leads are being saved right now. Try again in a moment.")) from error
        raise
