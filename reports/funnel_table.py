"""„Lejek” as people see it: the picture of the path, the table of all statuses, and the breakdown by a dimension."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from crm.formats import format_day, format_decimals, format_number, format_typed_day
from crm.models import LeadStatus
from leads.groups import Group, Rows
from leads.panel import Day
from leads.passages import EVER, OUTCOMES, Fate
from leads.periods import OF_RECEIVED, Period
from reports.controls import Option
from reports.dimensions import DIMENSIONS
from reports.funnel import BREAKDOWNS, BY_STEPS, FunnelReport
from reports.funnel_query import Funnel, Moves, Stage
from reports.measures import heat_of, rounded, show_share

HEADS: dict[Fate, str | Promise] = {
    Fate.ENTERED: gettext_lazy("Entered"),
    Fate.ON: pgettext_lazy("funnel", "Went on"),
    Fate.THERE: gettext_lazy("Still there"),
    Fate.LOST: pgettext_lazy("funnel", "Lost"),
    Fate.CLOSED: gettext_lazy("Closed otherwise"),
    Fate.BACK: gettext_lazy("Went back"),
}
# Columns that are left out when they are empty.
RARE = (Fate.CLOSED, Fate.BACK)


@dataclass(frozen=True, slots=True)
class Count:
    """So many leads; `url` lists them ("": there are none), `share` is their part of those who entered."""

    count: int
    url: str = ""
    share: str = ""

    @property
    def text(self) -> str:
        return format_number(self.count)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage of the picture: who reached it, how many in a hundred of the first (`share`) and of the stage before it
    (`kept`, "" for the first), and who jumped over it. `width` and `place` are parts of the picture's width.
    """

    label: str
    colour: str
    reached: Count
    share: str
    kept: str
    jumped: int
    width: str
    place: str

    @property
    def jumped_text(self) -> str:
        return format_number(self.jumped)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A status in the table: its counts as in `fates`, and mean, median and 90th percentile of days, "" for none."""

    label: str
    colour: str
    counts: Sequence[Count]
    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class PartCell:
    """Of a group in a status: how many in a hundred went on, out of how many, and the list of those who entered; the
    median and the 90th percentile of the days of those who left it.
    """

    conversion: str
    entered: Count
    on: str = ""
    heat: int = 0
    median: str = ""
    ninetieth: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A group of the breakdown."""

    label: str
    colour: str
    leads: str
    cells: Sequence[PartCell]


@dataclass(frozen=True, slots=True)
class StepCell:
    """The leads that were moved from a status to another one, with their share of those that left it."""

    leads: Count
    heat: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """A status that leads were moved out of: how many, and to where."""

    label: str
    colour: str
    left: str
    cells: Sequence[StepCell]


