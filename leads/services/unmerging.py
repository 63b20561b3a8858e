"""Taking a merge back: the loser returns with its ID, its values and its rows; what was edited on the survivor since
stays there. The history tells of both; everything else is as if there had been no merge.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import LeadStatus, LeadTag, User
from leads.history import text_of
from leads.models import Lead, LeadMerge, LeadPair, LeadStatusChange, LeadTagging
from leads.orders import has_order
from leads.querysets import load_funnel
from leads.rules import is_allowed
from leads.services.announce import announce
from leads.services.merging import marked
from leads.services.refusals import translated_refusals
from leads.services.rows import Stored, insert_rows, key_of, rows_as_stored, without_vanished, write_columns

OWN = {"id", "created_at", "version", "updated_at"}
# Columns that only go together; the first one names the field.
UNITS = (
    ("status_id", "lost_reason_id", "closed_at", "is_closed", "is_lost", "status_entered_at"),
    ("phone", "phone_e164"),
)


def undo_merge(*, merge: LeadMerge, by: User | None) -> LeadMerge:
    """Take `merge` back, and write down in its `report` what stays on the survivor and what could not be given back.

    Raises RuleError when it was undone already, is too old, is not the last one of its leads, or when the funnel no
    longer allows the status in which the loser stood; nothing is stored then.
    """
    with transaction.atomic(), acting_as(by):
        current = LeadMerge.objects.select_for_update().get(pk=merge.pk)
        kept = Lead.objects.select_for_update().filter(pk=current.survivor_id).first()
        refuse_undo(current)
        with marked(unmerge=current.pk), translated_refusals():
            report: dict[str, Any] = {"kept": [], "emptied": [], "missing": {}}
            _drop_made(current)
            if kept is not None:
                report["kept"] = [*_restore_values(kept, current), *_restore_tags(kept, current)]
            _restore_loser(current, report)
            _move_back(current, report)
        announce(leads=Lead.objects.filter(pk__in=[current.survivor_id, current.loser_id]), by=by)
        current.report = report
        current.undone_at = timezone.now()
        current.undone_by = by
        current.save(update_fields=["report", "undone_at", "undone_by"])
    return current


def refuse_undo(merge: LeadMerge) -> None:
    """Raise RuleError with the reason for which `merge` can't be undone now."""
    if merge.is_undone:
        raise RuleError(_("This merge has been undone already."))
    if not merge.loser_row:
        raise RuleError(_("The data of one of these leads were anonymised: the merge can’t be undone."))
    if not merge.can_be_undone:
        raise RuleError(_("A merge can be undone for 30 days only."))
    later = LeadMerge.objects.standing().filter(
        Q(loser_id=merge.survivor_id) | Q(survivor_id=merge.survivor_id), pk__gt=merge.pk
    )
    if last := later.order_by("-pk").first():
        raise RuleError(
            _("Undo the later merge first: lead %(loser)s into %(survivor)s.")
            % {"loser": last.loser_number, "survivor": last.survivor_number}
        )


def _drop_made(merge: LeadMerge) -> None:
    """Take away what the merge itself made."""
    for entry in merge.moved:
        if entry.get("made"):
            model = apps.get_model(entry["model"])
            model._base_manager.filter(pk__in=entry["ids"]).delete()


def _restore_values(kept: Lead, merge: LeadMerge) -> list[dict[str, str]]:
    """Give the survivor its old values where the merge's still stand; tell the fields that were edited since."""
    before, after = merge.survivor_before, merge.survivor_after
    now = rows_as_stored(Lead, [kept.pk])[0]
    edited: list[tuple[str, ...]] = []
    changes: Stored = {}
    for unit in _units(now):
        if any(now.get(column) != after.get(column) for column in unit):
            edited.append(unit)
        elif any(before.get(column) != after.get(column) for column in unit):
            changes |= {column: before.get(column) for column in unit}
    status = LeadStatus.objects.filter(pk=changes.get("status_id") or 0).first()
    type_id = changes.get("type_id", now["type_id"])
    if "status_id" in changes and not _may_have(status, kept, type_id=type_id):
        changes = {column: value for column, value in changes.items() if column not in UNITS[0]}
        edited.append(UNITS[0])
    (changes,), _unfit, _emptied = without_vanished(Lead, [changes])
    external_id = changes.get("external_id")
    if external_id and Lead.objects.filter(external_id=external_id).exclude(pk__in=[kept.pk]).exists():
        del changes["external_id"]
    write_columns(Lead, kept.pk, changes)
    if "status_id" in changes:
        _restore_times(kept, merge)
    kept.refresh_from_db()
    return [_kept(kept, unit[0]) for unit in edited]


