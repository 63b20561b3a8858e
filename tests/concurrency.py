"""Transactions that run at the same time, each on a connection of its own, held open until the test commits them."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from django.db import connection, transaction

from tests.infra.installation import until

PATIENCE = 30


class Transaction:
    """`work` in a transaction of its own thread: it begins at once, and stays open until `commit`."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.error: Exception | None = None
        self.result: Any = None
        self._work = work
        self._began, self._worked, self._go = Event(), Event(), Event()
        self._pid = 0
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._began.wait(PATIENCE)
        until(lambda: self._worked.is_set() or self.is_blocked(), "The transaction neither works nor waits.")

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            self._pid = connection.connection.info.backend_pid
            with transaction.atomic():
                self._began.set()
                self.result = self._work()
                self._worked.set()
                assert self._go.wait(PATIENCE)
        except Exception as error:
            self.error = error
        finally:
            self._began.set()
            self._worked.set()
            connection.close()

    def is_blocked(self) -> bool:
        """Whether PostgreSQL makes this transaction wait for another one's lock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pid])
            return bool(cursor.fetchone()[0])

    def commit(self) -> Exception | None:
        """End the transaction, and say what went wrong in it."""
        self._go.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.error


def race(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Exception | None, Exception | None]:
    """Run two transactions of which the second must wait for the first; give what each of them raised."""
    one = Transaction(first)
    two = Transaction(second)
    assert two.is_blocked(), "The second transaction did not wait for the first."
    return one.commit(), two.commit()
