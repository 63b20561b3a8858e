"""„Lejek” as one read: filter, interval and breakdown of an address in, the funnel (or why there is none) out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import DateField
from crm.models import User
from crm.replica import read_beside
from leads.filters import ALL, LeadFilter
from leads.groups import Group
from leads.panel import FilteredPage, list_url, read_filter
from leads.passages import EVER, PASSAGES, STEPS, Days, Fate, FunnelPath, Passage, Step, load_path
from leads.periods import OF_RECEIVED, Period, days_of
from reports.dimensions import DIMENSIONS, Dimension
from reports.funnel_query import Funnel, Funnels, Moves, read_funnels, read_moves
from reports.report import advice_on, lead_pairs

PARAMETERS = ("by", "entered_in", "entered_from", "entered_to", "report")
PAGE = FilteredPage("reports:funnel_show", "funnel", default_state=ALL, carries=PARAMETERS, keeps_carried=True)
BREAKDOWNS = (
    "type", "sales_person", "source", "campaign", "medium", "priority", "received_month", "received_quarter",
    "received_year",
)  # fmt: skip
# Instead of a dimension: from which status to which leads were moved.
BY_STEPS = "steps"


class FunnelForm(forms.Form):
    """What the address asks beside the filter: the interval of entries, by name or by days, and a breakdown."""

    by = forms.ChoiceField(
        choices=[(name, name) for name in (*BREAKDOWNS, BY_STEPS)],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("The funnel can't be broken down by “%(value)s”.")},
    )
    entered_in = forms.ChoiceField(
        choices=[(period.value, period.label) for period in OF_RECEIVED],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no interval “%(value)s”.")},
    )
    entered_from = DateField(required=False)
    entered_to = DateField(required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get("entered_from"), values.get("entered_to")
        if first and last and first > last:
            raise ValidationError(_("The end of the interval is before its start."))
        if values.get("entered_in") and (first or last):
            raise ValidationError(_("Choose an interval by its name or by its days, not both."))
        return values


@dataclass(frozen=True, slots=True)
class Choice:
    """The interval of entries as it was chosen, with the days that it means today, and the breakdown; `report` is the
    number of the saved report that it is open under.
    """

    period: str = ""
    first: date | None = None
    last: date | None = None
    days: Days = EVER
    by: Dimension | None = None
    by_steps: bool = False
    report: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As it stands in an address."""
        pairs = [
            ("by", BY_STEPS if self.by_steps else self.by.name if self.by else ""),
            ("entered_in", self.period),
            ("entered_from", self.first.isoformat() if self.first else ""),
            ("entered_to", self.last.isoformat() if self.last else ""),
            ("report", self.report),
        ]
        return [pair for pair in pairs if pair[1]]

    def within(self, period: str = "", first: date | None = None, last: date | None = None) -> "Choice":
        """The same breakdown with another interval."""
        return replace(self, period=period, first=first, last=last)


@dataclass(frozen=True)
class FunnelReport:
    """The funnel of the leads of a filter. `problem` says why the address can't be answered, `advice` what to do;
    `as_of` is the moment that the figures are of when they come from a replica.
    """

    leads: LeadFilter
    choice: Choice
    path: FunnelPath = field(default_factory=lambda: FunnelPath({}))
    funnels: Funnels = field(default_factory=lambda: Funnels(Funnel({}), {}))
    moves: Moves | None = None
    problem: str = ""
    advice: str = ""
    as_of: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no lead entered any status."""
        return not self.funnels.whole.leads

    def url_with(self, choice: Choice) -> str:
        """The funnel of the same leads, shown otherwise."""
        return list_url([*self.leads.asked(), *choice.pairs()], page=PAGE)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filter, the interval and the breakdown, as they stand in an address."""
        return [*self.leads.asked(), *self.choice.pairs()]

    @property
    def key(self) -> str:
        """The number of the saved report that it is open under."""
        return self.choice.report

    @property
    def url(self) -> str:
        return self.url_with(self.choice)

    @property
    def kept_pairs(self) -> list[tuple[str, str]]:
        """What stays of the address when another interval is chosen."""
        return [*self.leads.asked(), *self.choice.within().pairs()]

    @property
    def has_leads(self) -> bool:
        """Whether there would be any lead without the filter."""
        return bool(self.leads.queryset.exists())

    @property
    def clear_url(self) -> str:
        """The funnel of all leads, at any time."""
        return list_url(self.choice.within().pairs(), page=PAGE)

    @property
    def repaired_url(self) -> str:
        """The funnel with what is right of its filter."""
        asked = [pair for pair in self.leads.valid_parameters() if pair[0] not in PARAMETERS]
        return list_url([*asked, *self.choice.pairs()], page=PAGE)

    def leads_url(self, status: int, fate: Fate, *groups: Group) -> str:
        """The list of the leads with a fate in a status, in these groups."""
        passage = Group(PASSAGES, Passage(status, fate, self.choice.days))
        return list_url(lead_pairs(self.leads, [*groups, passage]))

    def step_url(self, old: int, new: int) -> str:
        """The list of the leads that were moved from one status straight to another."""
        return list_url(lead_pairs(self.leads, [Group(STEPS, Step(old, new, self.choice.days))]))


def prepare_funnel(user: User, data: QueryDict) -> FunnelReport:
    """What the parameters of an address ask for, as `user` may see it, before the log is read."""
    leads = read_filter(user, data, page=PAGE)
    form = FunnelForm(data)
    if not form.is_valid():
        return FunnelReport(
            leads, Choice(), problem=_told(form), advice=_("Choose the interval and the breakdown anew.")
        )
    values = form.cleaned_data
    first, last = values["entered_from"], values["entered_to"]
    ends = days_of(Period(values["entered_in"]), timezone.localdate()) if values["entered_in"] else (first, last)
    choice = Choice(
        values["entered_in"], first, last, Days(*ends), DIMENSIONS.get(values["by"]), values["by"] == BY_STEPS,
        data.get("report", "")[:40],
    )  # fmt: skip
    if not leads.is_valid():
        return FunnelReport(leads, choice, problem=_("The filter has a wrong value."), advice=advice_on(leads))
    return FunnelReport(leads, choice, load_path())


def compute_funnel(report: FunnelReport) -> FunnelReport:
    """A prepared funnel with its figures."""
    if report.problem:
        return report

    def read(alias: str) -> tuple[Funnels, Moves | None]:
        leads, choice = report.leads.qs.using(alias), report.choice
        funnels = read_funnels(leads, report.path, days=choice.days, by=choice.by)
        return funnels, read_moves(leads, days=choice.days) if choice.by_steps else None

    (funnels, moves), source = read_beside(read)
    return replace(report, funnels=funnels, moves=moves, as_of=source.as_of)


def _told(form: forms.Form) -> str:
    """The first thing that is wrong."""
    errors: Sequence[str] = [str(error) for found in form.errors.values() for error in found]
    return errors[0]