def _may_have(status: LeadStatus | None, lead: Lead, *, type_id: int | None) -> bool:
    if status is None or not is_allowed(load_funnel(), type_id=type_id, status=status):
        return False
    return not status.needs_order or has_order(lead.pk)


def _units(row: Stored) -> list[tuple[str, ...]]:
    """The columns in the order of the model, those that go together at the place of the first."""
    grouped = {column: unit for unit in UNITS for column in unit}
    columns = [field.column for field in Lead._meta.concrete_fields if field.column in row.keys() - OWN]
    return list(dict.fromkeys(grouped.get(column, (column,)) for column in columns))


def _kept(lead: Lead, column: str) -> dict[str, str]:
    field = next(field for field in Lead._meta.concrete_fields if field.column == column)
    return {"field": field.name, "value": text_of(field, getattr(lead, field.name))}


def _restore_times(kept: Lead, merge: LeadMerge) -> None:
    """The time in the status goes on from where it was, and the log of steps forgets the merge and its undo."""
    before = merge.survivor_before
    steps = LeadStatusChange.objects.filter(lead=kept.pk)
    made_by_undo = steps.order_by("-pk").values_list("pk", flat=True)[:1] if merge.logged else []
    steps.filter(pk__in=[*merge.logged, *made_by_undo]).delete()
    kept.refresh_from_db(fields=["is_closed"])
    times = {"status_entered_at": before["status_entered_at"]}
    if kept.is_closed and before["closed_at"]:
        times["closed_at"] = before["closed_at"]
    with pgtrigger.ignore("leads.Lead:b_status_rule"):  # only times: the status is checked and written already
        write_columns(Lead, kept.pk, times)


def _restore_tags(kept: Lead, merge: LeadMerge) -> list[dict[str, str]]:
    before, after = ({row["id"]: row for row in rows} for rows in (merge.taggings_before, merge.taggings_after))
    present = dict(LeadTagging.objects.filter(lead=kept.pk).values_list("pk", "tag_id"))
    was_edited = set(present.values()) != {row["tag_id"] for row in after.values()}
    LeadTagging.objects.filter(pk__in=after.keys() - before.keys(), lead=kept.pk).delete()
    lost = [row for pk, row in before.items() if pk not in after]
    insert_rows(LeadTagging, without_vanished(LeadTagging, lost)[0])
    if not was_edited:
        return []
    names = LeadTag.objects.filter(taggings__lead=kept.pk).values_list("name", flat=True)
    return [{"field": "tags", "value": ", ".join(names)}]


def _restore_loser(merge: LeadMerge, report: dict[str, Any]) -> None:
    rows, unfit, emptied = without_vanished(Lead, [merge.loser_row])
    if unfit or (rows[0]["is_lost"] and "lost_reason" in emptied):
        raise RuleError(
            _("The status or lost reason of lead %(number)s was deleted: it can't come back.")
            % {"number": merge.loser_number}
        )
    row = rows[0]
    if row["external_id"] and Lead.objects.filter(external_id=row["external_id"]).exists():
        row["external_id"] = None
        emptied.add("external_id")
    insert_rows(Lead, [row], skip_taken=False)
    LeadStatusChange.objects.filter(lead=merge.loser_id).delete()  # the log of its own steps comes next
    report["emptied"] = sorted(emptied)
    for label, stored in merge.set_aside.items():
        model = apps.get_model(label)
        fit, _unfit, _emptied = without_vanished(model, stored)
        insert_rows(model, fit)
        there = model._base_manager.filter(pk__in=[item[key_of(model)] for item in stored]).count()
        if model is not LeadPair:  # a suspicion about a lead that is gone too
            _count_missing(report, label, len(stored) - there)


def _move_back(merge: LeadMerge, report: dict[str, Any]) -> None:
    """The rows that moved refer to the loser again, but for those that were deleted or put elsewhere since."""
    for entry in merge.moved:
        if entry.get("made"):
            continue
        rows = apps.get_model(entry["model"])._base_manager.filter(
            pk__in=entry["ids"], **{entry["field"]: merge.survivor_id}
        )
        _count_missing(report, entry["model"], len(entry["ids"]) - rows.update(**{entry["field"]: merge.loser_id}))


def _count_missing(report: dict[str, Any], label: str, count: int) -> None:
    if count:
        report["missing"][label] = report["missing"].get(label, 0) + count
