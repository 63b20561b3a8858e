"""How leads pass through the funnel, as the log of status changes tells it: the one place where this is defined.

The path is the funnel's order: open statuses by „Kolejność sortowania”, then those marked Sukces. Porażka and other
closed statuses stand beside it: nothing is behind or before them, and from them every status of the path is further.
An archived status keeps its place, since the log goes on telling of it.

A lead *enters* a status with a row of its log that leads there: its first row, if it was created or imported straight
into that status, or a change. With an interval of days, only entries within it count. Statuses that it jumped over it
did not enter.

It counts once in each status that it entered, however often it did, and what became of it there is decided by what the
log says after its last counted entry (so a lead that came back is judged by its latest try):

- *went on*: it then entered a status further on the path, at once or in the end, jumping over others or not;
- *still there*: it did not, and stands in the status now;
- *lost*, *closed otherwise*: it did not, and stands in Porażka, or in another closed status beside the path;
- *went back*: it did not, and stands in an earlier status of the path.

So of each status: entered = went on + still there + lost + closed otherwise + went back. A lead that was lost and
reopened is where it stands, and from Porażka it went on. *Reached* counts those who jumped over, too: the leads that
entered the status or one further on the path.

The time of a lead in a status is that of all its counted stays there which have ended; one that lasts has no time yet.

A *step* is a change from one status straight to another; a lead that made the same one several times counts once.

A merged lead is gone with its log; the survivor's own log, with the step that the merge may have made, tells its way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.formats import format_day
from crm.models import LeadStatus
from crm.numbers import parse_id
from leads.choices import Choices
from leads.grouping import Grouping, UnknownGroup, iso_day, start_of_day
from leads.models import LeadStatusChange


class Fate(TextChoices):
    """What a status of the funnel saw of a lead, and what became of it after."""

    REACHED = "reached", pgettext_lazy("funnel", "reached")
    ENTERED = "entered", pgettext_lazy("funnel", "entered")
    ON = "on", pgettext_lazy("funnel", "went on")
    THERE = "there", pgettext_lazy("funnel", "still there")
    LOST = "lost", pgettext_lazy("funnel", "lost")
    CLOSED = "closed", pgettext_lazy("funnel", "closed otherwise")
    BACK = "back", pgettext_lazy("funnel", "went back")


# Every lead that entered a status has one of these there.
OUTCOMES = (Fate.ON, Fate.THERE, Fate.LOST, Fate.CLOSED, Fate.BACK)


@dataclass(frozen=True)
class FunnelPath:
    """The statuses in their order. `places` are those on the path, from 1; what stands beside it has 0."""

    statuses: Mapping[int, LeadStatus]

    @cached_property
    def places(self) -> Mapping[int, int]:
        ordered = self.statuses.values()
        on_path = [s.pk for s in ordered if not s.is_closed] + [s.pk for s in ordered if s.is_won]
        return dict.fromkeys(self.statuses, 0) | {pk: place for place, pk in enumerate(on_path, 1)}

    def further(self, status: int) -> list[int]:
        """The statuses further on the path than this one."""
        return [pk for pk, place in self.places.items() if place > self.places[status]]

    @property
    def lost(self) -> list[int]:
        return [pk for pk, status in self.statuses.items() if status.is_lost]


def load_path() -> FunnelPath:
    """The path as it is set up now, in one query."""
    return FunnelPath({status.pk: status for status in LeadStatus.objects.all()})


@dataclass(frozen=True, slots=True)
class Days:
    """An interval of days, each end given or open."""

    first: date | None = None
    last: date | None = None

    def moments(self) -> Mapping[str, Any]:
        """The condition for a time `changed_at` within the interval, by look-up."""
        found: dict[str, Any] = {}
        if self.first:
            found["changed_at__gte"] = start_of_day(self.first)
        if self.last:
            found["changed_at__lt"] = start_of_day(self.last + timedelta(days=1))
        return found

    def __str__(self) -> str:
        return f"{self.first or ''}.{self.last or ''}".rstrip(".")


EVER = Days()


@dataclass(frozen=True, slots=True)
class Passage:
    """The leads with this fate in a status that they entered within `days`."""

    status: int
    fate: Fate
    days: Days = EVER

    def condition(self, path: FunnelPath) -> Q:
        """The condition for these leads; `status` is one of the path's."""
        if self.fate is Fate.REACHED:
            return Q(Exists(self._entries([self.status, *path.further(self.status)])))
        entered = Q(Exists(self._entries([self.status])))
        if self.fate is Fate.ENTERED:
            return entered
        last = LeadStatusChange.objects.filter(lead=OuterRef("lead"), to_status=self.status, **self.days.moments())
        later = LeadStatusChange.objects.filter(lead=OuterRef("pk"), to_status__in=path.further(self.status))
        went_on = Q(Exists(later.filter(pk__gt=Subquery(last.order_by("-pk").values("pk")[:1]))))
        if self.fate is Fate.ON:
            return entered & went_on
        return entered & ~went_on & Q(status__in=self._standing(path))

    def _entries(self, statuses: Iterable[int]) -> QuerySet[LeadStatusChange]:
        return LeadStatusChange.objects.filter(
            lead=OuterRef("pk"), to_status__in=list(statuses), **self.days.moments()
        )  # fmt: skip

    def _standing(self, path: FunnelPath) -> list[int]:
        """Where a lead that did not go on stands, for the fate."""
        others = [pk for pk in path.statuses if pk != self.status]
        match self.fate:
            case Fate.THERE:
                return [self.status]
            case Fate.LOST:
                return [pk for pk in others if pk in path.lost]
            case Fate.CLOSED:
                return [pk for pk in others if not path.places[pk] and pk not in path.lost]
        return [pk for pk in others if path.places[pk]]


