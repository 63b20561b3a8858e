"""Saved and ready reports as people meet them: where one opens, what of a page it keeps, the bar that names them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.functional import Promise

from crm.errors import RuleError
from crm.models import User
from crm.numbers import parse_id
from leads.filters import LeadFilter
from leads.panel import FilteredPage, filter_label, list_url
from reports.funnel import PAGE as FUNNEL
from reports.funnel import prepare_funnel
from reports.models import SavedReport
from reports.permissions import may_change_report
from reports.ready import BY_KEY, READY, ReadyReport
from reports.report import PAGE, prepare_report


@dataclass(frozen=True, slots=True)
class Tab:
    """A report that is one click away."""

    name: str | Promise
    url: str
    hint: str | Promise = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page shows, as a saved report keeps it."""

    kind: SavedReport.Kind
    query: str


class Shown(Protocol):
    """What a page of reports shows: its filter and all else as `pairs` of its address, open under a `key`."""

    @property
    def leads(self) -> LeadFilter: ...
    @property
    def problem(self) -> str: ...
    @property
    def pairs(self) -> list[tuple[str, str]]: ...
    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """The page of a kind of reports, and how its address is read."""

    page: FilteredPage
    prepare: Callable[[User, QueryDict], Shown]


READERS: Mapping[str, Reader] = {
    SavedReport.Kind.PIVOT: Reader(PAGE, prepare_report),
    SavedReport.Kind.FUNNEL: Reader(FUNNEL, prepare_funnel),
}


def query_of(shown: Shown) -> str:
    """The report as it is kept: without the name that it is open under."""
    return urlencode([pair for pair in shown.pairs if pair[0] != "report"])


def read_shown(address: str, *, user: User) -> Kept:
    """What the page at this address shows, as a saved report keeps it. Raises RuleError where it shows none."""
    path, _mark, query = address.partition("?")
    kind = SavedReport.Kind.FUNNEL if path == FUNNEL.url else SavedReport.Kind.PIVOT
    shown = READERS[kind].prepare(user, QueryDict(query))
    if shown.problem:
        raise RuleError(shown.problem)
    return Kept(kind, query_of(shown))


def open_report(saved: SavedReport, *, user: User) -> tuple[str, list[str]]:
    """Where the report opens, and the names of the filters in it that name something deleted: they are left out."""
    leads = READERS[saved.kind].prepare(user, QueryDict(saved.query)).leads
    gone = [filter_label(name) for name in leads.errors if name in leads.filters]
    query = urlencode(leads.valid_parameters()) if leads.errors else saved.query
    return saved_url(str(saved.pk), query, kind=saved.kind), gone


def saved_url(key: str, query: str, *, kind: str = SavedReport.Kind.PIVOT) -> str:
    """The address of a report that is kept under a number or a key."""
    return list_url([*parse_qsl(query), ("report", key)], page=READERS[kind].page)


class ReportBar:
    """The ready and saved reports of `user` beside what is shown; one query."""

    def __init__(self, user: User, shown: Shown, *, kind: SavedReport.Kind = SavedReport.Kind.PIVOT) -> None:
        self.user = user
        self.shown = shown
        self.kind = kind

    @cached_property
    def saved(self) -> list[SavedReport]:
        """All that the user may open."""
        return list(SavedReport.objects.visible_to(self.user))

    @property
    def own(self) -> Sequence[SavedReport]:
        return [saved for saved in self.saved if saved.owner_id == self.user.pk]

    @property
    def of_others(self) -> Sequence[SavedReport]:
        return [saved for saved in self.saved if saved.owner_id != self.user.pk]

    @property
    def ready(self) -> list[Tab]:
        """The ready reports."""
        is_open = self.open_ready
        return [Tab(each.name, saved_url(each.key, each.query), each.hint, each is is_open) for each in READY]

    @cached_property
    def active(self) -> SavedReport | None:
        """The saved report that is open."""
        pk = parse_id(self.shown.key)
        return next((saved for saved in self.saved if saved.pk == pk and saved.kind == self.kind), None)

    @property
    def open_ready(self) -> ReadyReport | None:
        """The ready report that is open."""
        return BY_KEY.get(self.shown.key) if self.kind == SavedReport.Kind.PIVOT else None

    @property
    def name(self) -> str:
        """What is open, by name; "" for what has none."""
        named = self.active or self.open_ready
        return str(named.name) if named else ""

    @cached_property
    def is_changed(self) -> bool:
        """Whether the page shows something else than what is open under that name."""
        kept = self.active or self.open_ready
        if kept is None or self.shown.problem:
            return False
        return sorted(parse_qsl(kept.query)) != sorted(parse_qsl(query_of(self.shown)))

    @property
    def may_update(self) -> bool:
        return self.active is not None and may_change_report(self.user, self.active)
