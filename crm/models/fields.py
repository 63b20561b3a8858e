"""Columns that PostgreSQL fills by itself: search text and Polish sort keys."""

from django.db import models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat


def sort_key(field: str) -> models.GeneratedField:
    """A stored key that sorts `field` in Polish alphabetical order (Ć after C, Ł after L) bytewise, without ICU."""
    return models.GeneratedField(
        expression=Func(F(field), function="lejek_sort_key"),
        output_field=TextField(db_collation="C"),
        db_persist=True,
        editable=False,
    )


def search_text(*expressions: str | models.Expression) -> models.GeneratedField:
    """A stored text without case and diacritics for substring search: the given fields, separated by spaces."""
    parts: list[models.Expression] = []
    for expression in expressions:
        value = F(expression) if isinstance(expression, str) else expression
        parts += [Func(value, Value(""), function="COALESCE", output_field=TextField()), Value(" ")]
    return models.GeneratedField(
        expression=Func(Concat(*parts[:-1], output_field=TextField()), function="lejek_normalise"),
        output_field=TextField(),
        db_persist=True,
        editable=False,
    )
