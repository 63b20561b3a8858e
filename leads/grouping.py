"""What a way to group leads is: the base of those in leads/groups.py and leads/passages.py."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from leads.choices import Choices
from leads.columns import label_of

Label = str | Promise


class UnknownGroup(Exception):
    """Leads are not grouped by that, or there can be no such group."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups by the value at `path`, from the lead. `label_given` stands for the name of that field."""

    name: str
    path: str
    label_given: Label = ""

    @property
    def label(self) -> str:
        """What the groups are by."""
        return str(self.label_given or label_of(self.path))

    def read(self, text: str) -> Any:
        """The value that an address names. Raises UnknownGroup."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The value as it stands in an address."""
        return str(value)

    def condition(self, value: Any) -> Q:
        """The condition for leads with this value."""
        return Q(**{self.path: value})

    def empty(self) -> Q:
        """The condition for leads with no value."""
        return Q(**{f"{self.path}__isnull": True})

    def is_known(self, value: Any, choices: Choices) -> bool:
        """Whether the row that the value names, if it names one, is there."""
        return True

    def show(self, value: Any, choices: Choices) -> str:
        """The name of the group with this value."""
        return str(value)


def start_of_day(day: date) -> datetime:
    """The moment at which a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def iso_day(text: str) -> date:
    """The day that an address names. Raises UnknownGroup."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UnknownGroup from error
    if day.isoformat() != text or not 1900 <= day.year <= 2200:
        raise UnknownGroup
    return day
