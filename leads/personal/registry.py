"""All tables with data of people, of all apps; and what docs/personal-data.md says about them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.module_loading import import_string

from crm.personal import KEEP, MARKER, PersonalData, Table

# What can hold words of people. Generated columns follow those that they are made of.
TEXT_COLUMNS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    models.BinaryField,
    models.GenericIPAddressField,
    ArrayField,
)


@cache
def tables() -> tuple[Table, ...]:
    """The tables in the order in which they are searched: first what others go along with."""
    found = [table for data in _all() for table in data.tables]
    return tuple(sorted(found, key=lambda table: (not table.link, table.is_history)))


@cache
def table_of(label: str) -> Table:
    """The table of a model that has one."""
    return next(table for table in tables() if table.model == label)


def model_of(table: Table) -> type[models.Model]:
    """The model of a table."""
    return apps.get_model(table.model)


def parts_of(label: str) -> Iterator[Table]:
    """The tables whose rows go along with rows of this model."""
    return (table for table in tables() if label in table.within)


def text_columns() -> Iterator[tuple[str, "models.Field[Any, Any]"]]:
    """Every column of every model that can hold words, with the label of its model; fixed choices are none."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for column in model._meta.concrete_fields:
            if isinstance(column, TEXT_COLUMNS) and not column.is_relation and not column.choices:
                yield model._meta.label, column


def answer_for(label: str, name: str) -> str:
    """What becomes of a column when a person is anonymised, or why it holds nobody's data. Raises KeyError."""
    for table in tables():
        if table.model == label and name in table.columns:
            value = table.columns[name]
            then = "what names the person is cut out" if value is KEEP else "emptied"
            then = "**Anonymised data**" if value is MARKER else then
            return f"personal: {table.note or then}"
    reasons = {key: reason for data in _all() for key, reason in data.nothing.items()}
    if name.startswith("pgh_"):
        return "none: of pghistory, the kind of a change and who made it (IDs)"
    # Where some columns hold data of people, each of the others needs a reason of its own.
    has_table = any(table.model == label for table in tables())
    return f"none: {reasons[f'{label}.{name}'] if has_table else reasons.get(f'{label}.{name}') or reasons[label]}"


def documentation() -> str:
    """The table of docs/personal-data.md."""
    lines = ["| column | data of people |", "| --- | --- |"]
    lines += [f"| `{label}.{column.name}` | {answer_for(label, column.name)} |" for label, column in text_columns()]
    return "\n".join(lines) + "\n"


@cache
def _all() -> tuple[PersonalData, ...]:
    return tuple(import_string(path) for path in settings.PERSONAL_DATA)
