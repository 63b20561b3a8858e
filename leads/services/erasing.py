"""Anonymising rows, whoever's they are: what their tables say, with all that goes along. Each step can be repeated."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from crm.history import acting_as
from crm.models import User
from crm.personal import KEEP, Rows, Table, erased_values
from leads.models import ErasedLead, Lead, LeadEvent, LeadFile
from leads.personal.identity import Identity
from leads.personal.registry import model_of, parts_of, table_of
from leads.services.announce import announce
from leads.services.files import forget_files
from leads.services.merging import marked

CHUNK = 200


def erase_rows(*, table: Table, rows: Rows, by: User | None, identity: Identity | None = None) -> int:
    """Anonymise these rows of `table` and all that goes along with them, but for what the law keeps; how many rows of
    the table they were. Of columns that stay, `identity` is cut out.
    """
    with transaction.atomic(), acting_as(by), marked(erased=1):
        return _erase(table, rows, identity)


def cut_out(*, table: Table, rows: Rows, identity: Identity, by: User | None) -> None:
    """Take what names the person out of rows that are somebody else's."""
    with transaction.atomic(), acting_as(by):
        _cut(table, rows, identity, tuple(table.columns))
        if table.spoil is not None:
            table.spoil(rows=rows)


def _erase(table: Table, rows: Rows, identity: Identity | None) -> int:
    model = model_of(table)
    found = list(
        model._base_manager.filter(pk__in=rows).exclude(table.kept()).order_by("pk").values_list("pk", flat=True)
    )
    if not found:
        return 0
    parts = list(parts_of(table.model))
    for part in (part for part in parts if not part.is_history):
        _erase_part(part, table, found, identity)
    if table.erase is not None:
        table.erase(rows=found)
    else:
        model._base_manager.filter(pk__in=found).update(**erased_values(table, model))
    if identity is not None:
        kept = tuple(name for name, value in table.columns.items() if value is KEEP)
        _cut(table, found, identity, kept)
    # What tells of changes comes last: this change is told, too.
    for part in (part for part in parts if part.is_history):
        _erase_part(part, table, found, identity)
    return len(found)


def _erase_part(part: Table, owner: Table, rows: Rows, identity: Identity | None) -> None:
    belonging = model_of(part)._base_manager.filter(part.within[owner.model](rows)).exclude(part.kept())
    after = 0
    while ids := list(belonging.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        _erase(part, ids, identity)
        after = ids[-1]


def _cut(table: Table, rows: Rows, identity: Identity, columns: tuple[str, ...]) -> None:
    model: Any = model_of(table)
    texts = [name for name in columns if not isinstance(model._meta.get_field(name), models.FileField)]
    if not texts:
        return
    emptied = erased_values(table, model)
    for row in model._base_manager.filter(pk__in=rows).exclude(table.kept()).only("pk", *texts):
        changed = {}
        for name in texts:
            old = getattr(row, name)
            new = identity.without(old, encoded=name in table.encoded)
            if new != old:
                changed[name] = _fitting(model._meta.get_field(name), new, emptied.get(name))
        if changed:
            model._base_manager.filter(pk=row.pk).update(**changed)


def _fitting(column: Any, value: Any, emptied: Any) -> Any:
    """`value` as the column takes it; what was nothing but the person is what an anonymised row has there."""
    if value == "" and not isinstance(column, models.JSONField):
        return emptied if emptied is not None else (None if column.null else "")
    if isinstance(value, str) and column.max_length:
        return value[: column.max_length]
    return value


# --- How rows of leads go ---------------------------------------------------------------------------------------------


def delete_rows(*, model: str) -> Callable[..., None]:
    """Rows of which nothing is left."""

    def delete(*, rows: Rows) -> None:
        apps.get_model(model)._base_manager.filter(pk__in=rows).delete()

    return delete


def erase_leads(*, rows: Rows) -> None:
    """Leads stay for the statistics, without anybody's data."""
    values = erased_values(table_of("leads.Lead"), Lead)
    now = timezone.now()
    ErasedLead.objects.bulk_create(
        [ErasedLead(lead_id=pk, erased_at=now) for pk in rows],
        update_conflicts=True,
        unique_fields=["lead_id"],
        update_fields=["erased_at"],
    )
    Lead.objects.filter(pk__in=rows).update(**values)
    announce(leads=Lead.objects.filter(pk__in=rows), by=None, quietly=True)


def erase_files(*, rows: Rows) -> None:
    """Files of leads go, with what is stored for them."""
    files = LeadFile.objects.filter(pk__in=rows)
    forget_files(files=files)
    files.delete()


def history_of_gone(rows: Rows) -> list[int]:
    """The whole history of the leads that these events tell of and that are there no more."""
    leads = set(LeadEvent.objects.filter(pk__in=rows).values_list("pgh_obj_id", flat=True))
    gone = leads - set(Lead.objects.filter(pk__in=leads).values_list("pk", flat=True))
    return list(LeadEvent.objects.filter(pgh_obj_id__in=gone).values_list("pk", flat=True))
