"""The tabs of the section „Leady”."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the section."""

    url: str
    label: str | Promise
    icon: str
    is_active: bool
    keeps_filter: bool = True


TABS = (
    ("leads:lead_list", _("List"), "list"),
    ("leads:board_show", _("Kanban"), "layout-kanban"),
)


def section_tabs(active: str, *, pairs: Sequence[tuple[str, str]] = ()) -> list[Tab]:
    """The tabs whose pages exist; `active` is the URL name of the present one, `pairs` the filter that they keep."""
    query = f"?{urlencode(pairs)}" if pairs else ""
    found = []
    for name, label, icon in TABS:
        try:
            found.append(Tab(reverse(name) + query, label, icon, name == active))
        except NoReverseMatch:
            continue
    return found
