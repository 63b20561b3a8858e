"""The lists of orders and invoices: what an address asks for, the rows of a page, and the same as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import DateField, RemoteSelect, searchable
from crm.models import Partner, User
from crm.paging import COUNTED, Order, Page, Sort, count_up_to, load_page
from crm.search import clean_query, containing
from documents.kinds import INVOICES, KINDS, Kind
from leads.columns import Column
from leads.columns import Kind as Look
from leads.export import Export
from leads.models import Lead

NEWEST_FIRST = "-created"
NEVER = date.max
SORTS: dict[str, Sort] = {
    "created": Sort("id"),
    "number": Sort("number", empty=""),
    "issued": Sort("issue_date", empty=NEVER),
    "partner": Sort("buyer_sort", empty=""),
    "net": Sort("net_in_system"),
    "state": Sort("state"),
}
INVOICE_SORTS = {**SORTS, "due": Sort("due_date", empty=NEVER)}


class FilterForm(forms.Form):
    """The filter of a list, as it stands in the address."""

    state = forms.MultipleChoiceField(label=_("State"), required=False)
    type = forms.ModelMultipleChoiceField(Partner.objects.none(), label=_("Type"), required=False)
    partner = forms.ModelChoiceField(
        Partner.objects.all(),
        label=_("Partner"),
        required=False,
        widget=RemoteSelect(reverse_lazy("crm:partner_search"), placeholder=_("any")),
    )
    lead = forms.ModelChoiceField(Lead.objects.none(), required=False, widget=forms.HiddenInput)
    since = DateField(label=_("Issued from"), required=False)
    until = DateField(label=_("Issued to"), required=False)
    mine = forms.BooleanField(label=_("Only mine"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)

    def __init__(self, data: QueryDict, *, kind: Kind, user: User) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.kind = kind
        self.user = user
        fields: Any = self.fields
        fields["state"].choices = kind.model.State.choices
        fields["type"].queryset = kind.type._default_manager.all()
        fields["type"].widget.attrs |= searchable(placeholder=_("any"))
        fields["lead"].queryset = Lead.objects.visible_to(user)
        if kind is not INVOICES:
            del self.fields["overdue"]

    def condition(self) -> Q:
        """What the filter asks for. Called when it is valid."""
        given: Mapping[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        condition = Q()
        for name, path in PATHS.items():
            if name in given:
                condition &= Q(**{path: given[name]})
        if "mine" in given:
            condition &= Q(created_by=self.user) | Q(lead__sales_person=self.user)
        if "overdue" in given:
            condition &= Q(state="due", due_date__lt=timezone.localdate())
        return condition

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


PATHS = {
    "state": "state__in",
    "type": "type__in",
    "partner": "partner",
    "lead": "lead",
    "since": "issue_date__gte",
    "until": "issue_date__lte",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list with what was asked for. With a wrong filter there are no rows."""

    kind: Kind
    form: FilterForm
    text: str
    order: Order
    found: Any
    page: Page[Any] = field(default_factory=Page)
    count: int = 0
    limit: int = COUNTED

    @property
    def is_counted(self) -> bool:
        """Whether `count` is the number of rows, not just the limit of counting."""
        return self.count <= self.limit

    @property
    def is_filtered(self) -> bool:
        return bool(self.text) or not self.form.is_valid() or self.form.is_filtered


def read_listing(kind: Kind, user: User, query: QueryDict, *, with_page: bool = True) -> Listing:
    """What `query` asks for, as `user` may see it: `?q= &state= &type= &partner= &since= &until= &sort= &after=`."""
    form = FilterForm(query, kind=kind, user=user)
    text = clean_query(query.get("q", ""))
    order = Order(INVOICE_SORTS if kind is INVOICES else SORTS, query.get("sort") or NEWEST_FIRST)
    found = kind.model.objects.visible_to(user)
    found = found.filter(form.condition()) if form.is_valid() else found.none()
    if text:
        found = found.filter(containing(text))
    if not with_page:
        return Listing(kind, form, text, order, found)
    rows = found.select_related("type", "partner", "lead")
    page = load_page(rows, order=order, after=query.get("after", ""), before=query.get("before", ""))
    return Listing(kind, form, text, order, found, page, count_up_to(found))


def use_url(*, field: str, pk: int, label: str) -> str:
    """Where the documents that refer to a row by `field` are listed; "" when the list can't be filtered by it."""
    kind = next(kind for kind in KINDS if kind.model._meta.label == label)
    return f"{kind.list_url()}?{urlencode({field: pk})}" if field in ("type", "partner", "lead") else ""


def orders_use_url(*, field: str, pk: int) -> str:
    """`use_url` of orders."""
    return use_url(field=field, pk=pk, label="documents.Order")


def invoices_use_url(*, field: str, pk: int) -> str:
    """`use_url` of invoices."""
    return use_url(field=field, pk=pk, label="documents.Invoice")


# --- The file -------------------------------------------------------------------------------------------------------

EXPORTED = (
    ("number", Look.TEXT), ("issue_date", Look.DEADLINE), ("delivery_date", Look.DEADLINE),
    ("sale_date", Look.DEADLINE), ("due_date", Look.DEADLINE), ("state", Look.TEXT), ("type__name", Look.TEXT),
    ("buyer_name", Look.NAME), ("buyer_nip", Look.TEXT),
    ("buyer_vat_eu", Look.TEXT), ("lead_id", Look.TEXT), ("currency", Look.TEXT),
    ("net_total", Look.MONEY), ("vat_total", Look.MONEY), ("gross_total", Look.MONEY), ("paid_total", Look.MONEY),
    ("rate", Look.TEXT), ("net_in_system", Look.MONEY), ("ksef_number", Look.TEXT),
)  # fmt: skip


def prepare_export(listing: Listing, *, alias: str) -> Export:
    """The whole list as it is filtered and sorted, for leads.export.csv_pieces and xlsx_pieces; `alias` names the
    database that it is read from.
    """
    kind = listing.kind
    names = {f.attname for f in kind.model._meta.concrete_fields} | {"type__name"}
    columns = [Column(name, look, name, own_label=_label(kind, name)) for name, look in EXPORTED if name in names]
    sort = listing.order.sorts[listing.order.name].key
    direction = "-" if listing.order.is_descending else ""
    return Export(
        heads=[column.label for column in columns],
        columns=columns,
        readers=[_reader(kind, column) for column in columns],
        title=str(kind.title),
        decimal_comma=get_language() == "pl",
        found=listing.found.using(alias)
        .order_by(f"{direction}{sort}", f"{direction}pk")
        .values("pk", *(column.value for column in columns)),
    )


def _label(kind: Kind, name: str) -> str:
    if name == "lead_id":
        return pgettext("column of an export", "Lead ID")
    field = kind.model._meta.get_field("type" if name == "type__name" else name)
    return capfirst(str(field.verbose_name))


def _reader(kind: Kind, column: Column) -> Callable[[Mapping[str, Any]], Any]:
    key = column.value
    if key == "state":
        labels = {value: str(label) for value, label in kind.model.State.choices}
        return lambda values: labels[values[key]]
    if key == "lead_id":
        return lambda values: None if values[key] is None else f"{values[key]:06d}"
    if key == "rate":
        return lambda values: None if values[key] is None else f"{values[key].normalize():f}"
    return lambda values: None if values[key] == "" else values[key]
