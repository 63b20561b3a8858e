"""The tabs of the section „Leady”: its own, and those of later apps, which settings.LEAD_TABS names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from crm.formats import format_number
from crm.models import User

# A badge counts no further: it stands on every page of the section.
COUNTED = 99


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the section. `badge` is the number beside its name, which stands in the element `badge-<key>`."""

    url: str
    label: str | Promise
    icon: str
    is_active: bool = False
    keeps_filter: bool = True
    key: str = ""
    badge: str = ""


# The tabs of a later app that concern a user; told is the URL name of the open page.
Provider = Callable[[User, str], Sequence[Tab]]

TABS = (
    ("leads:lead_list", _("List"), "list"),
    ("leads:board_show", _("Kanban"), "layout-kanban"),
)


def section_tabs(active: str, *, user: User, pairs: Sequence[tuple[str, str]] = ()) -> list[Tab]:
    """The tabs for `user`; `active` is the URL name of the present one, `pairs` the filter that they keep."""
    query = f"?{urlencode(pairs)}" if pairs else ""
    own = [Tab(reverse(name) + query, label, icon, name == active) for name, label, icon in TABS]
    return [*own, *_later_tabs(active, user)]


def badge(count: int) -> str:
    """A count, which went no further than one above COUNTED, as a badge shows it; nothing for none."""
    if count > COUNTED:
        return f"{format_number(COUNTED)}+"
    return format_number(count) if count else ""


def _later_tabs(active: str, user: User) -> Iterator[Tab]:
    for provider in _providers():
        yield from provider(user, active)


@cache
def _providers() -> tuple[Provider, ...]:
    return tuple(import_string(path) for path in settings.LEAD_TABS)
