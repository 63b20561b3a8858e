"""The history of one lead, read back from the events that triggers wrote: who changed what and when, old → new."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import reduce
from html import unescape
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.current import system_settings
from crm.formats import format_day, format_duration, format_moment, format_money, format_share
from crm.models import DeletedName, LeadStatus, LeadTag, User
from leads.models import Lead, LeadEvent, LeadFileEvent, LeadMerge, LeadStatusChange, LeadTaggingEvent

PAGE = 50


class Kind(Enum):
    """What happened to the lead; the value is what people read."""

    CREATED = _("Created")
    CHANGED = _("Changed")
    DELETED = _("Deleted")
    MERGED = _("Merged")
    UNMERGED = _("Merge undone")
    ERASED = _("Data anonymised")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as people read it, "" when empty; `stayed`, of a status, is how long the lead stood in the old one."""

    name: str
    label: str
    old: str
    new: str
    stayed: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change: all that was written together. `user` is None when the system made it; `author` says who in words.

    `merge` is that which the entry tells of, or whose undo; `went`: this lead was merged into the other one.
    """

    at: datetime
    kind: Kind
    user: User | None
    author: str
    changes: Sequence[FieldChange]
    tags_added: Sequence[str]
    tags_removed: Sequence[str]
    files_added: Sequence[str]
    files_removed: Sequence[str]
    merge: LeadMerge | None = None
    went: bool = False


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Entries, the newest first; `older` is the `before` of the next page, None on the last one."""

    entries: Sequence[HistoryEntry]
    older: datetime | None


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step through the funnel; `old` is None on the first. `stayed` is the time in `old`."""

    at: datetime
    user: User | None
    author: str
    old: LeadStatus | None
    new: LeadStatus | None
    stayed: str


def history_of(lead: Lead | int, *, before: datetime | None = None, limit: int = PAGE) -> HistoryPage:
    """The history of a lead that was looked up by `visible_to` (or its ID, when it is gone), in seven queries.

    `before` is `older` of the page before. Tags count as a part of the change that they were made with.
    """
    groups = _groups(lead if isinstance(lead, int) else lead.pk)
    if before is not None:
        groups = [group for group in groups if group.at < before]
    page = groups[:limit]
    rows = LeadEvent.objects.in_bulk({pk for group in page for step in group.steps for pk in step if pk is not None})
    names = _Names(page, rows)
    return HistoryPage(
        entries=[_entry(group, rows, names) for group in page],
        older=page[-1].at if len(groups) > limit else None,
    )


def status_steps(lead: Lead) -> list[StatusStep]:
    """The way of `lead` through the funnel, the newest step first, in one query."""
    steps = LeadStatusChange.objects.filter(lead=lead).select_related("from_status", "to_status", "by")
    return [step_of(step, old=step.from_status, new=step.to_status, by=step.by) for step in steps.order_by("-pk")]


def step_of(step: LeadStatusChange, *, old: LeadStatus | None, new: LeadStatus | None, by: User | None) -> StatusStep:
    """A row of the log as people read it, with the rows that it refers to."""
    stayed = format_duration(step.stayed) if step.stayed is not None else ""
    return StatusStep(at=step.changed_at, user=by, author=_author(by), old=old, new=new, stayed=stayed)


def time_in_status(lead: Lead) -> str:
    """How long `lead` stands in its status by now."""
    return format_duration(timezone.now() - lead.status_entered_at)


# --- Reading the events -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Events of one change. `steps` are the pgh_id of an event and of the one before it, in the order of writing."""

    at: datetime
    user_id: int | None
    kinds: set[str]
    steps: list[tuple[int, int | None]]
    tags: list[tuple[str, int]]
    files: list[tuple[str, str]]
    merge: LeadMerge | None = None
    is_undo: bool = False
    went: bool = False
    is_erasure: bool = False


MARKS = ("merge", "unmerge", "erased")
ERASURE = ("erased", 1)
MERGE_FIELDS = ("survivor_id", "loser_id", "loser_name", "by", "merged_at", "undone_at", "undone_by")
HEAD = (
    "pgh_id", "pgh_created_at", "pgh_context_id", "pgh_context__user", *(f"pgh_context__{mark}" for mark in MARKS),
    "pgh_label",
)  # fmt: skip


