"""Taking a run back: what it made is deleted, what it changed gets its old values, what was edited since stays."""

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner, Product, Team, User
from crm.services.partners import delete_partner
from crm.services.people import delete_person, delete_team
from crm.services.products import delete_product
from crm.services.reference import delete_item
from leads.importing.chunks import version_of
from leads.importing.targets import TARGETS, Stored
from leads.models import Lead
from leads.models.imports import ImportRow, ImportRun
from leads.services.deleting import delete_leads

CHUNK = 200
Result = ImportRow.Result
Undone = ImportRow.Undone


def undo_chunk(run: ImportRun, by: User) -> tuple[int, int, bool]:
    """Take back the next rows of the run, the last ones first, and what was created on the way after all of them.

    Returns how many rows of the file were undone and how many were kept, and whether there are more.
    """
    waiting = ImportRow.objects.filter(
        run=run, result__in=(Result.CREATED, Result.CHANGED), undone=Undone.NO
    ).select_for_update()
    rows = list(waiting.filter(target=run.kind).order_by("-pk")[:CHUNK])
    extras = [] if rows else list(waiting.exclude(target=run.kind).order_by("-pk")[:CHUNK])
    if rows:
        _undo_rows(rows, run, by)
    for extra in extras:
        _undo_extra(extra, by)
    ImportRow.objects.bulk_update(rows + extras, ["undone", "reason"], batch_size=200)
    kept = sum(row.undone == Undone.KEPT for row in rows)
    return len(rows) - kept, kept, bool(rows or extras)


def _undo_rows(rows: Sequence[ImportRow], run: ImportRun, by: User) -> None:
    target = TARGETS[run.kind]
    model = target.model
    stored = model._base_manager.select_for_update(of=("self",)).order_by("pk").in_bulk([r.object_id for r in rows])
    created: list[tuple[ImportRow, Any]] = []
    changed: list[tuple[ImportRow, Any]] = []
    for row in rows:
        item = stored.get(row.object_id)
        if item is None:
            _keep(row, _("It was deleted since."))
        elif version_of(item, target.values) != row.version:
            _keep(row, _("It was edited since."))
        else:
            (created if row.result == Result.CREATED else changed).append((row, item))
    if created:
        _delete(created, by)
    if changed:
        _restore(changed, run, by)


def _delete(rows: Sequence[tuple[ImportRow, Any]], by: User) -> None:
    if isinstance(rows[0][1], Lead):
        refusals: list[RuleError | None] = list(delete_leads(leads=[lead for _row, lead in rows], by=by))
    else:
        refusals = [_refusal_to_delete(item, by) for _row, item in rows]
    for (row, _item), refusal in zip(rows, refusals, strict=True):
        if refusal:
            _keep(row, str(refusal))
        else:
            row.undone = Undone.DONE


def _restore(rows: Sequence[tuple[ImportRow, Any]], run: ImportRun, by: User) -> None:
    changes = []
    for row, item in rows:
        changes.append((item, _python_values(item, row.old_values)))
    for (row, _item), answer in zip(rows, TARGETS[run.kind](run, by).restore(changes), strict=True):
        if isinstance(answer, Stored):
            row.undone = Undone.DONE
        else:
            _keep(row, " ".join(answer.messages) if isinstance(answer, ValidationError) else str(answer))


def _python_values(item: models.Model, stored: dict[str, Any]) -> dict[str, Any]:
    """Values as they were kept, as the services take them."""
    values: dict[str, Any] = {}
    for name, value in stored.items():
        field: Any = item._meta.get_field(name)
        if field.many_to_many:
            values[name] = list(field.related_model._base_manager.filter(pk__in=value))
        elif field.is_relation:
            values[name] = field.related_model._base_manager.filter(pk=value).first() if value else None
        else:
            values[name] = field.to_python(value)
    return values


def _undo_extra(row: ImportRow, by: User) -> None:
    item = apps.get_model(row.target)._base_manager.filter(pk=row.object_id).first()
    if item is None:
        _keep(row, _("It was deleted since."))
    elif row.version is not None and item.version != row.version:
        _keep(row, _("It was edited since."))
    elif refusal := _refusal_to_delete(item, by):
        _keep(row, str(refusal))
    else:
        row.undone = Undone.DONE


def _refusal_to_delete(item: Any, by: User) -> RuleError | None:
    try:
        if type(item) in DELETERS:
            DELETERS[type(item)](item, by)
        else:
            delete_item(item=item, by=by)
    except RuleError as refusal:
        return refusal
    return None


DELETERS: dict[type[models.Model], Callable[[Any, User], None]] = {
    Partner: lambda item, by: delete_partner(partner=item, by=by),
    Product: lambda item, by: delete_product(product=item, by=by),
    User: lambda item, by: delete_person(person=item, by=by),
    Team: lambda item, by: delete_team(team=item, by=by),
}


def _keep(row: ImportRow, reason: str) -> None:
    row.undone = Undone.KEPT
    row.reason = reason[:500]
