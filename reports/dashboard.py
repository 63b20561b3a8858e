"""The dashboard in numbers: a few sums over the leads that a user sees, each of which a list or report shows, too.

All of it is read in four statements, however many leads there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from communications.contacts import first_contact
from crm.models import User
from crm.replica import read_beside
from leads.attention import Need, needing
from leads.grouping import start_of_day
from leads.models import Lead
from leads.periods import Period, days_of, shift, start_of
from leads.querysets import LeadQuerySet

# From this month on, so many months have a line of their own.
MONTHS = 6
LEADERS = 5
CONTACTED_IN = Period.LAST_30_DAYS


@dataclass(frozen=True, slots=True)
class Sums:
    """Some leads: how many, their expected revenue, and that weighted by probability."""

    count: int = 0
    revenue: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count + other.count, self.revenue + other.revenue, self.weighted + other.weighted)


@dataclass(frozen=True, slots=True)
class Closed:
    """What was won and lost in a month."""

    won: Sums = Sums()
    lost: int = 0

    @property
    def win_rate(self) -> Decimal | None:
        """Won of won and lost, in percent."""
        return Decimal(100 * self.won.count) / (self.won.count + self.lost) if self.won.count + self.lost else None


@dataclass(frozen=True, slots=True)
class Contact:
    """First contact with the leads of the last 30 days: how many came, how many were contacted and how fast (median and
    90th percentile), and how many of them are open and still wait for it.
    """

    came: int = 0
    contacted: int = 0
    waiting: int = 0
    median: timedelta | None = None
    ninetieth: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All numbers. `by_month` are the open leads by the first day of the month of their expected closing (None: not
    set); `leaders` who won most this month, `stuck` the stuck leads by status.
    """

    today: date
    by_month: Mapping[date | None, Sums]
    this_month: Closed
    last_month: Closed
    leaders: Sequence[tuple[int | None, Sums]]
    contact: Contact
    stuck: Mapping[int, Sums]
    as_of: datetime | None = None

    @property
    def month(self) -> date:
        """The first day of this month."""
        return start_of("month", self.today)

    @property
    def open(self) -> Sums:
        return sum(self.by_month.values(), Sums())

    @property
    def all_stuck(self) -> Sums:
        return sum(self.stuck.values(), Sums())


class Percentile(Aggregate):
    """`Percentile("path", 0.9)`: the value below which so much of all lie, between two by the straight line."""

    function = "percentile_cont"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, part: float, **extra: Any) -> None:
        super().__init__(expression, part=part, **extra)


def read_dashboard(user: User, *, is_mine: bool) -> Dashboard:
    """The numbers of the leads that `user` sees; with `is_mine`, of those whose sales person they are."""
    today = timezone.localdate()

    def read(alias: str) -> Dashboard:
        leads = Lead.objects.using(alias).visible_to(user)
        return _numbers(leads.filter(sales_person=user) if is_mine else leads, today)

    found, source = read_beside(read)
    return replace(found, as_of=source.as_of)


def _numbers(leads: LeadQuerySet, today: date) -> Dashboard:
    month = start_of("month", today)
    closed = _closed(leads, shift(month, "month", -1), shift(month, "month", 1))
    this_month = {person: found for (at, person), found in closed.items() if at == month}
    last_month = [found for (at, _person), found in closed.items() if at != month]
    won = [(person, found.won) for person, found in this_month.items() if found.won.count]
    return Dashboard(
        today=today,
        by_month=_by_month(leads),
        this_month=_together(this_month.values()),
        last_month=_together(last_month),
        leaders=sorted(won, key=lambda each: (-each[1].revenue, -each[1].count, each[0] or 0))[:LEADERS],
        contact=_contact(leads, today),
        stuck=_stuck(leads),
    )


def _by_month(leads: LeadQuerySet) -> dict[date | None, Sums]:
    rows = leads.open().order_by().annotate(month=TruncMonth("expected_close")).values("month").annotate(**SUMS)
    return {row["month"]: _sums(row) for row in rows}


def _closed(leads: LeadQuerySet, first: date, end: date) -> dict[tuple[date, int | None], Closed]:
    """What was won and lost from `first` until `end`, by the first day of the month and the sales person."""
    rows = leads.filter(closed_at__gte=start_of_day(first), closed_at__lt=start_of_day(end)).order_by()
    grouped = rows.annotate(month=TruncMonth("closed_at")).values("month", "sales_person", "status__is_won")
    found: dict[tuple[date, int | None], Closed] = {}
    for row in grouped.annotate(**SUMS, lost=Count("pk", filter=Q(is_lost=True))):
        at = (timezone.localtime(row["month"]).date(), row["sales_person"])
        closed = Closed(_sums(row)) if row["status__is_won"] else Closed(lost=row["lost"])
        found[at] = _together([found.get(at, Closed()), closed])
    return found


def _together(found: Iterable[Closed]) -> Closed:
    parts = list(found)
    return Closed(sum((part.won for part in parts), Sums()), sum(part.lost for part in parts))


def _contact(leads: LeadQuerySet, today: date) -> Contact:
    first, last = days_of(CONTACTED_IN, today)
    came = leads.filter(
        received_at__gte=start_of_day(first), received_at__lt=start_of_day(last + timedelta(days=1))
    ).order_by()
    waited = ExpressionWrapper(F("first_contact") - F("received_at"), output_field=DurationField())
    row = came.annotate(first_contact=first_contact()).aggregate(
        came=Count("pk"),
        contacted=Count("first_contact"),
        waiting=Count("pk", filter=Q(first_contact=None, is_closed=False)),
        median=Percentile(waited, 0.5, output_field=DurationField()),
        ninetieth=Percentile(waited, 0.9, output_field=DurationField()),
    )
    return Contact(**row)


def _stuck(leads: LeadQuerySet) -> dict[int, Sums]:
    rows = leads.filter(needing(Need.STUCK)).order_by().values("status").annotate(**SUMS)
    return {row["status"]: _sums(row) for row in rows}


SUMS: Mapping[str, Aggregate] = {
    "count": Count("pk"),
    "revenue": Sum("expected_revenue"),
    "weighted": Sum(F("expected_revenue") * F("probability")),
}


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(row["count"], row["revenue"] or Decimal(0), (row["weighted"] or Decimal(0)) / 100)