def _groups(lead_id: int) -> list[_Group]:
    """All changes of a lead, the newest first; no values yet. Without a context (raw SQL) each event is a change."""
    groups: dict[object, _Group] = {}

    def group_of(at: datetime, context: object, user_id: int | None) -> _Group:
        group = groups.setdefault(context or object(), _Group(at, user_id, set(), [], [], []))
        group.at = max(group.at, at)
        group.user_id = user_id if user_id is not None else group.user_id
        return group

    merges = LeadMerge.objects.about(lead_id).only(*MERGE_FIELDS)
    for merge in merges:
        group_of(merge.merged_at, ("merge", merge.pk), merge.by_id).merge = merge
        if merge.undone_at is not None:
            undo = group_of(merge.undone_at, ("unmerge", merge.pk), merge.undone_by_id)
            undo.merge, undo.is_undo = merge, True
    previous: int | None = None
    for pk, at, context, user_id, *marks, kind in (
        LeadEvent.objects.filter(pgh_obj_id=lead_id).order_by("pgh_id").values_list(*HEAD)
    ):
        group = group_of(at, _mark(marks) or context, user_id)
        group.steps.append((pk, previous))
        group.kinds.add(kind)
        previous = pk
    for _pk, at, context, user_id, *marks, kind, tag_id in (
        LeadTaggingEvent.objects.filter(lead_id=lead_id).order_by("pgh_id").values_list(*HEAD, "tag_id")
    ):
        group_of(at, _mark(marks) or context, user_id).tags.append((kind, tag_id))
    for _pk, at, context, user_id, *marks, kind, name in (
        LeadFileEvent.objects.filter(lead_id=lead_id).order_by("pgh_id").values_list(*HEAD, "name")
    ):
        group_of(at, _mark(marks) or context, user_id).files.append((kind, name))
    for mark, group in groups.items():
        if mark == ERASURE:  # which files there were is nobody's business any more
            group.is_erasure, group.files = True, []
        if group.merge is not None and group.merge.loser_id == lead_id:  # it went, or returned, as it was
            group.went, group.steps, group.tags = True, [], []
    return sorted(groups.values(), key=lambda group: group.at, reverse=True)


def _mark(marks: Sequence[int | None]) -> tuple[str, int] | None:
    """The merge, or its undo, of which an event is a part."""
    return next(((name, pk) for name, pk in zip(MARKS, marks, strict=True) if pk is not None), None)


class _Names:
    """What the references in events are called, for a page of them at once."""

    def __init__(self, groups: Iterable[_Group], rows: dict[int, Any]) -> None:
        ids: dict[type[models.Model], set[int]] = {LeadTag: {tag for group in groups for _kind, tag in group.tags}}
        for field in FIELDS:
            if isinstance(field, models.ForeignKey):
                ids[field.related_model] = {getattr(row, field.attname) for row in rows.values()} - {None}
        self.users = User.objects.in_bulk(ids.pop(User) | {group.user_id for group in groups if group.user_id})
        gone = DeletedName.objects.filter(
            reduce(or_, (Q(table=model._meta.db_table, row_id__in=wanted) for model, wanted in ids.items()))
        ).values_list("table", "row_id", "name")
        present = [
            model._default_manager.filter(pk__in=wanted)
            .order_by()
            .values_list(Value(model._meta.db_table, output_field=models.TextField()), "pk", "name")
            for model, wanted in ids.items()
            if wanted
        ]
        self.names = {(table, pk): name for table, pk, name in gone.union(*present, all=True)}

    def of(self, model: type[models.Model], pk: int) -> str:
        """The name of a row: archived, deleted or not. Of one that left no name, its ID."""
        found = self.users.get(pk) if model is User else self.names.get((model._meta.db_table, pk))
        return str(found or gettext("deleted (ID %(id)s)") % {"id": pk})


