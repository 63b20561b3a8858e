"""A form that is sent twice (a double click, a repeated request) makes one row."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache
from django.db import connection, models, transaction

REMEMBERED = 24 * 60 * 60  # seconds

Row = TypeVar("Row", bound=models.Model)


def make_once(key: str, *, rows: "models.QuerySet[Row]", make: Callable[[], Row]) -> tuple[Row, bool]:
    """The row that `make` stores the first time this `key` comes, and whether it was made just now.

    A second call with the same key, even at the same moment, waits for the first one and gets its row out of `rows`.
    What `make` raises passes through, and the next call tries again.
    """
    name = f"once:{sha256(key.encode()).hexdigest()}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        known = cache.get(name)
        row = rows.filter(pk=known).first() if known is not None else None
        if row is not None:
            return row, False
        row = make()
        cache.set(name, row.pk, REMEMBERED)
        return row, True
