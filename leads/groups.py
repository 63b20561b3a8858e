"""By what leads are put into groups, and what belonging to a group means.

Reports make groups of leads by these; the list and the board show one group, named in the address as `group=city:Łódź`
(`group=city:` are the leads with no city). A new field of the lead becomes a grouping by one line in ALL_GROUPINGS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.current import system_settings
from crm.formats import (
    format_day,
    format_hour,
    format_money,
    format_month,
    format_quarter,
    format_share,
    format_week,
    format_weekday,
)
from crm.numbers import parse_id
from leads.cells import number_of
from leads.choices import Choices
from leads.columns import label_of
from leads.contacts import CONTACTED
from leads.grouping import Grouping, Label, UnknownGroup, iso_day, start_of_day
from leads.models import LeadTagging
from leads.passages import PASSAGES, STEPS
from leads.periods import shift, start_of

OPEN, CLOSED = "open", "closed"
FILLED = "filled"
WON, LOST = "won", "lost"
RESULTS: dict[str, Label] = {WON: gettext_lazy("Won leads"), LOST: gettext_lazy("Lost leads")}


@dataclass(frozen=True, slots=True)
class Rows(Grouping):
    """Groups by a row that the lead refers to; `kind` is where `Choices` have its name."""

    kind: str = ""

    @property
    def choices_kind(self) -> str:
        return self.kind or self.name

    def read(self, text: str) -> int:
        pk = parse_id(text)
        if pk is None:
            raise UnknownGroup
        return pk

    def is_known(self, value: int, choices: Choices) -> bool:
        return value in choices[self.choices_kind]

    def show(self, value: int, choices: Choices) -> str:
        choice = choices[self.choices_kind].get(value)
        return choice.name if choice else f"#{value}"


@dataclass(frozen=True, slots=True)
class Tags(Rows):
    """A lead is in the group of each of its tags."""

    def condition(self, value: int) -> Q:
        return Q(Exists(LeadTagging.objects.filter(lead=OuterRef("pk"), tag=value)))

    def empty(self) -> Q:
        return ~Q(Exists(LeadTagging.objects.filter(lead=OuterRef("pk"))))


@dataclass(frozen=True, slots=True)
class Text(Grouping):
    """Groups by a text, letter by letter."""

    def read(self, text: str) -> str:
        return text

    def empty(self) -> Q:
        return Q(**{self.path: ""}) | Q(**{f"{self.path}__isnull": True})


@dataclass(frozen=True, slots=True)
class Number(Grouping):
    """Groups by a number; `look` is how it is shown: "money", "percent" or "id"."""

    look: str = ""

    def read(self, text: str) -> Decimal | int:
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise UnknownGroup from error
        if not value.is_finite() or len(text) > 18 or value.adjusted() > 17 or int(value.as_tuple().exponent) < -2:
            raise UnknownGroup
        if self.look != "money" and value != value.to_integral_value():
            raise UnknownGroup
        return value if self.look == "money" else int(value)

    def show(self, value: Decimal | int, choices: Choices) -> str:
        if self.look == "money":
            return format_money(value, system_settings().currency)
        return format_share(value) if self.look == "percent" else number_of(int(value))


@dataclass(frozen=True, slots=True)
class State(Grouping):
    """Otwarta and Zamknięta."""

    def read(self, text: str) -> bool:
        if text not in (OPEN, CLOSED):
            raise UnknownGroup
        return text == CLOSED

    def write(self, value: bool) -> str:
        return CLOSED if value else OPEN

    def empty(self) -> Q:
        return Q(pk__in=())

    def show(self, value: bool, choices: Choices) -> str:
        return pgettext("lead", "Closed") if value else pgettext("lead", "Open")


@dataclass(frozen=True, slots=True)
class Result(Grouping):
    """Won and lost leads, by the marks of their status."""

    def read(self, text: str) -> str:
        if text not in RESULTS:
            raise UnknownGroup
        return text

    def condition(self, value: str) -> Q:
        return Q(status__is_won=True) if value == WON else Q(is_lost=True)

    def empty(self) -> Q:
        return Q(status__is_won=False, is_lost=False)

    def show(self, value: str, choices: Choices) -> str:
        return str(RESULTS[value])


@dataclass(frozen=True, slots=True)
class Filled(Grouping):
    """Whether there is a text at all."""

    def read(self, text: str) -> bool:
        if text != FILLED:
            raise UnknownGroup
        return True

    def write(self, value: bool) -> str:
        return FILLED

    def condition(self, value: bool) -> Q:
        return ~self.empty()

    def empty(self) -> Q:
        return Q(**{self.path: ""})

    def show(self, value: bool, choices: Choices) -> str:
        return _("filled in")


@dataclass(frozen=True, slots=True)
class Timed(Grouping):
    """Groups by a time, `unit` by unit; of a moment, by its local time."""

    unit: str = "date"
    is_moment: bool = True

    @property
    def label(self) -> str:
        return f"{label_of(self.path)}: {self.short_label}"

    @property
    def short_label(self) -> str:
        """The unit alone, for a list under the name of the field."""
        return str(UNIT_LABELS[self.unit])

    def between(self, first: date, end: date) -> Q:
        """The condition for times from the beginning of `first` to that of `end`."""
        if not self.is_moment:
            return Q(**{f"{self.path}__gte": first, f"{self.path}__lt": end})
        return Q(**{f"{self.path}__gte": start_of_day(first), f"{self.path}__lt": start_of_day(end)})


@dataclass(frozen=True, slots=True)
class Days(Timed):
    """A date, week (ISO 8601), month, quarter or year; its value is its first day."""

    def read(self, text: str) -> date:
        day = iso_day(text)
        if start_of(self.unit, day) != day:
            raise UnknownGroup
        return day

    def write(self, value: date) -> str:
        return value.isoformat()

    def condition(self, value: date) -> Q:
        return self.between(value, shift(value, self.unit, 1))

    def show(self, value: date, choices: Choices) -> str:
        return DAY_LOOKS[self.unit](value)


@dataclass(frozen=True, slots=True)
class Clock(Timed):
    """An hour or a minute of one day, as clocks show it: when they are put back, what they show twice is one group."""

    def read(self, text: str) -> datetime:
        day, mark, clock = text.partition("T")
        try:
            found = datetime.combine(iso_day(day), time.fromisoformat(clock))
        except ValueError as error:
            raise UnknownGroup from error
        if not mark or found.tzinfo or self.write(found) != text:
            raise UnknownGroup
        return found

    def write(self, value: datetime) -> str:
        return f"{value:%Y-%m-%dT%H}" if self.unit == "hour" else f"{value:%Y-%m-%dT%H:%M}"

    def condition(self, value: datetime) -> Q:
        day = value.date()
        condition = self.between(day, day + timedelta(days=1)) & Q(**{f"{self.path}__hour": value.hour})
        return condition & Q(**{f"{self.path}__minute": value.minute}) if self.unit == "minute" else condition

    def show(self, value: datetime, choices: Choices) -> str:
        return f"{format_day(value.date())}, {format_hour(value.time())}"


@dataclass(frozen=True, slots=True)
class Cycle(Timed):
    """A weekday (1 is Monday) or an hour of the day, of any week or day."""

    def read(self, text: str) -> int:
        number = parse_id(text)
        if number is None or number not in CYCLES[self.unit]:
            raise UnknownGroup
        return number

    def condition(self, value: int) -> Q:
        return Q(**{f"{self.path}__{'iso_week_day' if self.unit == 'weekday' else 'hour'}": value})

    def show(self, value: int, choices: Choices) -> str:
        return format_weekday(value) if self.unit == "weekday" else format_hour(time(value))


UNIT_LABELS: dict[str, Label] = {
    "minute": gettext_lazy("minute"),
    "hour": gettext_lazy("hour"),
    "date": gettext_lazy("date"),
    "weekday": gettext_lazy("weekday"),
    "hour_of_day": gettext_lazy("hour of the day"),
    "week": gettext_lazy("week"),
    "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"),
    "year": gettext_lazy("year"),
}
DAY_LOOKS: dict[str, Callable[[date], str]] = {
    "date": format_day,
    "week": format_week,
    "month": format_month,
    "quarter": format_quarter,
    "year": "{:%Y}".format,
}
CYCLES = {"weekday": range(1, 8), "hour_of_day": range(24)}


def _timed(prefix: str, path: str, units: str, *, is_moment: bool = True) -> Iterator[Grouping]:
    for unit in units.split():
        kind = Clock if unit in ("minute", "hour") else Cycle if unit in CYCLES else Days
        yield kind(f"{prefix}_{unit}", path, unit=unit, is_moment=is_moment)


ALL_GROUPINGS: tuple[Grouping, ...] = (
    Rows("status", "status"),
    State("state", "is_closed", gettext_lazy("Open/closed")),
    Rows("type", "type"),
    Rows("sales_person", "sales_person"),
    Rows("priority", "priority"),
    Tags("tag", "tags"),
    Rows("lost_reason", "lost_reason"),
    Rows("product", "product"),
    Number("probability", "probability", look="percent"),
    Number("expected_revenue", "expected_revenue", look="money"),
    Text("name", "name"),
    Number("id", "id", gettext_lazy("ID"), look="id"),
    Text("external_id", "external_id"),
    Filled("description", "description"),
    *_timed("received", "received_at", "minute hour date weekday hour_of_day week month quarter year"),
    *_timed("close", "expected_close", "date weekday week month quarter year", is_moment=False),
    *_timed("closed", "closed_at", "date weekday week month quarter year"),
    Rows("campaign", "campaign"),
    Rows("medium", "medium"),
    Rows("source", "source"),
    Rows("partner", "partner"),
    Text("nip", "partner__nip", gettext_lazy("NIP")),
    Text("partner_city", "partner__city", gettext_lazy("City of the partner")),
    Text("company_name", "company_name"),
    Text("website", "website"),
    Text("street", "street"),
    Text("city", "city"),
    Text("region", "region"),
    Text("postal_code", "postal_code"),
    Text("country", "country"),
    Text("first_name", "first_name"),
    Text("middle_name", "middle_name"),
    Text("last_name", "last_name"),
    Rows("position", "position"),
    Text("phone", "phone"),
    Text("email", "email"),
)
RESULT = Result("result", "status", gettext_lazy("Result"))
# Groups that an address may name though no pivot is made of them.
OTHER_GROUPINGS: tuple[Grouping, ...] = (RESULT, PASSAGES, STEPS, CONTACTED)
GROUPINGS: dict[str, Grouping] = {grouping.name: grouping for grouping in (*ALL_GROUPINGS, *OTHER_GROUPINGS)}


@dataclass(frozen=True, slots=True)
class Group:
    """One group of leads; with `value` None, those that have no value."""

    grouping: Grouping
    value: Any

    def __str__(self) -> str:
        return f"{self.grouping.name}:{'' if self.value is None else self.grouping.write(self.value)}"

    def condition(self) -> Q:
        """The condition for leads of the group."""
        return self.grouping.empty() if self.value is None else self.grouping.condition(self.value)

    def show(self, choices: Choices) -> str:
        """The name of the group; „brak” when it is the one with no value."""
        return _("none") if self.value is None else self.grouping.show(self.value, choices)


def read_group(given: str) -> Group:
    """The group that `status:5` names; `status:` are the leads with no value. Raises UnknownGroup."""
    name, mark, text = given.partition(":")
    grouping = GROUPINGS.get(name)
    if grouping is None or not mark:
        raise UnknownGroup
    return Group(grouping, grouping.read(text) if text else None)