def _entry(group: _Group, rows: dict[int, Any], names: _Names) -> HistoryEntry:
    kind = _kind(group)
    tags = {label: [tag for kind_, tag in group.tags if kind_ == label] for label in ("insert", "delete")}
    user = names.users.get(group.user_id) if group.user_id is not None else None
    return HistoryEntry(
        at=group.at,
        kind=kind,
        user=user,
        author=_author(user) if user or group.user_id is None else names.of(User, group.user_id),
        changes=_changes(group, rows, names),
        tags_added=sorted(names.of(LeadTag, tag) for tag in tags["insert"] if tag not in tags["delete"]),
        tags_removed=sorted(names.of(LeadTag, tag) for tag in tags["delete"] if tag not in tags["insert"]),
        files_added=[name for kind_, name in group.files if kind_ == "insert"],
        files_removed=[name for kind_, name in group.files if kind_ == "delete"],
        merge=group.merge,
        went=group.went,
    )


def _kind(group: _Group) -> Kind:
    if group.merge is not None:
        return Kind.UNMERGED if group.is_undo else Kind.MERGED
    if group.is_erasure:
        return Kind.ERASED
    if "delete" in group.kinds:
        return Kind.DELETED
    return Kind.CREATED if "insert" in group.kinds else Kind.CHANGED


def _changes(group: _Group, rows: dict[int, Any], names: _Names) -> list[FieldChange]:
    """What the events of a group changed on the whole; of the status, every step with its length."""
    written: dict[str, list[tuple[Any, Any, str]]] = {field.name: [] for field in FIELDS}
    for pk, previous in group.steps:
        new = rows[pk]
        old = rows[previous] if previous is not None else None
        if new.pgh_label == "delete":
            old, new = new, None
        elif new.pgh_label == "update" and old is None:
            continue  # nobody wrote down what was there before
        for field in FIELDS:
            values = getattr(old, field.attname, None), getattr(new, field.attname, None)
            if values[0] != values[1]:
                stayed = ""
                if field.name == "status" and old is not None and new is not None:
                    stayed = format_duration(new.status_entered_at - old.status_entered_at)
                written[field.name].append((*values, stayed))
    changes: list[FieldChange] = []
    for field in FIELDS:
        steps = written[field.name]
        if field.name != "status" and steps:
            first, last = steps[0][0], steps[-1][1]
            steps = [(first, last, "")] if first != last else []
        for before, after, stayed in steps:
            texts = _text(field, before, names), _text(field, after, names)
            if any(texts):
                changes.append(FieldChange(field.name, capfirst(str(field.verbose_name)), *texts, stayed))
    return changes


def _text(field: "models.Field[Any, Any]", value: Any, names: _Names) -> str:
    """A stored value as people read it."""
    if isinstance(field, models.ForeignKey) and value is not None:
        return names.of(field.related_model, value)
    return text_of(field, value)


def text_of(field: "models.Field[Any, Any]", value: Any) -> str:
    """A value of a field of leads (a reference as its row, not its ID) as people read it; "" when empty."""
    if value is None or value == "":
        return ""
    if isinstance(field, models.DateTimeField):
        return format_moment(value)
    if isinstance(field, models.DateField):
        return format_day(value)
    if field.name == "expected_revenue":
        return format_money(value, system_settings().currency)
    if field.name == "probability":
        return format_share(value)
    if field.name == "description":
        return plain_text(value)
    return str(value)


def plain_text(html: str) -> str:
    """Rich text without its markup: a line for each paragraph, „• ” before each item of a list."""
    text = re.sub(r"<li[^>]*>", "• ", html)
    text = re.sub(r"<br[^>]*>|</(p|div|li|h\d|blockquote|pre)>", "\n", text)
    text = unescape(re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _author(user: User | None) -> str:
    return str(user) if user is not None else pgettext("author of a change", "system")


# What a person may have changed: what the events keep, but for the ID and the moment that only measures the status.
FIELDS: "list[models.Field[Any, Any]]" = [
    field
    for field in LeadEvent._meta.concrete_fields
    if not field.name.startswith("pgh_") and field.name not in ("id", "status_entered_at")
]
