"""The lines of the permission matrix for `communications`."""

from collections.abc import Callable

from tests.permissions.words import Cast, Line

# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {}

URLS: list[Line] = []

EXEMPT: dict[str, str] = {}
