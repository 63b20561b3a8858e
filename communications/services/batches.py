"""Rows of a batch in one statement each way: Django's own ways cost several times what fetching and reading do."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Identifier, Placeholder

from communications.models import MailFolder, Message, MessagePlace

# What differs from message to message when it comes in, with the type of its array.
VARYING = {
    "raw": "text",
    "size": "bigint",
    "digest": "bytea",
    "received_at": "timestamptz",
    "sent_at": "timestamptz",
    "is_old": "boolean",
    "is_skipped": "boolean",
}
FILLED_BY_DATABASE = ("id", "created_at")


def insert_messages(messages: Sequence[Message]) -> None:
    """Store new messages, which differ in VARYING alone, and give them their IDs."""
    if not messages:
        return
    shared = [name for name in _columns() if name not in VARYING]
    statement = SQL("INSERT INTO {table} ({columns}) SELECT {shared}, {varying} FROM unnest({arrays})").format(
        table=Identifier(Message._meta.db_table),
        columns=SQL(", ").join(Identifier(_columns()[name]) for name in (*shared, *VARYING)),
        shared=SQL(", ").join(Placeholder() for _name in shared),
        varying=SQL(", ").join(Identifier("row", name) for name in VARYING),
        arrays=SQL(", ").join(SQL("{}::{}[]").format(Placeholder(), SQL(kind)) for kind in VARYING.values()),
    )
    statement += SQL(" WITH ORDINALITY AS row({names}, place) ORDER BY place RETURNING id").format(
        names=SQL(", ").join(Identifier(name) for name in VARYING)
    )
    values = [_value(messages[0], name) for name in shared]
    arrays = [[str(message.raw) for message in messages]]
    arrays += [[getattr(message, name) for message in messages] for name in VARYING if name != "raw"]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *arrays])
        for message, (pk,) in zip(messages, cursor.fetchall(), strict=True):
            message.pk = pk
            message._state.adding = False


def insert_places(folder: MailFolder, uidvalidity: int, placed: Sequence[tuple[Message, int]]) -> None:
    """Store where messages lie in a folder: each with its UID."""
    statement = SQL(
        "INSERT INTO {table} (message_id, folder_id, uidvalidity, uid)"
        " SELECT place.message, %s, %s, place.uid FROM unnest(%s::bigint[], %s::bigint[]) AS place(message, uid)"
    ).format(table=Identifier(MessagePlace._meta.db_table))
    messages, uids = [message.pk for message, _uid in placed], [uid for _message, uid in placed]
    with connection.cursor() as cursor:
        cursor.execute(statement, [folder.pk, uidvalidity, messages, uids])


def update_messages(messages: Sequence[Message], names: Sequence[str]) -> None:
    """Store these fields of messages that are stored already."""
    statement = SQL("UPDATE {table} SET {values} WHERE id = {pk}").format(
        table=Identifier(Message._meta.db_table),
        values=SQL(", ").join(SQL("{} = {}").format(Identifier(_columns()[name]), Placeholder()) for name in names),
        pk=Placeholder(),
    )
    rows = [[*(_value(message, name) for name in names), message.pk] for message in messages]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


@cache
def _columns() -> dict[str, str]:
    """The columns that are written, by the names of their fields."""
    fields = Message._meta.concrete_fields
    return {field.name: str(field.column) for field in fields if field.name not in FILLED_BY_DATABASE}


def _value(message: Message, name: str) -> Any:
    field: Any = Message._meta.get_field(name)
    return field.get_db_prep_save(getattr(message, field.attname), connection)
