"""A report as one read: filter and layout of an address in, the table (or why there is none) out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.models import User
from crm.replica import read_beside
from leads.choices import Choices, load_choices
from leads.filters import ALL, LeadFilter
from leads.groups import Group
from leads.panel import FilteredPage, filter_label, list_url, read_filter
from reports.estimate import check_size
from reports.layout import LAYOUT, USUAL, BadLayout, Layout, read_layout
from reports.pivot import Line, Pivot
from reports.query import Cells, TooLarge, read_cells

PAGE = FilteredPage("reports:lead_report", "report", default_state=ALL, carries=LAYOUT, keeps_carried=True)


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `problem` says why the address can't be answered, and `advice` what to do about it. `as_of` is the
    moment that the figures are of when they come from a replica.
    """

    leads: LeadFilter
    layout: Layout
    pivot: Pivot | None = None
    problem: str = ""
    advice: str = ""
    currency: str = ""
    as_of: datetime | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filter and the layout, as they stand in an address."""
        return [*self.leads.asked(), *self.layout.pairs()]

    @property
    def key(self) -> str:
        """What it is open under: the number of a saved report, or the key of a ready one."""
        return self.layout.report

    def url_with(self, layout: Layout) -> str:
        """The address of another report on the same leads."""
        return list_url([*self.leads.asked(), *layout.pairs()], page=PAGE)

    @property
    def has_leads(self) -> bool:
        """Whether there would be any lead without the filter."""
        return bool(self.leads.queryset.exists())

    @property
    def clear_url(self) -> str:
        """The report over all leads."""
        return list_url(self.layout.pairs(), page=PAGE)

    @property
    def repaired_url(self) -> str:
        """The report with what is right of its filter."""
        asked = [pair for pair in self.leads.valid_parameters() if pair[0] not in LAYOUT]
        return list_url([*asked, *self.layout.pairs()], page=PAGE)

    def lead_pairs(self, *lines: Line) -> list[tuple[str, str]]:
        """The filter by which the list shows the leads of a cell, whose row and column are given."""
        return lead_pairs(self.leads, [group for line in lines for group in line.groups])


def lead_pairs(leads: LeadFilter, groups: Sequence[Group] = ()) -> list[tuple[str, str]]:
    """The filter of a report, and groups in it, as the list of leads understands it: it begins with the open ones."""
    asked = [pair for pair in leads.asked() if pair[0] != "state"]
    return [("state", leads.shown_state), *asked, *(("group", str(group)) for group in groups)]


def prepare_report(user: User, data: QueryDict) -> Report:
    """What the parameters of an address ask for, as `user` may see it, before any lead is read."""
    leads = read_filter(user, data, page=PAGE)
    try:
        layout = read_layout(data)
    except BadLayout as refusal:
        advice = _("Choose the rows, columns and measures of the report again.")
        return Report(leads, USUAL, problem=str(refusal), advice=advice)
    if not leads.is_valid():
        return Report(leads, layout, problem=_("The filter has a wrong value."), advice=advice_on(leads))
    return Report(leads, layout, currency=system_settings().currency)


def advice_on(leads: LeadFilter) -> str:
    """What is wrong with a filter, and why nothing is shown."""
    wrong = [f"{filter_label(name)}: {error}" for name in leads.errors for error in leads.errors[name]]
    return " ".join([*wrong, _("No report is shown, so that nothing is left out without your knowing.")])


def compute(report: Report) -> Report:
    """A prepared report with its table; with a problem when it would be too large."""
    if report.problem:
        return report

    def read(alias: str) -> Cells:
        check_size(report.leads, report.layout, alias=alias)
        return read_cells(report.leads.qs.using(alias), report.layout)

    try:
        cells, source = read_beside(read)
        pivot = Pivot(report.layout, cells, _choices_for(report, cells))
        pivot.check_size()
    except TooLarge:
        return replace(
            report,
            problem=_("The result would have more than 50,000 cells."),
            advice=_("Choose a shorter interval of dates, a coarser unit of time, or fewer dimensions and measures."),
        )
    return replace(report, pivot=pivot, as_of=source.as_of)


def _choices_for(report: Report, cells: Cells) -> Choices:
    """The names of all rows that stand in the cells. Of partners and products only these are read."""
    found: dict[str, set[int]] = {"partner": set(), "product": set()}
    for number, dimension in enumerate(report.layout.dimensions):
        if dimension.name in found:
            is_across = number >= len(report.layout.rows)
            place = number - len(report.layout.rows) if is_across else number
            paths = {right if is_across else down for down, right in cells.sums}
            found[dimension.name] |= {path[place] for path in paths if len(path) > place} - {None}
    if not any(found.values()):
        return report.leads.choices
    return load_choices(partners=found["partner"], products=found["product"])
