"""Saved views as people meet them: what of the present page a view keeps, where it opens, the bar that names them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from crm.numbers import parse_id
from leads.columns import UnknownSort, columns_of, known_columns, read_order
from leads.filters import LeadFilter
from leads.models import Lead, SavedView
from leads.panel import BOARD, LIST, FilteredPage, filter_label, list_url, plain_url
from leads.permissions import may_change_view

PAGES: dict[str, FilteredPage] = {SavedView.Kind.LIST: LIST, SavedView.Kind.BOARD: BOARD}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows, as a view keeps it."""

    kind: str
    query: str
    columns: list[str]
    sort: str


def read_shown(address: str, *, user: User) -> Shown:
    """What the page at this address (path and query) shows `user`. Raises RuleError for one that has no answer."""
    path, _mark, query = address.partition("?")
    data = QueryDict(query)
    leads = LeadFilter(data, Lead.objects.visible_to(user), user=user)
    kind = SavedView.Kind.BOARD if path == BOARD.url else SavedView.Kind.LIST
    try:
        order = str(read_order(data.get("sort", ""))) if data.get("sort") else ""
    except UnknownSort as error:
        raise RuleError(_("The list can't be sorted by this.")) from error
    if not leads.is_valid():
        raise RuleError(_("The filter has a wrong value."))
    columns = [column.name for column in columns_of(user, data.get("cols", ""))]
    return Shown(kind, urlencode(leads.asked()), columns, order)


def view_url(view: SavedView, pairs: Sequence[tuple[str, str]] | None = None) -> str:
    """The page as the view has it; `pairs` instead of its own filter."""
    carried = [("view", str(view.pk))]
    if pairs is None:
        pairs = parse_qsl(view.query)
    if view.kind == SavedView.Kind.BOARD:
        return list_url([*pairs, *carried], page=BOARD)
    columns = [column.name for column in known_columns(view.columns)]
    return list_url([*pairs, *carried, ("cols", ".".join(columns))], order=view.sort)


def open_view(view: SavedView, *, user: User) -> tuple[str, list[str]]:
    """Where the view opens, and the names of the filters in it that name something deleted: they are left out."""
    leads = LeadFilter(QueryDict(view.query), Lead.objects.visible_to(user), user=user)
    if leads.is_valid():
        return view_url(view), []
    gone = [filter_label(name) for name in leads.errors if name in leads.filters]
    return view_url(view, leads.valid_parameters()), gone


class ViewBar:
    """The saved views of `user` beside the page at `address`; one query."""

    def __init__(self, user: User, address: str) -> None:
        self.user = user
        self.address = address
        self._data = QueryDict(address.partition("?")[2])

    @cached_property
    def views(self) -> list[SavedView]:
        """All that the user may open, those pinned first."""
        return list(SavedView.objects.visible_to(self.user).chosen_by(self.user))

    @property
    def default(self) -> SavedView | None:
        """The one that opens first."""
        return next((view for view in self.views if view.is_default), None)  # type: ignore[attr-defined]

    @cached_property
    def active(self) -> SavedView | None:
        """The one that is open."""
        pk = parse_id(self._data.get("view", ""))
        return next((view for view in self.views if view.pk == pk), None)

    @property
    def tabs(self) -> list[SavedView]:
        """Those pinned, and the one that is open."""
        return [view for view in self.views if view.is_pinned or view == self.active]  # type: ignore[attr-defined]

    @property
    def own(self) -> Iterable[SavedView]:
        return [view for view in self.views if view.owner_id == self.user.pk]

    @property
    def of_others(self) -> Iterable[SavedView]:
        return [view for view in self.views if view.owner_id != self.user.pk]

    @cached_property
    def is_changed(self) -> bool:
        """Whether the page shows something else than the open view keeps."""
        if self.active is None:
            return False
        stored = urlencode(sorted(parse_qsl(view_url(self.active).partition("?")[2])))
        place = ("after", "before")
        here = [(name, value) for name, value in parse_qsl(self.address.partition("?")[2]) if name not in place]
        return stored != urlencode(sorted(here)) or PAGES[self.active.kind].url != self.address.partition("?")[0]

    @property
    def may_update(self) -> bool:
        return self.active is not None and may_change_view(self.user, self.active)

    @property
    def plain_url(self) -> str:
        """The page with no view, of the same kind."""
        return plain_url(BOARD if self.address.startswith(reverse(BOARD.url_name)) else LIST)
