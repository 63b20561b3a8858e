"""Search everywhere: one question to all providers named in SEARCH_PROVIDERS, answered in groups.

A provider is a module-level `Provider`. Its rows come through their own door (`visible_to`), so that what a user may
not see is never found.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Case, Max, Model, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from crm.models import User
from crm.numbers import parse_id
from crm.search import clean_query, index_preferred

SHOWN = 6
# The newest rows are looked through as they are; what is not among them is rare enough for the index.
NEWEST = 5_000
CANDIDATES = 1_000
RECENT = 8


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found: `kind` and `pk` name it in the browser's memory of what was opened (pk 0: not remembered)."""

    title: str
    url: str
    icon: str
    kind: str = ""
    pk: int = 0
    hint: str = ""
    badge: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What one provider found; `more_url` lists all of it when there is more ("": there is not, or no such list)."""

    label: str | Promise
    results: Sequence[Result]
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where results come from: `find` answers what was typed, `recall` names rows by their IDs, `start` is offered when
    nothing is typed. Each gets the user who asks and answers only with what that user may open.
    """

    kind: str
    label: str | Promise
    find: Callable[[str, User], Group]
    recall: Callable[[Iterable[int], User], list[Result]] | None = None
    start: Callable[[User], Group] | None = None


@cache
def providers() -> tuple[Provider, ...]:
    """The providers of all apps, in the order of their groups."""
    return tuple(import_string(path) for path in settings.SEARCH_PROVIDERS)


def find_everywhere(typed: str, user: User) -> list[Group]:
    """The groups that have something for `typed`."""
    text = clean_query(typed)
    if not text:
        return []
    return [group for provider in providers() if (group := provider.find(text, user)).results]


def offer(recent: Sequence[str], user: User) -> list[Result]:
    """What was opened lately, as the browser remembers it (`lead:5`), newest first; what is gone or not visible is left
    out.
    """
    asked: dict[str, list[int]] = {}
    for key in recent[:RECENT]:
        kind, _colon, number = key.partition(":")
        if (pk := parse_id(number)) is not None:
            asked.setdefault(kind, []).append(pk)
    recalled = [
        result
        for provider in providers()
        if provider.recall is not None and provider.kind in asked
        for result in provider.recall(asked[provider.kind], user)
    ]
    by_key = {f"{result.kind}:{result.pk}": result for result in recalled}
    return [by_key[key] for key in dict.fromkeys(recent[:RECENT]) if key in by_key]


def starting_points(user: User) -> list[Group]:
    """What is offered before anything is typed."""
    groups = [provider.start(user) for provider in providers() if provider.start is not None]
    return [group for group in groups if group.results]


# --- The rows that fit best -----------------------------------------------------------------------------------------


def best_rows(rows: QuerySet[Any], *, begins: Q, holds: Q, last: str, size: int = SHOWN + 1) -> list[int]:
    """The IDs of the rows that fit best, at most `size`: those for which `begins` is true before those that only
    `holds` lets through, those marked `last` after the others, the newest first.

    At most three bounded reads: the newest rows, which answer for common words; then by the index, whose candidates are
    limited, for the rare ones.
    """
    ranked = rows.annotate(
        begins=Case(When(begins, then=Value(True)), default=Value(False), output_field=BooleanField())
    ).values_list("begins", last, "pk")
    newest = _newest_id(rows.model)
    found = set(ranked.filter(holds, pk__gt=newest - NEWEST).order_by("-begins", last, "-pk")[:size])
    if _are_best(found, size) or newest <= NEWEST:
        return _in_order(found, size)
    older = ranked.filter(pk__lte=newest - NEWEST).order_by()
    with index_preferred():
        candidates = list(older.filter(holds)[:CANDIDATES])
        if len(candidates) == CANDIDATES:  # the best may be among those that were left out
            candidates += older.filter(begins)[:CANDIDATES]
    return _in_order(found.union(candidates), size)


def in_given_order(rows: Iterable[Model], ids: Sequence[int]) -> list[Any]:
    """`rows` in the order of their IDs; those that vanished meanwhile are absent."""
    by_id = {row.pk: row for row in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def group_of(label: str | Promise, results: Sequence[Result], *, more_url: str) -> Group:
    """The first results as a group, with the way to the rest when there are more."""
    return Group(label, results[:SHOWN], more_url if len(results) > SHOWN else "")


def _newest_id(model: type[Model]) -> int:
    newest: int | None = model._default_manager.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def _are_best(found: set[tuple[bool, bool, int]], size: int) -> bool:
    return len(found) >= size and all(begins and not last for begins, last, _pk in found)


def _in_order(found: set[tuple[bool, bool, int]], size: int) -> list[int]:
    return [pk for _begins, _last, pk in sorted(found, key=lambda row: (not row[0], row[1], -row[2]))[:size]]
