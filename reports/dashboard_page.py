"""The dashboard as people see it: each number with the list or the report that shows just its leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.formats import format_duration, format_money, format_month, format_number
from leads.attention import Need
from leads.choices import Choice, Choices
from leads.contacts import CONTACTED
from leads.groups import GROUPINGS, LOST, RESULT, WON, Group
from leads.panel import FilteredPage, list_url
from leads.passages import FunnelPath
from leads.periods import shift
from reports.dashboard import CONTACTED_IN, MONTHS, Closed, Dashboard, Sums
from reports.measures import rounded, show_share
from reports.report import PAGE as REPORT

PAGE = FilteredPage("reports:dashboard_show", "dashboard")
Pairs = list[tuple[str, str]]
WON_LEADS: Pairs = [("group", str(Group(RESULT, WON)))]
LOST_LEADS: Pairs = [("group", str(Group(RESULT, LOST)))]
BY_MONTH_CLOSED: Pairs = [("rows", "closed_month"), ("order", "-label")]
BY_PERSON_AND_STATUS: Pairs = [("rows", "sales_person"), ("across", "status"), ("heat", "1")]
# What outweighs a month in the picture of the forecast has its whole width.
FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Figure:
    """Some leads: how many, what they are worth; `url` lists them ("": there are none)."""

    label: str
    count: int
    url: str
    revenue: str = ""
    weighted: str = ""
    width: str = ""
    colour: str = ""
    is_late: bool = False

    @property
    def text(self) -> str:
        return format_number(self.count)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A month's won or lost leads against those of the month before; `change` is the difference with its sign."""

    now: Figure
    before: Figure
    change: str
    is_better: bool | None
    report_url: str


