"""Loading many rows: what checks and sorts each of them is taken away before, and made anew when all are there."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

# Indexes that belong to no constraint, and constraints but primary keys and checks. The triggers stay.
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('u', 'f') ORDER BY contype DESC
"""
MEMORY = "SET maintenance_work_mem = '512MB'"
AT_ONCE = 2

Step = Callable[[str], AbstractContextManager[None]]


@contextmanager
def sort_once(url: str, tables: Sequence[str], *, step: Step) -> Iterator[None]:
    """Within the block, the tables have neither secondary indexes nor foreign keys."""
    with psycopg.connect(url) as connection:
        indexes = connection.execute(INDEXES, [list(tables)]).fetchall()
        constraints = connection.execute(CONSTRAINTS, [list(tables)]).fetchall()
        # A foreign key stands on a unique constraint of its table: the last made goes first.
        for table, name, _definition in reversed(constraints):
            _alter(connection, table, SQL("DROP CONSTRAINT {}").format(Identifier(name)))
        for name, _definition in indexes:
            connection.execute(f"DROP INDEX {name}")
    yield
    with step(f"{len(indexes)} indexes"), ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda index: _run(url, index[1]), indexes))
    with step(f"{len(constraints)} constraints"), psycopg.connect(url, autocommit=True) as connection:
        connection.execute(MEMORY)
        for table, name, definition in constraints:
            _alter(connection, table, SQL("ADD CONSTRAINT {} {}").format(Identifier(name), SQL(definition)))


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(MEMORY)
        connection.execute(statement)


def _alter(connection: psycopg.Connection[Any], table: str, change: Any) -> None:
    connection.execute(SQL("ALTER TABLE {} {}").format(SQL(table), change))
