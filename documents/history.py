"""The history of one document, read back from the events that triggers wrote: header and lines as one story."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.models import DeletedName, User
from documents.formats import format_price, format_quantity
from documents.kinds import AnyDocument, Kind, kind_of
from leads.history import FieldChange, HistoryEntry, HistoryPage, text_of
from leads.history import Kind as What

PAGE = 50
# Parts of one change are written within its transaction; they tell their own moments.
UNTOLD = {"id", "created_by", "prices", "net_in_system", "paid_total", "numbered_at", "cancelled_at"}
UNTOLD |= {f"buyer_{name}" for name in ("nip", "vat_eu", "street", "postal_code", "city", "country", "name")}


def history_of(document: AnyDocument, *, before: datetime | None = None, limit: int = PAGE) -> HistoryPage:
    """The changes of a document that was looked up by `visible_to`, the newest first; `before` is `older` of the page
    before.
    """
    kind = kind_of(document)
    events = list(kind.event.objects.filter(pgh_obj=document.pk).order_by("pgh_id"))
    line_events = list(kind.line_event.objects.filter(**{kind.name: document.pk}).order_by("pgh_id"))
    names = _Names(kind, [*events, *line_events])
    groups: dict[Any, list[Any]] = defaultdict(list)
    for event in [*events, *line_events]:
        groups[event.pgh_context_id or event.pgh_created_at].append(event)
    previous = _previous(events) | _previous(line_events)
    entries = [entry for group in groups.values() if (entry := _entry(kind, group, previous, names))]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    if before is not None:
        entries = [entry for entry in entries if entry.at < before]
    return HistoryPage(entries[:limit], entries[limit - 1].at if len(entries) > limit else None)


def _previous(events: Iterable[Any]) -> dict[tuple[str, int], Any]:
    """The event before each one, of the same row."""
    last: dict[int, Any] = {}
    found = {}
    for event in events:
        found[event._meta.label, event.pgh_id] = last.get(event.pgh_obj_id)
        last[event.pgh_obj_id] = event
    return found


def _entry(kind: Kind, group: list[Any], previous: dict[tuple[str, int], Any], names: "_Names") -> HistoryEntry | None:
    headers = [event for event in group if isinstance(event, kind.event)]
    labels = {event.pgh_label for event in headers}
    what = What.CREATED if "insert" in labels else What.DELETED if "delete" in labels else What.CHANGED
    changes: list[FieldChange] = []
    if headers and what is not What.DELETED:
        first = previous[headers[0]._meta.label, headers[0].pgh_id]
        changes += _header_changes(first, headers[-1], names)
    changes += _line_changes(kind, group, previous, names)
    if not changes and what is What.CHANGED:
        return None
    user_id = (group[-1].pgh_context or {}).get("user") if group[-1].pgh_context else None
    user, author = names.author(user_id)
    return HistoryEntry(max(e.pgh_created_at for e in group), what, user, author, changes, [], [], [], [])


def _header_changes(old: Any, new: Any, names: "_Names") -> list[FieldChange]:
    changes = []
    for field in _told(type(new)):
        before, after = getattr(old, field.attname, None), getattr(new, field.attname, None)
        if before != after:
            texts = names.text(field, before, old), names.text(field, after, new)
            if any(texts):
                changes.append(FieldChange(field.name, capfirst(str(field.verbose_name)), *texts))
    return changes


def _told(event: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [
        field for field in event._meta.concrete_fields if not field.name.startswith("pgh_") and field.name not in UNTOLD
    ]


def _line_changes(
    kind: Kind, group: list[Any], previous: dict[tuple[str, int], Any], names: "_Names"
) -> list[FieldChange]:
    """What became of each line in this change."""
    by_line: dict[int, list[Any]] = defaultdict(list)
    for event in group:
        if isinstance(event, kind.line_event):
            by_line[event.pgh_obj_id].append(event)
    changes = []
    for events in by_line.values():
        old = previous[events[0]._meta.label, events[0].pgh_id]
        new = None if events[-1].pgh_label == "delete" else events[-1]
        texts = names.line(old), names.line(new)
        if texts[0] != texts[1]:
            changes.append(FieldChange("line", _("Line"), *texts))
    return changes


class _Names:
    """What the events refer to, as people read it; each model is asked once."""

    def __init__(self, kind: Kind, events: list[Any]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for event in events:
            if user_id := (event.pgh_context or {}).get("user"):
                wanted[User].add(user_id)
            if isinstance(event, kind.event):
                for field in _told(type(event)):
                    if isinstance(field, models.ForeignKey) and getattr(event, field.attname):
                        wanted[field.related_model].add(getattr(event, field.attname))
        self.rows: dict[Any, dict[int, Any]] = {
            model: model._base_manager.in_bulk(ids) for model, ids in wanted.items()
        }
        self.gone = {
            (name.table, name.row_id): name.name
            for name in DeletedName.objects.filter(row_id__in={pk for ids in wanted.values() for pk in ids})
        }

    def author(self, user_id: int | None) -> tuple[User | None, str]:
        user = self.rows.get(User, {}).get(user_id or 0)
        return user, str(user) if user is not None else _("system")

    def text(self, field: "models.Field[Any, Any]", value: Any, event: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(field, models.ForeignKey):
            row = self.rows[field.related_model].get(value)
            return str(row) if row is not None else self.gone.get((field.related_model._meta.db_table, value), "–")
        if isinstance(field, models.BooleanField):
            return _("yes") if value else _("no")
        if field.choices:
            return str(getattr(event, f"get_{field.name}_display")())
        if isinstance(field, models.DecimalField):
            return format_price(value) if field.decimal_places == 2 else format_quantity(value)
        return text_of(field, value)

    def line(self, event: Any) -> str:
        if event is None:
            return ""
        discount = f" −{format_quantity(event.discount)}%" if event.discount else ""
        amount = f"{format_quantity(event.quantity)} {event.unit} × {format_price(event.price)}{discount}"
        return f"{event.description}: {' '.join(amount.split())}, VAT {event.get_vat_rate_display()}"