@dataclass(frozen=True)
class FunnelTable:
    """What the template shows of a funnel."""

    report: FunnelReport

    @property
    def whole(self) -> Funnel:
        return self.report.funnels.whole

    @property
    def count_text(self) -> str:
        """How many leads the funnel is about."""
        count = self.whole.leads
        return ngettext("%(count)s lead", "%(count)s leads", count) % {"count": format_number(count)}

    @property
    def interval_text(self) -> str:
        """The interval of entries, in words."""
        choice = self.report.choice
        if choice.period:
            return str(Period(choice.period).label)
        if not (choice.first or choice.last):
            return _("any time")
        return " – ".join(format_day(day) if day else "…" for day in (choice.first, choice.last))

    @property
    def ends(self) -> list[Day]:
        """The fields of the interval by days."""
        choice = self.report.choice
        return [
            Day(name, label, format_typed_day(day) if day else "")
            for name, label, day in (
                ("entered_from", pgettext("interval", "from"), choice.first),
                ("entered_to", pgettext("interval", "to"), choice.last),
            )
        ]

    # --- The picture

    @cached_property
    def bars(self) -> list[Bar]:
        """The path: each open status, and all those marked Sukces as its end."""
        found = [(status, self.whole.reached(status.pk, self.report.path)) for status in self._steps()]
        bars: list[Bar] = []
        first = found[0][1] if found else 0
        before = 0
        for status, reached in found:
            share = Decimal(100 * reached) / first if first else Decimal(0)
            entered = sum(self.whole.stage(pk).counts[Fate.ENTERED] for pk in self._in_step(status))
            bars.append(
                Bar(
                    label=self._step_name(status),
                    colour=status.colour,
                    reached=self._count(status.pk, Fate.REACHED, reached),
                    share=show_share(share),
                    kept=show_share(Decimal(100 * reached) / before) if before else "",
                    jumped=max(reached - entered, 0) if not status.is_won and self.report.choice.days == EVER else 0,
                    width=f"{rounded(max(share, Decimal('0.5')) if reached else share, 2)}%",
                    place=f"{rounded((100 - share) / 2, 2)}%",
                )
            )
            before = reached
        return bars

    def _steps(self) -> Iterator[LeadStatus]:
        """The statuses of the picture: those in use or with leads; of the won ones the first stands for all."""
        won = [status for status in self.statuses if status.is_won]
        yield from (status for status in self.statuses if not status.is_closed)
        yield from won[:1]

    def _in_step(self, status: LeadStatus) -> list[int]:
        return [each.pk for each in self.statuses if each.is_won] if status.is_won else [status.pk]

    def _step_name(self, status: LeadStatus) -> str:
        return _("Won leads") if len(self._in_step(status)) > 1 else self.name_of(status)

    # --- The table

    @cached_property
    def statuses(self) -> list[LeadStatus]:
        """The statuses in the order of the path, then those beside it; archived ones as far as leads were in them."""
        path = self.report.path
        shown = [s for s in path.statuses.values() if not s.is_archived or s.pk in self.whole.stages]
        return sorted(shown, key=lambda status: path.places[status.pk] or len(path.places) + 1)

    @cached_property
    def fates(self) -> list[Fate]:
        """The columns of counts."""
        stages = self.whole.stages.values()
        return [f for f in (Fate.ENTERED, *OUTCOMES) if f not in RARE or any(stage.counts[f] for stage in stages)]

    @property
    def heads(self) -> list[str]:
        return [str(HEADS[fate]) for fate in self.fates]

    @cached_property
    def rows(self) -> list[StatusRow]:
        return [self._row(status, self.whole.stage(status.pk)) for status in self.statuses]

    def _row(self, status: LeadStatus, stage: Stage) -> StatusRow:
        entered = stage.counts[Fate.ENTERED]
        counts = [
            self._count(status.pk, fate, stage.counts[fate], of=0 if fate is Fate.ENTERED else entered)
            for fate in self.fates
        ]
        times = (stage.times.mean, stage.times.median, stage.times.ninetieth)
        return StatusRow(self.name_of(status), status.colour, counts, [show_days(time) for time in times])

    def _count(self, status: int, fate: Fate, count: int, *groups: Group, of: int = 0) -> Count:
        url = self.report.leads_url(status, fate, *groups) if count else ""
        return Count(count, url, show_share(Decimal(100 * count) / of) if of and count else "")

    def name_of(self, status: LeadStatus) -> str:
        """The status as it is called, archived ones told apart."""
        return _("%(name)s (archived)") % {"name": status.name} if status.is_archived else status.name

    # --- The breakdown

    @property
    def part_heads(self) -> list[LeadStatus]:
        """The columns of the breakdown: the open statuses, from which leads go on."""
        return [status for status in self.statuses if not status.is_closed]

    @cached_property
    def groups(self) -> list[Group]:
        """The groups in their order, the one with no value last."""
        by = self.report.choice.by
        found = [Group(by.grouping, value) for value in self.report.funnels.parts] if by else []
        return sorted(found, key=self._order)

    @cached_property
    def parts(self) -> list[PartRow]:
        """A row for each group."""
        return [self._part(group) for group in self.groups]

    def _order(self, group: Group) -> tuple[bool, Any]:
        if group.value is None:
            return True, 0
        if isinstance(group.grouping, Rows):
            return False, list(self.report.leads.choices[group.grouping.choices_kind]).index(group.value)
        return False, group.value

    def _part(self, group: Group) -> PartRow:
        funnel, choices = self.report.funnels.parts[group.value], self.report.leads.choices
        choice = choices[group.grouping.choices_kind].get(group.value) if isinstance(group.grouping, Rows) else None
        cells = [self._part_cell(group, status, funnel.stage(status.pk)) for status in self.part_heads]
        return PartRow(group.show(choices), choice.colour if choice else "", format_number(funnel.leads), cells)

    def _part_cell(self, group: Group, status: LeadStatus, stage: Stage) -> PartCell:
        conversion = stage.conversion
        if conversion is None:
            return PartCell("", Count(0))
        entered = self._count(status.pk, Fate.ENTERED, stage.counts[Fate.ENTERED], group)
        went_on = format_number(stage.counts[Fate.ON])
        times = show_days(stage.times.median), show_days(stage.times.ninetieth)
        return PartCell(show_share(conversion), entered, went_on, heat_of(conversion / 100), *times)

    @property
    def part_label(self) -> str:
        """What the funnel is broken down by; "" when it is not."""
        choice = self.report.choice
        return _("From status to status") if choice.by_steps else choice.by.label if choice.by else ""

    # --- From status to status

    @cached_property
    def step_heads(self) -> list[LeadStatus]:
        """The columns of the table of steps: the statuses to which leads were moved."""
        moves = self.report.moves
        new = {new for _old, new in moves.steps} if moves else set()
        return [status for status in self.statuses if status.pk in new]

    @cached_property
    def step_rows(self) -> list[StepRow]:
        """A row for each status that leads were moved out of."""
        moves = self.report.moves
        return [self._step_row(status, moves) for status in self.statuses if status.pk in moves.left] if moves else []

    def _step_row(self, status: LeadStatus, moves: Moves) -> StepRow:
        left = moves.left[status.pk]
        cells = []
        for new in self.step_heads:
            count = moves.steps.get((status.pk, new.pk), 0)
            share = Decimal(100 * count) / left
            url = self.report.step_url(status.pk, new.pk) if count else ""
            leads = Count(count, url, show_share(share) if count else "")
            cells.append(StepCell(leads, heat_of(share / 100) if count else 0))
        return StepRow(self.name_of(status), status.colour, format_number(left), cells)


def show_days(days: float | None) -> str:
    """Days with one decimal; "" for none."""
    return "" if days is None else format_decimals(rounded(Decimal(days), 1), 1)


def funnel_options(report: FunnelReport) -> dict[str, Sequence[Option]]:
    """The quick intervals and the breakdowns."""
    choice = report.choice
    is_open = not (choice.period or choice.first or choice.last)
    periods = [Option(_("any time"), report.url_with(choice.within()), is_open, "any")]
    periods += [
        Option(each.label, report.url_with(choice.within(each.value)), each.value == choice.period, each.value)
        for each in OF_RECEIVED
    ]
    present = BY_STEPS if choice.by_steps else choice.by.name if choice.by else ""
    whole = replace(choice, by=None, by_steps=False)
    by_steps = Option(
        _("From status to status"), report.url_with(replace(whole, by_steps=True)), choice.by_steps, BY_STEPS
    )
    breakdowns = [Option(_("no breakdown"), report.url_with(whole), not present, "none"), by_steps]
    breakdowns += [
        Option(DIMENSIONS[name].label, report.url_with(replace(whole, by=DIMENSIONS[name])), name == present, name)
        for name in BREAKDOWNS
    ]
    return {"periods": periods, "breakdowns": breakdowns}
