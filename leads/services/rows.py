"""Rows of any table as they are stored: written down as JSON, and put back exactly, without the model's own logic."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

Stored = dict[str, Any]


def rows_as_stored(model: type[models.Model], ids: Collection[Any]) -> list[Stored]:
    """The rows with these primary keys, in their order, as PostgreSQL's `to_jsonb` writes them, by column."""
    if not ids:
        return []
    table, key = _quote(model._meta.db_table), _quote(key_of(model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (to_jsonb(t){_exact_numbers(model)})::text FROM {table} t WHERE {key} = ANY(%s) ORDER BY {key}",
            [list(ids)],
        )
        rows = [json.loads(row) for (row,) in cursor.fetchall()]
    columns = set(_columns(model))
    return [{name: value for name, value in row.items() if name in columns} for row in rows]


def insert_rows(model: type[models.Model], rows: Sequence[Stored], *, skip_taken: bool = True) -> None:
    """Put rows back as they were, with their primary keys; one that breaks a unique constraint is left out, unless
    `skip_taken` is off: then it is IntegrityError."""
    if not rows:
        return
    defaults = {
        field.column: field.get_default() for field in model._meta.concrete_fields if field.column in _columns(model)
    }
    complete = [{**defaults, **row} for row in rows]  # a column may have come since
    table, columns = _quote(model._meta.db_table), ", ".join(map(_quote, _columns(model)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)"
            + (" ON CONFLICT DO NOTHING" if skip_taken else ""),
            [json.dumps(complete, cls=DjangoJSONEncoder)],
        )


def write_columns(model: type[models.Model], pk: Any, values: Mapping[str, Any]) -> None:
    """Give one row the values, by column, as `rows_as_stored` read them."""
    if not values:
        return
    table, columns = _quote(model._meta.db_table), ", ".join(map(_quote, values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET ({columns}) = ROW(stored.*)"
            f" FROM (SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s)) stored"
            f" WHERE {_quote(key_of(model))} = %s",
            [json.dumps(values, cls=DjangoJSONEncoder), pk],
        )


def without_vanished(model: type[models.Model], rows: Iterable[Stored]) -> tuple[list[Stored], list[Stored], set[str]]:
    """The rows fit to be put back: a reference to a row that is gone since is emptied.

    Gives them, those that can't be without such a reference, and the names of the fields that were emptied.
    """
    fit, unfit, emptied = list(map(dict, rows)), [], set()
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        named = {row[field.column] for row in fit if row.get(field.column) is not None}
        there = set(field.related_model._base_manager.filter(pk__in=named).values_list("pk", flat=True))
        broken = [row for row in fit if row.get(field.column) is not None and row[field.column] not in there]
        if broken and field.null:
            emptied.add(field.name)
            for row in broken:
                row[field.column] = None
        elif broken:
            unfit += broken
            fit = [row for row in fit if row not in broken]
    return fit, unfit, emptied


def _columns(model: type[models.Model]) -> list[str]:
    """What can be written: all but the columns that PostgreSQL computes."""
    return [field.column for field in model._meta.concrete_fields if field.column and not field.generated]


def key_of(model: type[models.Model]) -> str:
    """The column of the primary key."""
    return next(field.column for field in model._meta.concrete_fields if field.primary_key and field.column)


def _exact_numbers(model: type[models.Model]) -> str:
    """Numerics as texts: read as JSON's numbers, they would lose digits."""
    columns = [f.column for f in model._meta.concrete_fields if isinstance(f, models.DecimalField) and f.column]
    pairs = ", ".join(f"'{column}', t.{_quote(column)}::text" for column in columns)
    return f" || jsonb_build_object({pairs})" if pairs else ""


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
