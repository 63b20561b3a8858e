"""Saved and ready reports as people meet them: where one opens, what of a page it keeps, the bar that names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.functional import Promise

from crm.errors import RuleError
from crm.models import User
from crm.numbers import parse_id
from leads.panel import filter_label, list_url
from reports.models import SavedReport
from reports.permissions import may_change_report
from reports.ready import BY_KEY, READY, ReadyReport
from reports.report import PAGE, Report, prepare_report


@dataclass(frozen=True, slots=True)
class Tab:
    """A report that is one click away."""

    name: str | Promise
    url: str
    hint: str | Promise = ""
    is_open: bool = False


def query_of(report: Report) -> str:
    """The report as it is kept: its filter and layout, without the name that it is open under."""
    pairs = [*report.leads.asked(), *report.layout.pairs()]
    return urlencode([pair for pair in pairs if pair[0] != "report"])


def read_shown(address: str, *, user: User) -> str:
    """What the page at this address shows, as a saved report keeps it. Raises RuleError where it shows none."""
    report = prepare_report(user, QueryDict(address.partition("?")[2]))
    if report.problem:
        raise RuleError(report.problem)
    return query_of(report)


def open_report(saved: SavedReport, *, user: User) -> tuple[str, list[str]]:
    """Where the report opens, and the names of the filters in it that name something deleted: they are left out."""
    report = prepare_report(user, QueryDict(f"{saved.query}&report={saved.pk}"))
    if not report.leads.errors:
        return saved_url(str(saved.pk), saved.query), []
    gone = [filter_label(name) for name in report.leads.errors if name in report.leads.filters]
    kept = [pair for pair in report.leads.valid_parameters() if pair[0] != "report"]
    return saved_url(str(saved.pk), urlencode(kept)), gone


def saved_url(key: str, query: str) -> str:
    """The address of a report that is kept under a number or a key."""
    return list_url([*parse_qsl(query), ("report", key)], page=PAGE)


class ReportBar:
    """The ready and saved reports of `user` beside the one that is shown; one query."""

    def __init__(self, user: User, report: Report) -> None:
        self.user = user
        self.report = report

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
        key = self.report.layout.report
        return [Tab(each.name, saved_url(each.key, each.query), each.hint, each.key == key) for each in READY]

    @cached_property
    def active(self) -> SavedReport | None:
        """The saved report that is open."""
        pk = parse_id(self.report.layout.report)
        return next((saved for saved in self.saved if saved.pk == pk), None)

    @property
    def open_ready(self) -> ReadyReport | None:
        """The ready report that is open."""
        return BY_KEY.get(self.report.layout.report)

    @property
    def name(self) -> str:
        """What is open, by name; "" for what has none."""
        named = self.active or self.open_ready
        return str(named.name) if named else ""

    @cached_property
    def is_changed(self) -> bool:
        """Whether the page shows something else than what is open under that name."""
        kept = self.active or self.open_ready
        if kept is None or self.report.problem:
            return False
        return sorted(parse_qsl(kept.query)) != sorted(parse_qsl(query_of(self.report)))

    @property
    def may_update(self) -> bool:
        return self.active is not None and may_change_report(self.user, self.active)
