"""The list of leads as one read: filter, order, place and columns in, the rows of a page and its count out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.current import system_settings
from crm.formats import format_number
from crm.models import User
from leads.cells import Looks, Row, build_rows
from leads.columns import DEFAULT_ORDER, Column, UnknownSort, columns_of, counts_of, read_order, values_of
from leads.filters import ALL, CLOSED, OPEN, LeadFilter
from leads.models import Lead, LeadTagging
from leads.paging import PAGE_SIZE, SORTED_WHOLE, BadCursor, Order, load_page, read_cursor
from leads.panel import LIST, FilteredPage, cleared_url, list_url, read_filter
from leads.querysets import LeadQuerySet

# Nobody counts a million rows to show a number: beyond this it says "10 000+". What free text finds takes longer.
COUNTED = 10_000
COUNTED_IN_SEARCH = 500
TAG_IDS = ArraySubquery(LeadTagging.objects.filter(lead=OuterRef("pk")).values("tag_id"))
ALWAYS = ("priority_id", "is_closed")


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; `url` sorts by it ("": it can't be sorted), `direction` is that of the present order."""

    column: Column
    url: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `problem` says why the address can't be answered; then there are no rows."""

    leads: LeadFilter
    order: Order
    columns: Sequence[Column]
    rows: Sequence[Row] = ()
    count: int = 0
    is_capped: bool = False
    before_url: str = ""
    after_url: str = ""
    problem: str = ""
    has_leads: bool = True
    page: FilteredPage = LIST

    @property
    def order_given(self) -> str:
        """The order as it stands in an address: "" for the usual one."""
        return "" if self.order == DEFAULT_ORDER else str(self.order)

    @property
    def first_url(self) -> str:
        """The first page with this filter and order."""
        return list_url(self.leads.parameters(), order=self.order_given, page=self.page)

    @property
    def repaired_url(self) -> str:
        """The list with what is right of this filter."""
        return list_url(self.leads.valid_parameters(), order=self.order_given, page=self.page)

    @property
    def clear_url(self) -> str:
        """The page without a filter, in no saved view."""
        return cleared_url(self.leads.carried(), page=self.page)

    @property
    def everything_url(self) -> str:
        """All leads, open and closed, in this order."""
        carried = self.leads.carried() if self.page.keeps_carried else []
        return list_url([("state", ALL), *carried], order=self.order_given, page=self.page)

    @property
    def count_text(self) -> str:
        shown = format_number(self.count) + ("+" if self.is_capped else "")
        return ngettext("%(count)s lead", "%(count)s leads", self.count) % {"count": shown}

    def headings(self) -> list[Heading]:
        """The heads of the columns. The one that the list is sorted by turns the order round."""
        pairs = self.leads.parameters()
        found = []
        for column in self.columns:
            is_current = column.name == self.order.name
            order = f"-{column.name}" if is_current and not self.order.descending else column.name
            direction = ("descending" if self.order.descending else "ascending") if is_current else ""
            given = "" if order == str(DEFAULT_ORDER) else order
            url = list_url(pairs, order=given, page=self.page) if column.sort else ""
            found.append(Heading(column, url, direction))
        return found


def prepare_listing(user: User, data: QueryDict, *, page: FilteredPage = LIST) -> Listing:
    """What the parameters `data` of an address ask for, as `user` may see it, before any row is read."""
    leads = read_filter(user, data, page=page)
    columns = columns_of(user, data.get("cols", ""))
    try:
        order = read_order(data.get("sort", ""))
    except UnknownSort:
        return Listing(leads, DEFAULT_ORDER, columns, problem=_("The list can't be sorted by this."), page=page)
    problem = "" if leads.is_valid() else _("The filter has a wrong value.")
    return Listing(leads, order, columns, problem=problem, page=page)


def read_listing(user: User, data: QueryDict, *, page: FilteredPage = LIST, alias: str = DEFAULT_DB_ALIAS) -> Listing:
    """The part of the list that the parameters `data` of an address ask for, as `user` may see it; shown on `page` and
    read from the database `alias`.
    """
    listing = prepare_listing(user, data, page=page)
    if listing.problem:
        return listing
    leads, order, columns = listing.leads, listing.order, listing.columns
    try:
        cursor = read_cursor(order, after=data.get("after", ""), before=data.get("before", ""))
    except BadCursor:
        return replace(listing, problem=_("This place in the list is not valid."))
    rows, most = leads.qs.using(alias), COUNTED
    if leads.is_searching:
        most = COUNTED_IN_SEARCH
        rows, count = found_leads(rows, most, is_start=cursor is None and order == DEFAULT_ORDER)
    else:
        count = rows.count_up_to(most)
    if not count:
        return replace(listing, has_leads=Lead.objects.using(alias).visible_to(user).exists())
    part = load_page(
        rows,
        order=order,
        cursor=cursor,
        count=count if count <= most else SORTED_WHOLE + 1,
        closed={OPEN: False, CLOSED: True}.get(leads.shown_state),
        far=leads.ends_in_the_past,
        values=(*ALWAYS, *values_of(columns)),
        named={"tag_ids": TAG_IDS, **counts_of(columns)},
    )
    looks = Looks.now(
        choices=leads.choices,
        currency=system_settings().currency,
        lead_url=reverse("leads:lead_detail", args=[0]).replace("0", "{}"),
    )
    pairs, given = leads.parameters(), listing.order_given
    return replace(
        listing,
        rows=build_rows(part.rows, columns, looks),
        count=min(count, most),
        is_capped=count > most,
        before_url=list_url([*pairs, ("before", part.before)], order=given, page=page) if part.before else "",
        after_url=list_url([*pairs, ("after", part.after)], order=given, page=page) if part.after else "",
    )


def found_leads(leads: LeadQuerySet, most: int, *, is_start: bool = False) -> tuple[LeadQuerySet, int]:
    """The leads of a search, named by their IDs where these are known, and how many there are, up to `most` + 1.

    Counting has to find them, newest first: the page need not search again. `is_start`: it begins with the newest.
    """
    found = list(leads.order_by("-pk").values_list("pk", flat=True)[: most + 1])
    every = leads.model._default_manager.using(leads.db)
    if is_start:
        return every.filter(pk__in=found[: PAGE_SIZE + 1]), len(found)
    return (every.filter(pk__in=found) if len(found) <= most else leads), len(found)
