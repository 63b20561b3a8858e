"""Keyset paging: a page starts after the last row of the one before, so that the thousandth is as fast as the first.

An order of leads has two parts: first the rows that have a value, then (ascending and descending alike) those without
one. Each part is read on its own, by one index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core import signing
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from leads.querysets import LeadQuerySet

PAGE_SIZE = 50
# Up to so many rows are sorted as they are found; of more, only those are looked at that stand first.
SORTED_WHOLE = 2000
HIGHEST_ID = 2**63 - 1
FILLED, EMPTY = 0, 1
SALT = "leads.paging"


class BadCursor(Exception):
    """The place in the list is not one that we gave out, or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows that leads refer to by `relation`, sorted by `keys` and ID: leads are read group by group.

    `have_state`: they tell by themselves whether their leads are closed.
    """

    model: type[Model]
    relation: str
    keys: tuple[Combinable, ...]
    have_state: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of leads by `keys` and then ID. `is_empty` tells the rows that stand last (None: there are none).

    `groups` is given for keys of a related row: they are those of the group, then its ID. `of_closed`: only closed
    leads have a value.
    """

    keys: tuple[Combinable, ...] = ()
    is_empty: Q | None = None
    groups: Groups | None = None
    of_closed: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A sort as it was asked for: by the column `name`, in a direction."""

    name: str
    sort: Sort
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an order: between the row with these keys and its neighbour (the one before it: `backwards`)."""

    part: int
    keys: tuple[str, ...]
    id: int
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the values asked for, and signed cursors for `?after=` and `?before=` ("": nothing there)."""

    rows: list[dict[str, Any]]
    before: str
    after: str


def read_cursor(order: Order, *, after: str = "", before: str = "") -> Cursor | None:
    """The place that the address names.

    Raises BadCursor for one that was made up, cut, or given out for another order.
    """
    given = before or after
    if not given:
        return None
    if before and after:
        raise BadCursor
    try:
        name, part, keys, pk = signing.loads(given, salt=SALT)
    except signing.BadSignature as error:
        raise BadCursor from error
    if name != str(order):
        raise BadCursor
    return Cursor(part=part, keys=tuple(keys), id=pk, backwards=bool(before))


def load_page(
    leads: LeadQuerySet,
    *,
    order: Order,
    values: Sequence[str | Combinable],
    named: dict[str, Any],
    cursor: Cursor | None = None,
    count: int = SORTED_WHOLE + 1,
    closed: bool | None = None,
    far: bool = False,
    size: int = PAGE_SIZE,
) -> Page:
    """Up to `size` leads at a place of the list, as dicts of `values` and of the expressions `named`.

    `count` is how many leads there are to sort, as far as it is known, `closed` the state that they all have, and `far`
    says that they lie far from the ends of the order by ID: these three choose the way, not the answer.
    """
    backwards = cursor is not None and cursor.backwards
    parts = [FILLED] if order.sort.is_empty is None else [FILLED, EMPTY]
    if order.sort.of_closed and closed is False:
        parts = [EMPTY]
    if backwards:
        parts.reverse()
    if cursor is not None:
        if cursor.part not in parts:
            raise BadCursor
        parts = parts[parts.index(cursor.part) :]
    rows: list[dict[str, Any]] = []
    for part in parts:
        reader = _Part(
            order, part, order.descending != backwards, by_groups=count > SORTED_WHOLE, closed=closed, far=far
        )
        start = cursor if cursor is not None and cursor.part == part else None
        found = reader.read(leads, start, size + 1 - len(rows))
        rows += found.values("pk", *values, **named, **reader.key_columns())
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows=rows,
        before=_sign(order, rows[0]) if rows and (more if backwards else cursor is not None) else "",
        after=_sign(order, rows[-1]) if rows and (more or backwards) else "",
    )


def ordered(leads: LeadQuerySet, order: Order) -> LeadQuerySet:
    """All the leads in this order, those without a value last."""
    parts = [] if order.sort.is_empty is None else [ExpressionWrapper(order.sort.is_empty, BooleanField()).asc()]
    return leads.order_by(*parts, *_directed((*order.sort.keys, F("pk")), reverse=order.descending))


def _directed(keys: Iterable[Any], *, reverse: bool) -> list[Any]:
    return [key.desc() if reverse else key.asc() for key in keys]


def _sign(order: Order, row: dict[str, Any]) -> str:
    keys = [str(row[f"key_{number}"]) for number in range(len(order.sort.keys))] if row["part"] == FILLED else []
    return signing.dumps([str(order), row["part"], keys, row["pk"]], salt=SALT, compress=True)


class _Row(Func):
    """Several values compared as one, from left to right."""

    function = "ROW"
    output_field = TextField()


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of an order, read from `reverse`d end or the other."""

    order: Order
    part: int
    reverse: bool
    by_groups: bool
    closed: bool | None
    far: bool

    @property
    def keys(self) -> tuple[Combinable, ...]:
        return self.order.sort.keys if self.part == FILLED else ()

    def key_columns(self) -> dict[str, Any]:
        """What the rows must bring for the cursors of the page."""
        return {"part": Value(self.part), **{f"key_{number}": key for number, key in enumerate(self.keys)}}

    def read(self, leads: LeadQuerySet, start: Cursor | None, limit: int) -> LeadQuerySet:
        """The next `limit` leads after `start` (None: the first ones)."""
        is_empty = self.order.sort.is_empty
        if is_empty is not None:
            leads = leads.filter(is_empty if self.part == EMPTY else ~is_empty)
        if self.part == FILLED and self.order.sort.groups is not None and self.by_groups:
            found = self._first_of_groups(self.order.sort.groups, leads, start, limit)
            return self._ordered(leads.model._default_manager.filter(pk__in=found))
        if start is not None:
            leads = leads.filter(self._beyond((*self.keys, F("pk")), (*start.keys, start.id)))
        return self._ordered(leads)[:limit]

    def _first_of_groups(self, groups: Groups, leads: LeadQuerySet, start: Cursor | None, limit: int) -> Any:
        """The IDs of the first leads, group by group: no more groups are opened than the page needs."""
        inner = leads.filter(**{groups.relation: OuterRef("pk")})
        outer: QuerySet[Model] = groups.model._default_manager.all()
        if groups.have_state and self.closed is not None:
            outer = outer.filter(is_closed=self.closed)
        if start is not None:
            group_keys = (*groups.keys, F("pk"))
            outer = outer.filter(self._beyond(group_keys, start.keys, inclusive=True))
            # In the group of the cursor, only what lies beyond it.
            edge = Case(
                When(Exact(OuterRef("pk"), Value(int(start.keys[-1]))), then=Value(start.id)),
                default=Value(HIGHEST_ID if self.reverse else 0),
                output_field=BigIntegerField(),
            )
            inner = inner.filter(LessThan(F("pk"), edge) if self.reverse else GreaterThan(F("pk"), edge))
        first = ArraySubquery(inner.order_by("-pk" if self.reverse else "pk").values("pk")[:limit])
        lead_ids = Func(first, function="unnest", output_field=BigIntegerField())
        lead_ids.set_returning = True
        return (
            outer.order_by(*_directed((*groups.keys, F("pk")), reverse=self.reverse))
            .annotate(lead_id=lead_ids)
            .values("lead_id")[:limit]
        )

    def _ordered(self, leads: LeadQuerySet) -> LeadQuerySet:
        # No index has the sum: what the filter finds is sorted, instead of looking for it from the newest lead on.
        last: Any = F("pk") + 0 if self.far and not self.keys else F("pk")
        return leads.order_by(*_directed((*self.keys, last), reverse=self.reverse))

    def _beyond(self, keys: Sequence[Any], values: Sequence[Any], *, inclusive: bool = False) -> Any:
        after: dict[tuple[bool, bool], type[Any]] = {
            (False, False): GreaterThan,
            (True, False): LessThan,
            (False, True): GreaterThanOrEqual,
            (True, True): LessThanOrEqual,
        }
        # The database reads the texts of a cursor as the types of the columns beside them.
        return after[self.reverse, inclusive](_Row(*keys), _Row(*map(Value, values)))