@dataclass(frozen=True)
class DashboardPage:
    """What the template shows. `is_mine`: the numbers are of the user's own leads."""

    numbers: Dashboard
    is_mine: bool
    path: FunnelPath
    choices: Choices

    # --- Where numbers lead

    @property
    def own(self) -> Pairs:
        return [("mine", "1")] if self.is_mine else []

    def _list(self, *pairs: tuple[str, str], of_all: bool = False) -> str:
        return list_url([*([("state", "all")] if of_all else []), *self.own, *pairs])

    def _report(self, *pairs: tuple[str, str]) -> str:
        return list_url([*self.own, *pairs], page=REPORT)

    # --- Open leads

    @property
    def open(self) -> Figure:
        return self._figure(_("Open leads"), self.numbers.open, self._list())

    @property
    def open_url(self) -> str:
        """The report on open leads by status, with the same sums."""
        return self._report(("state", "open"), ("rows", "status"), ("measures", "count.revenue.weighted"))

    @cached_property
    def forecast(self) -> list[Figure]:
        """Open leads by the month of their expected closing: what is late, the next months, later, not set."""
        first, by_month = self.numbers.month, self.numbers.by_month
        months = [shift(first, "month", place) for place in range(MONTHS)]
        end = shift(first, "month", MONTHS)
        dated = {month: sums for month, sums in by_month.items() if month is not None}
        late = sum((sums for month, sums in dated.items() if month < first), Sums())
        later = sum((sums for month, sums in dated.items() if month >= end), Sums())
        by_group = GROUPINGS["close_month"]
        rows = [
            (_("before this month"), late, self._list(("close_to", (first - timedelta(days=1)).isoformat()))),
            *(
                (format_month(month), dated.get(month, Sums()), self._list(("group", str(Group(by_group, month)))))
                for month in months
            ),
            (_("later"), later, self._list(("close_from", end.isoformat()))),
            (_("no expected closing"), by_month.get(None, Sums()), self._list(("group", str(Group(by_group, None))))),
        ]
        most = max(sums.weighted for _label, sums, _url in rows) or 1
        return [
            self._figure(label, sums, url, width=sums.weighted * FULL / most, is_late=place == 0 and sums.count > 0)
            for place, (label, sums, url) in enumerate(rows)
        ]

    @property
    def forecast_url(self) -> str:
        """The report on planned closings by month."""
        return self._report(
            ("state", "open"), ("rows", "close_month"), ("measures", "count.revenue.weighted"), ("chart", "bar"),
            ("of", "weighted"),
        )  # fmt: skip

    # --- Won and lost

    @property
    def won(self) -> Outcome:
        now, before = self.numbers.this_month, self.numbers.last_month
        report = self._report(*WON_LEADS, *BY_MONTH_CLOSED, ("measures", "count.revenue"))
        return self._outcome(now.won, before.won, WON_LEADS, report, is_good=True)

    @property
    def lost(self) -> Outcome:
        now, before = self.numbers.this_month, self.numbers.last_month
        report = self._report(*BY_MONTH_CLOSED, ("measures", "won.lost.win_rate"))
        return self._outcome(Sums(now.lost), Sums(before.lost), LOST_LEADS, report, is_good=False)

    @property
    def win_rates(self) -> tuple[str, str]:
        """The win rate of this month and of the last one; "" where nothing was won or lost."""
        return _rate(self.numbers.this_month), _rate(self.numbers.last_month)

    @property
    def last_month_name(self) -> str:
        return format_month(self._before)

    @property
    def this_month_name(self) -> str:
        return format_month(self.numbers.month)

    @property
    def _before(self) -> date:
        return shift(self.numbers.month, "month", -1)

    def _outcome(self, now: Sums, before: Sums, result: Pairs, report_url: str, *, is_good: bool) -> Outcome:
        by_group = GROUPINGS["closed_month"]

        def figure(sums: Sums, month: date) -> Figure:
            url = self._list(*result, ("group", str(Group(by_group, month))), of_all=True)
            return self._figure(format_month(month), sums, url)

        change = now.count - before.count
        return Outcome(
            figure(now, self.numbers.month),
            figure(before, self._before),
            f"{change:+d}".replace("-", "−") if change else "",
            None if not change else (change > 0) is is_good,
            report_url,
        )

    @property
    def leaders(self) -> Sequence[Figure]:
        """Who won most this month."""
        most = max((sums.revenue for _person, sums in self.numbers.leaders), default=Decimal(0)) or 1
        return [
            self._figure(
                self._name("sales_person", person),
                sums,
                self._list(
                    *WON_LEADS, ("sales_person", str(person or "none")), *self._closed_this_month(), of_all=True
                ),
                width=sums.revenue * FULL / most,
            )
            for person, sums in self.numbers.leaders
        ]

    def _closed_this_month(self) -> Pairs:
        return [("group", str(Group(GROUPINGS["closed_month"], self.numbers.month)))]

    @property
    def leaders_url(self) -> str:
        """The report on this month's results by sales person."""
        return self._report(
            *WON_LEADS, *self._closed_this_month(), ("rows", "sales_person"), ("measures", "count.revenue"),
            ("order", "-revenue"),
        )  # fmt: skip

    # --- First contact

    @property
    def contact_time(self) -> str:
        """The median of the time to the first contact; "" where there was none."""
        return format_duration(self.numbers.contact.median) if self.numbers.contact.median is not None else ""

    @property
    def contact_ninetieth(self) -> str:
        ninetieth = self.numbers.contact.ninetieth
        return format_duration(ninetieth) if ninetieth is not None else ""

    @property
    def contacts(self) -> Sequence[Figure]:
        """The leads that came lately, those of them that were contacted, and the open ones that wait for it."""
        contact, lately = self.numbers.contact, ("received_in", CONTACTED_IN.value)
        made, none = (("group", str(Group(CONTACTED, value))) for value in (True, None))
        return [
            self._figure(_("came"), Sums(contact.came), self._list(lately, of_all=True)),
            self._figure(_("contacted"), Sums(contact.contacted), self._list(lately, made, of_all=True)),
            self._figure(_("still waiting"), Sums(contact.waiting), self._list(lately, none)),
        ]

    @property
    def waiting_url(self) -> str:
        """The report on those who wait for a first contact, by who should make it."""
        return self._report(
            ("state", "open"), ("received_in", CONTACTED_IN.value), ("group", str(Group(CONTACTED, None))),
            *BY_PERSON_AND_STATUS,
        )  # fmt: skip

    # --- Stuck leads

    @property
    def stuck_url(self) -> str:
        """The report on stuck leads."""
        return self._report(("state", "open"), ("needs", Need.STUCK.value), *BY_PERSON_AND_STATUS)

    @property
    def stuck(self) -> Figure:
        return self._figure(_("Stuck leads"), self.numbers.all_stuck, self._list(("needs", Need.STUCK.value)))

    @property
    def stuck_by_status(self) -> Sequence[Figure]:
        """The stuck leads by status, in the order of the funnel."""
        most = max((sums.count for sums in self.numbers.stuck.values()), default=0) or 1
        return [
            self._figure(
                self._name("status", pk),
                self.numbers.stuck[pk],
                self._list(("needs", Need.STUCK.value), ("status", str(pk))),
                width=FULL * self.numbers.stuck[pk].count / most,
                colour=status.colour,
            )
            for pk, status in self.path.statuses.items()
            if pk in self.numbers.stuck
        ]

    # ---

    def _figure(
        self, label: str, sums: Sums, url: str, *, width: Decimal = Decimal(0), colour: str = "", is_late: bool = False
    ) -> Figure:
        currency = system_settings().currency
        return Figure(
            label,
            sums.count,
            url if sums.count else "",
            format_money(rounded(sums.revenue, 2), currency),
            format_money(rounded(sums.weighted, 2), currency),
            f"{rounded(width, 2)}%",
            colour,
            is_late,
        )

    def _name(self, kind: str, pk: int | None) -> str:
        choice: Choice | None = self.choices[kind].get(pk) if pk is not None else None
        return choice.name if choice else _("none")


def _rate(closed: Closed) -> str:
    return show_share(closed.win_rate) if closed.win_rate is not None else ""
