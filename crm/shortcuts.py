"""The keyboard's shortcuts: one list, which the help sheet (`?`) shows. A test holds the templates' keys to it.

Keys are written as in `data-hotkey`: `ctrl+s`; `g-l` is g, then l; alternatives are separated by spaces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.navigation import open_pages

NAMES: dict[str, str | Promise] = {
    "ctrl": "Ctrl",
    "shift": "Shift",
    "alt": "Alt",
    "escape": "Esc",
    "enter": "Enter",
    "space": _("Space"),
    "tab": "Tab",
    "delete": "Delete",
    "arrowup": "↑",
    "arrowdown": "↓",
    "arrowleft": "←",
    "arrowright": "→",
}
GO = "g"


@dataclass(frozen=True)
class Shortcut:
    """Keys and what they do; `url` is where they lead, when they open a page."""

    keys: str
    label: str | Promise
    url: str = ""

    @property
    def alternatives(self) -> list[list[str | Promise]]:
        """The keys as they are shown, one list for each way to press them."""
        return [[_key_name(key) for key in _parts(way)] for way in self.keys.split()]


@dataclass(frozen=True)
class Section:
    """Shortcuts of some pages, by URL name (none: of every page)."""

    label: str | Promise
    shortcuts: tuple[Shortcut, ...]
    pages: tuple[str, ...] = ()


RECORD_LISTS = ("crm:partner_list", "crm:product_list", "crm:user_list", "leads:import_list")
REFERENCE_LISTS = tuple(
    f"crm:{name}_list"
    for name in (
        "status", "type", "priority", "tag", "lost_reason", "campaign", "medium", "source", "position", "activity_type",
    )
)  # fmt: skip
FORMS = (
    "crm:partner_create", "crm:partner_edit", "crm:product_create", "crm:product_edit", "crm:user_edit",
    "crm:profile_edit", "crm:settings_index", "crm:reference_create", "crm:reference_edit", "leads:funnel_matrix",
)  # fmt: skip
ROWS = (
    Shortcut("arrowdown arrowup", _("Go through the rows")),
    Shortcut("enter", _("Open the row")),
    Shortcut("ctrl+enter", _("Open the row in a new tab")),
)

SECTIONS: tuple[Section, ...] = (
    Section(
        _("List of leads"),
        (
            *ROWS,
            Shortcut("f", _("Search in the list")),
            Shortcut("n", _("New lead")),
            Shortcut("x", _("Select the row")),
            Shortcut("escape", _("Clear the selection")),
            Shortcut("e", _("Edit in the row")),
            Shortcut("f8", _("Open leads on or off")),
            Shortcut("f7", _("Closed leads on or off")),
            Shortcut("f6", _("My leads on or off")),
        ),
        ("leads:lead_list",),
    ),
    Section(
        _("Board of leads"),
        (
            Shortcut("arrowup arrowdown arrowleft arrowright", _("Go through the cards")),
            Shortcut("alt+arrowup alt+arrowdown alt+arrowleft alt+arrowright", _("Move the card")),
            Shortcut("enter", _("Open the card")),
            Shortcut("f", _("Search on the board")),
            Shortcut("n", _("New lead")),
            Shortcut("f6", _("My leads on or off")),
        ),
        ("leads:board_show",),
    ),
    Section(
        _("Calls and e-mails"),
        (
            *ROWS,
            Shortcut("u", _("Create a lead")),
            Shortcut("d", _("Attach to a lead")),
            Shortcut("i", _("Ignore, all selected ones too")),
            Shortcut("x", _("Select the row")),
            Shortcut("escape", _("Clear the selection")),
            Shortcut("f8", _("Only what waits, or all")),
        ),
        ("communications:call_list", "communications:email_list"),
    ),
    Section(
        _("Lead report"),
        (
            Shortcut("arrowleft arrowright", _("Move a field of the report, from its name")),
            Shortcut("arrowup arrowdown", _("Put it into the rows or columns")),
            Shortcut("delete", _("Take it away")),
            Shortcut("f", _("Search in the list")),
            Shortcut("f8", _("Open leads on or off")),
            Shortcut("f7", _("Closed leads on or off")),
            Shortcut("f6", _("My leads on or off")),
        ),
        ("reports:lead_report",),
    ),
    Section(
        _("Card of a lead"),
        (
            Shortcut("ctrl+s", _("Save")),
            Shortcut("escape", _("Back to the list")),
            Shortcut("arrowleft arrowright", _("Go through the tabs, from one of them")),
        ),
        ("leads:lead_detail", "leads:lead_create"),
    ),
    Section(
        _("My day"),
        (
            Shortcut("arrowdown arrowup", _("Go through the rows")),
            Shortcut("enter", _("Open the row")),
            Shortcut("tab", _("To what can be done with the row")),
            Shortcut("n", _("New lead")),
        ),
        ("leads:my_day",),
    ),
    Section(
        _("List"),
        (*ROWS, Shortcut("f", _("Search in the list")), Shortcut("n", _("New"))),
        RECORD_LISTS,
    ),
    Section(_("List"), (Shortcut("n", _("New")),), (*REFERENCE_LISTS, "crm:team_list")),
    Section(
        _("Card"),
        (Shortcut("e", _("Edit")), Shortcut("escape", _("Back to the list"))),
        ("crm:partner_detail", "crm:product_detail"),
    ),
    Section(_("Form"), (Shortcut("ctrl+s", _("Save")),), FORMS),
    Section(
        _("Everywhere"),
        (
            Shortcut("ctrl+k /", _("Search everywhere")),
            Shortcut("?", _("This list of shortcuts")),
            Shortcut("escape", _("Leave the field, close the dialog")),
            Shortcut("tab shift+tab", _("To the next or the previous control")),
        ),
    ),
)


def sections_for(user: User, page: str) -> Iterator[Section]:
    """The shortcuts that work for `user` on the page with this URL name: its own, then those of every page."""
    for section in SECTIONS:
        if not section.pages or page in section.pages:
            yield section
    yield Section(_("Go to"), tuple(ways_of(user)))


def ways_of(user: User) -> list[Shortcut]:
    """The pages that `user` may open by g and a letter."""
    return [Shortcut(f"{GO}-{leaf.key}", leaf.label, reverse(leaf.url_name)) for leaf in open_pages(user) if leaf.key]


def _parts(way: str) -> list[str]:
    return way.replace("+", " ").split() if "+" in way else way.split("-")


def _key_name(key: str) -> str | Promise:
    return NAMES.get(key) or (key.upper() if len(key) > 1 else key)
