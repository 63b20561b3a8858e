"""A person with traces everywhere, and what of them is left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def storage(settings, tmp_path: Path) -> Path:
    """A storage of this test alone."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def traces(*words: str) -> Iterator[str]:
    """Where any of the words stands in the database: every column of every table, as text, case ignored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN (SELECT tablename FROM pg_tables)"
        )
        for table, column in cursor.fetchall():
            for word in words:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{word}%"])
                if count := cursor.fetchone()[0]:
                    yield f"{table}.{column}: {word} ({count})"


def stored_traces(folder: Path, *words: bytes) -> list[str]:
    """The stored files in which any of the words stands."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(word in path.read_bytes() for word in words)
    ]
