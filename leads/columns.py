"""The columns of the list: which there are, how each is sorted, and which a user has chosen.

A new field of the lead becomes a column by one line in COLUMNS; how its values look is said by its kind in
leads/cells.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeGuard

from django.db.models import Count, F, Field, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import User
from leads.models import Lead
from leads.models.indexes import filled, polish_order
from leads.paging import Groups, Order, Sort

Keys = Callable[[str], tuple[Combinable, ...]]


class Kind(Enum):
    """How the values of a column look; see leads/cells.py."""

    NUMBER = auto()
    NAME = auto()
    TEXT = auto()
    RICH_TEXT = auto()
    CHOICE = auto()
    BADGE = auto()
    TAGS = auto()
    STATE = auto()
    MONEY = auto()
    PERCENT = auto()
    MOMENT = auto()
    DEADLINE = auto()
    COUNT = auto()


CSS = {
    Kind.NUMBER: "lj-mono",
    Kind.NAME: "lj-cell-main lj-cell-clip",
    Kind.BADGE: "lj-nowrap",
    Kind.TAGS: "lj-cell-tags",
    Kind.STATE: "lj-nowrap",
    Kind.MONEY: "lj-number",
    Kind.PERCENT: "lj-number",
    Kind.MOMENT: "lj-mono lj-nowrap",
    Kind.DEADLINE: "lj-mono lj-nowrap",
    Kind.COUNT: "lj-number",
}


def label_of(name: str) -> str:
    """The name of a field of the lead, as a heading."""
    field = Lead._meta.get_field(name)
    assert isinstance(field, Field)
    return capfirst(str(field.verbose_name))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `value` is what the query brings for it, `sort` how it is sorted (None: it is not).

    `broken_label` is the label with soft hyphens, for a word too long to stand over a narrow column. With `relation`
    the value is how many rows of a later app refer to the lead, by the relation of that name. Without `permission` the
    column is not there for a user.
    """

    name: str
    kind: Kind
    value: str
    sort: Sort | None = None
    own_label: str | Promise = ""
    broken_label: str | Promise = ""
    relation: str = ""
    permission: str = ""

    @property
    def label(self) -> str:
        """The heading: the name of the lead's field, as everywhere."""
        return str(self.own_label or label_of(self.name))

    @property
    def heading(self) -> str:
        """The label as it stands over the column in the table."""
        return str(self.broken_label or self.label)

    @property
    def css(self) -> str:
        """The classes of its cells."""
        return f"lj-col-{self.name} {CSS.get(self.kind, 'lj-cell-clip')}"


def values_of(columns: Iterable[Column]) -> set[str]:
    """What a query reads from the lead itself for these columns."""
    return {column.value for column in columns if not column.relation and column.value != "tag_ids"}


def counts_of(columns: Iterable[Column]) -> dict[str, Combinable]:
    """What a query counts for these columns, by the name of the value. That the rows are those of a lead which the user
    sees is all that visibility asks of them.
    """
    return {column.value: _count(column.relation) for column in columns if column.relation}


def _count(name: str) -> Combinable:
    relation = Lead._meta.get_field(name)
    model: Any = relation.related_model
    field: Any = relation.field  # type: ignore[union-attr]
    rows = model._base_manager.filter(**{field.name: OuterRef("pk")}).order_by().values(field.name)
    return Coalesce(Subquery(rows.annotate(rows=Count("pk")).values("rows")), 0)


def _text(name: str) -> Column:
    return Column(name, Kind.TEXT, name, Sort((polish_order(name),), is_empty=~filled(name)))


def _value(name: str, kind: Kind, *, broken_label: str | Promise = "") -> Column:
    sort = Sort((F(name),), is_empty=Q(**{f"{name}__isnull": True}))
    return Column(name, kind, name, sort, broken_label=broken_label)


def _related(name: str, kind: Kind, keys: Keys, *, value: str = "", empty: bool = True) -> Column:
    """A column that sorts by `keys` of the row referred to, given the path to it."""
    model = Lead._meta.get_field(name).related_model
    assert isinstance(model, type)
    sort = Sort(
        (*keys(f"{name}__"), F(f"{name}_id")),
        is_empty=Q(**{f"{name}__isnull": True}) if empty else None,
        groups=Groups(model, f"{name}_id", keys(""), have_state=name == "status"),
        of_closed=name == "lost_reason",
    )
    return Column(name, kind, value or f"{name}_id", sort)


def _by_name(path: str) -> tuple[Combinable, ...]:
    return (F(f"{path}name_sort"),)


def _by_person(path: str) -> tuple[Combinable, ...]:
    return (F(f"{path}name_sort"), polish_order(f"{path}first_name"))


