"""Parameters of „Ustawienia” that later apps keep in their own tables: the form and the service know this contract,
never the app. Each stands in `settings.ADDED_PARAMETERS`.
"""

from functools import cache
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string

from crm.models import SystemSettings, User


class AddedParameter(Protocol):
    """One parameter. On the row of the settings its stored value is the attribute `name`."""

    name: str

    def field(self) -> forms.Field:
        """What it is chosen by in the form."""

    def stored(self) -> Any:
        """The value of now; its text is what people read."""

    def store(self, *, value: Any, by: User) -> None:
        """Keep another value. Raises RuleError at `name`."""


@cache
def added_parameters() -> tuple[AddedParameter, ...]:
    """All of them, in the order of the form."""
    return tuple(import_string(path) for path in settings.ADDED_PARAMETERS)


def with_added(row: SystemSettings) -> SystemSettings:
    """The row of the settings with the values that later apps keep."""
    for parameter in added_parameters():
        setattr(row, parameter.name, parameter.stored())
    return row
