"""What was found of a person, as it is shown before anything is done with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from crm.formats import format_moment
from crm.models import User
from crm.personal import Table
from leads.models import PersonCase, PersonRow
from leads.personal.identity import Identity, Match, as_text
from leads.personal.registry import model_of, parts_of, table_of, tables

SHOWN = 100
AROUND = 60
CHUNK = 500
Found = Mapping[str, set[int]]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row with its tick. `text` is what it is called, or the words around the person; `url` is "" without a page."""

    row: PersonRow
    text: str
    url: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class FoundKind:
    """The found rows of one kind: the person's own, or such that mention them. `others` are not shown."""

    label: str
    title: str
    is_own: bool
    count: int
    rows: Sequence[FoundRow]
    others: int


def found_kinds(case: PersonCase, user: User) -> list[FoundKind]:
    """All that was found, by kind: what is the person's first, then what mentions them."""
    counts: dict[tuple[bool, str], int] = defaultdict(int)
    for is_own, label in case.rows.values_list("is_own", "model"):
        counts[not is_own, label] += 1
    order = {table.model: number for number, table in enumerate(tables())}
    return [
        _kind(case, user, table_of(label), is_own=not mentions, count=count)
        for (mentions, label), count in sorted(counts.items(), key=lambda item: (item[0][0], order[item[0][1]]))
    ]


def title_of(label: str) -> str:
    """What rows of a model are called."""
    model: Any = model_of(table_of(label))
    if table_of(label).is_history:
        of = model.pgh_tracked_model._meta.verbose_name_plural
        return gettext("History: %(of)s") % {"of": of}
    return capfirst(str(model._meta.verbose_name_plural))


def belonging(found: Found) -> dict[str, set[int]]:
    """The found rows with all that goes along with them, by model."""
    every: dict[str, set[int]] = {label: set(rows) for label, rows in found.items()}
    waiting = list(every.items())
    while waiting:
        owner, rows = waiting.pop()
        for part in parts_of(owner):
            there = every.setdefault(part.model, set())
            new = set()
            for some in _chunks(sorted(rows)):
                condition = part.within[owner](some)
                new |= set(model_of(part)._base_manager.filter(condition).values_list("pk", flat=True))
            new -= there
            there |= new
            if new:
                waiting.append((part.model, new))
    return {label: rows for label, rows in every.items() if rows}


def chosen_rows(case: PersonCase, *, own: bool) -> dict[str, set[int]]:
    """The chosen rows of the case, by model."""
    chosen: dict[str, set[int]] = defaultdict(set)
    for label, pk in case.rows.filter(is_chosen=True, is_own=own).values_list("model", "row_id"):
        chosen[label].add(pk)
    return chosen


def known_besides(case: PersonCase) -> Identity:
    """How the person is also known by the cards that were found for sure: they can be looked for as well."""
    known = case.identity
    phones, emails, names = [], [], []
    for label in ("leads.Lead", "crm.PartnerContact", "crm.Partner"):
        rows = case.rows.filter(model=label, is_own=True).exclude(match=Match.NAME).values_list("row_id", flat=True)
        cards: Any = model_of(table_of(label))._base_manager
        for card in cards.filter(pk__in=list(rows[:CHUNK])):
            phones.append(card.phone_e164)
            emails.append(card.email.lower())
            names.append(_name_of(card))
    return Identity(
        *(
            tuple(value for value in dict.fromkeys(values) if value and known.match(value) is None)[:5]
            for values in (phones, emails, names)
        )
    )


def _name_of(card: Any) -> str:
    if hasattr(card, "first_name"):
        return f"{card.first_name} {card.last_name}".strip() if card.first_name and card.last_name else ""
    return str(card.name)


def _kind(case: PersonCase, user: User, table: Table, *, is_own: bool, count: int) -> FoundKind:
    rows = list(case.rows.filter(model=table.model, is_own=is_own).order_by("is_chosen", "pk")[:SHOWN])
    model = model_of(table)
    ids = [row.row_id for row in rows]
    there = model._base_manager.in_bulk(ids)
    kept = set(model._base_manager.filter(table.kept(), pk__in=ids).values_list("pk", flat=True))
    opened = _visible(model, ids, user) if table.link else set()
    shown = [
        FoundRow(
            row=row,
            text=_text(case.identity, table, there[row.row_id], whole=bool(table.link) and is_own),
            url=reverse(table.link, args=[row.row_id]) if row.row_id in opened else "",
            is_kept=row.row_id in kept,
        )
        for row in rows
        if row.row_id in there
    ]
    return FoundKind(table.model, title_of(table.model), is_own, count, shown, max(count - len(rows), 0))


def _visible(model: type[Model], ids: Sequence[int], user: User) -> set[int]:
    rows: Any = model._default_manager
    seen = rows.visible_to(user) if hasattr(rows, "visible_to") else rows.all()
    return set(seen.filter(pk__in=ids).values_list("pk", flat=True))


def _text(identity: Identity, table: Table, row: Any, *, whole: bool) -> str:
    if whole:
        return f"{row} · {format_moment(getattr(row, table.moment))}" if table.moment else str(row)
    for name in table.columns:
        text = as_text(getattr(row, name), encoded=name in table.encoded) if not _is_file(row, name) else ""
        if place := identity.place_in(text):
            start, end = max(place[0] - AROUND, 0), place[1] + AROUND
            return ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")
    return str(row)


def _is_file(row: Any, name: str) -> bool:
    return hasattr(getattr(row, name), "storage")


def _chunks(rows: Sequence[int]) -> Iterable[Sequence[int]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