def _by_set_order(path: str) -> tuple[Combinable, ...]:
    return (F(f"{path}sort_order"), F(f"{path}name_sort"))


def _choice(name: str, kind: Kind = Kind.CHOICE, *, empty: bool = True) -> Column:
    return _related(name, kind, _by_set_order, empty=empty)


_BY_CLOSING = Sort((F("closed_at"),), is_empty=Q(closed_at__isnull=True), of_closed=True)

ALL_COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.NUMBER, "id", Sort(), own_label=_("ID")),
    Column("name", Kind.NAME, "name", Sort((F("name_sort"),))),
    _choice("status", Kind.BADGE, empty=False),
    _choice("type"),
    _related("partner", Kind.TEXT, _by_name, value="partner__name"),
    _related("sales_person", Kind.CHOICE, _by_person),
    _value("received_at", Kind.MOMENT),
    _value("expected_revenue", Kind.MONEY),
    _value("probability", Kind.PERCENT, broken_label=pgettext_lazy("heading with soft hyphens", "Probability")),
    _value("expected_close", Kind.DEADLINE),
    _choice("priority", Kind.BADGE),
    Column("tags", Kind.TAGS, "tag_ids"),
    Column("is_closed", Kind.STATE, "is_closed", Sort((F("is_closed"),)), own_label=_("Open/closed")),
    _related("product", Kind.TEXT, _by_name, value="product__name"),
    Column("closed_at", Kind.MOMENT, "closed_at", _BY_CLOSING),
    _choice("lost_reason"),
    _choice("campaign"),
    _choice("medium"),
    _choice("source"),
    _text("phone"),
    _text("email"),
    Column("description", Kind.RICH_TEXT, "description"),
    _text("company_name"),
    _text("website"),
    _text("street"),
    _text("city"),
    _text("region"),
    _text("postal_code"),
    _text("country"),
    _text("first_name"),
    _text("middle_name"),
    _text("last_name"),
    _choice("position"),
    _text("external_id"),
    Column(
        "orders", Kind.COUNT, "order_count", own_label=_("Orders"), relation="orders",
        permission="documents.view_order",
    ),
    Column(
        "invoices", Kind.COUNT, "invoice_count", own_label=_("Invoices"), relation="invoices",
        permission="documents.view_invoice",
    ),
)  # fmt: skip
COLUMNS: dict[str, Column] = {column.name: column for column in ALL_COLUMNS}
DEFAULT_COLUMNS = (
    "id", "name", "status", "partner", "sales_person", "expected_revenue", "expected_close", "probability", "type",
    "priority", "tags", "received_at",
)  # fmt: skip
ALWAYS_SHOWN = "name"
DEFAULT_ORDER = Order("id", Sort(), descending=True)


class UnknownSort(Exception):
    """The list is not sorted by that."""


def columns_of(user: User, given: str = "") -> list[Column]:
    """The columns `given` in an address (`name.status`), else those that `user` has chosen, in that order; the default
    ones until then. The name is always among them.
    """
    if columns := _permitted(user, known_columns(given.split("."))):
        return columns if COLUMNS[ALWAYS_SHOWN] in columns else [COLUMNS[ALWAYS_SHOWN], *columns]
    return _permitted(user, known_columns(user.lead_columns)) or known_columns(DEFAULT_COLUMNS)


def all_columns(user: User, given: str = "") -> list[tuple[Column, bool]]:
    """All columns, each with whether `user` sees it: those seen first, in their order."""
    chosen = columns_of(user, given)
    return [*((column, True) for column in chosen), *((c, False) for c in permitted_columns(user) if c not in chosen)]


def permitted_columns(user: User) -> list[Column]:
    """All columns that are there for `user`."""
    return _permitted(user, ALL_COLUMNS)


def _permitted(user: User, columns: Iterable[Column]) -> list[Column]:
    return [column for column in columns if not column.permission or user.has_perm(column.permission)]


def known_columns(names: Iterable[object]) -> list[Column]:
    """The columns of these names, each once; what is no column is left out (it may have been one)."""
    return [COLUMNS[name] for name in dict.fromkeys(filter(_is_column, names))]


def _is_column(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and name in COLUMNS


def read_order(given: str) -> Order:
    """The order that `?sort=name` or `?sort=-name` asks for; newest first when nothing is given.

    Raises UnknownSort.
    """
    if not given:
        return DEFAULT_ORDER
    column = COLUMNS.get(given.removeprefix("-"))
    if column is None or column.sort is None:
        raise UnknownSort
    return Order(column.name, column.sort, descending=given.startswith("-"))