@dataclass(frozen=True, slots=True)
class Passages(Grouping):
    """Groups by a passage: `funnel:5.lost.2026-01-01.2026-03-31`."""

    @property
    def label(self) -> str:
        return _("Funnel")

    def read(self, text: str) -> Passage:
        status, fate, first, last = (*text.split("."), "", "", "")[:4]
        pk = parse_id(status)
        if pk is None or fate not in Fate.values:
            raise UnknownGroup
        passage = Passage(pk, Fate(fate), read_days(first, last))
        if self.write(passage) != text:
            raise UnknownGroup
        return passage

    def write(self, value: Passage) -> str:
        return f"{value.status}.{value.fate.value}.{value.days}".rstrip(".")

    def condition(self, value: Passage) -> Q:
        path = load_path()
        return value.condition(path) if value.status in path.statuses else Q(pk__in=())

    def empty(self) -> Q:
        return Q(pk__in=())

    def is_known(self, value: Passage, choices: Choices) -> bool:
        return value.status in choices["status"]

    def show(self, value: Passage, choices: Choices) -> str:
        return f"{_name(value.status, choices)}: {value.fate.label}{_interval(value.days)}"


@dataclass(frozen=True, slots=True)
class Step:
    """The leads that were moved from one status straight to another within `days`, once or more."""

    old: int
    new: int
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class Steps(Grouping):
    """Groups by a step: `step:5.7.2026-01-01.2026-03-31`."""

    def read(self, text: str) -> Step:
        old, new, first, last = (*text.split("."), "", "", "", "")[:4]
        pks = parse_id(old), parse_id(new)
        if pks[0] is None or pks[1] is None:
            raise UnknownGroup
        step = Step(pks[0], pks[1], read_days(first, last))
        if self.write(step) != text:
            raise UnknownGroup
        return step

    def write(self, value: Step) -> str:
        return f"{value.old}.{value.new}.{value.days}".rstrip(".")

    def condition(self, value: Step) -> Q:
        steps = LeadStatusChange.objects.filter(lead=OuterRef("pk"), **value.days.moments())
        return Q(Exists(steps.filter(from_status=value.old, to_status=value.new)))

    def empty(self) -> Q:
        return Q(pk__in=())

    def is_known(self, value: Step, choices: Choices) -> bool:
        return {value.old, value.new} <= choices["status"].keys()

    def show(self, value: Step, choices: Choices) -> str:
        return f"{_name(value.old, choices)} → {_name(value.new, choices)}{_interval(value.days)}"


def read_days(first: str, last: str) -> Days:
    """The interval that an address names. Raises UnknownGroup."""
    days = Days(*(iso_day(end) if end else None for end in (first, last)))
    if days.first and days.last and days.first > days.last:
        raise UnknownGroup
    return days


def _name(status: int, choices: Choices) -> str:
    choice = choices["status"].get(status)
    return choice.name if choice else f"#{status}"


def _interval(days: Days) -> str:
    """An interval behind a name; nothing for the whole time."""
    ends = [format_day(day) if day else "…" for day in (days.first, days.last)]
    return f" ({' – '.join(ends)})" if days != EVER else ""


PASSAGES = Passages("funnel", "status", gettext_lazy("Funnel"))
STEPS = Steps("step", "status", gettext_lazy("Status change"))
