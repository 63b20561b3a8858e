"""Pages of partners and products: a page starts after the last row of the one before, however deep it lies.

An order has one key and then the ID. Rows with an empty key stand last, ascending and descending alike.

Leads have a pager of their own (leads/paging.py): at a million rows each part of an order must be read by its own
index, an order may go by related rows, and a page is values, not objects. Here one query reads objects of few rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan

PAGE_SIZE = 50
COUNTED = 10_000
SALT = "crm.paging"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Sort:
    """Sorted by the column `key`; `empty` is the value that stands for nothing (None: the key is never empty)."""

    key: str
    empty: Any = None


@dataclass(frozen=True, slots=True)
class Order:
    """One of the `sorts` as the address asks for it: `name`, or `-name` for the other direction. The first one else."""

    sorts: Mapping[str, Sort]
    asked: str = ""

    @property
    def name(self) -> str:
        name = self.asked.removeprefix("-")
        return name if name in self.sorts else next(iter(self.sorts))

    @property
    def is_descending(self) -> bool:
        return self.asked == f"-{self.name}"

    def __str__(self) -> str:
        return f"-{self.name}" if self.is_descending else self.name


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, and what `?after=` and `?before=` of its neighbours are ("": there is none)."""

    rows: list[Row] = field(default_factory=list)
    before: str = ""
    after: str = ""


def load_page(
    rows: QuerySet[Row], *, order: Order, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[Row]:
    """The page of `rows` at the place that the address names; the first one for a place that was made up."""
    sort = order.sorts[order.name]
    place = _read(order, before or after)
    backwards = bool(before) and place is not None
    descending = order.is_descending != backwards
    # False sorts before True: rows with a key first, in both directions.
    column: Any = rows.model._meta.get_field(sort.key)
    key: Any = Coalesce(sort.key, Value(sort.empty), output_field=column) if column.null else F(sort.key)
    is_last = Q(page_key=sort.empty) if not order.is_descending else ~Q(page_key=sort.empty)
    keyed: Any = rows.annotate(page_key=key)
    keys: tuple[Any, ...] = (F("page_key"), F("pk"))
    if sort.empty is not None:
        keyed = keyed.annotate(page_part=is_last)
        keys = (F("page_part"), *keys)
    if place is not None:
        compare = LessThan if descending else GreaterThan
        keyed = keyed.filter(compare(_Tuple(*keys), _Tuple(*map(Value, place))))
    found = list(keyed.order_by(*(part.desc() if descending else part.asc() for part in keys))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        before=_sign(order, sort, found[0]) if found and (more if backwards else place is not None) else "",
        after=_sign(order, sort, found[-1]) if found and (more or backwards) else "",
    )


def count_up_to(rows: QuerySet[Any], limit: int = COUNTED) -> int:
    """The number of rows, counted no further than one above `limit`."""
    return rows.order_by()[: limit + 1].count()


class _Tuple(Func):
    """Several values compared as one, from left to right."""

    function = "ROW"
    output_field = TextField()


def _sign(order: Order, sort: Sort, row: Any) -> str:
    part = [] if sort.empty is None else [str(row.page_part)]
    return signing.dumps([str(order), *part, str(row.page_key), row.pk], salt=SALT, compress=True)


def _read(order: Order, place: str) -> list[Any] | None:
    """The keys in a place that we gave out for this order; None for any other."""
    try:
        name, *keys = signing.loads(place, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return keys if name == str(order) else None
