"""The side tree: what stands in it, in which order, and who sees what."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User

Label = str | Promise


@dataclass(frozen=True)
class Leaf:
    """A link to a page. It is shown when the page exists and the user has one of the permissions (none: everyone).

    `key` opens it after „g” on the keyboard.
    """

    label: Label
    icon: str
    url_name: str
    permissions: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Branch:
    """A group that folds; `key` names it in the browser's memory of what is folded."""

    key: str
    label: Label
    children: tuple["Leaf | Branch", ...]
    icon: str = ""


MANAGE = ("crm.manage_settings",)
MANAGE_TELEPHONY = ("communications.manage_telephony",)
SHARE_MAIL = ("communications.manage_shared_accounts",)

TREE: tuple[Leaf | Branch, ...] = (
    Leaf(_("My day"), "calendar-heart", "leads:my_day", key="d"),
    Branch(
        "operations",
        _("Operations"),
        (
            Leaf(_("Leads"), "target-arrow", "leads:lead_list", key="l"),
            Leaf(_("Orders"), "shopping-cart", "documents:order_list", key="z"),
            Leaf(_("Invoices"), "file-invoice", "documents:invoice_list", key="f"),
            Leaf(_("Partners"), "building", "crm:partner_list", key="p"),
            Leaf(_("Products"), "package", "crm:product_list", key="o"),
        ),
    ),
    Branch("reporting", _("Reporting"), (Leaf(_("Lead report"), "chart-bar", "reports:lead_report", key="r"),)),
    Branch(
        "crm",
        _("CRM"),
        (
            Branch(
                "configuration",
                _("Configuration"),
                (
                    Leaf(_("Settings"), "adjustments-horizontal", "crm:settings_index", MANAGE, key="u"),
                    Leaf(_("Campaigns"), "speakerphone", "crm:campaign_list", MANAGE),
                    Leaf(_("Media"), "broadcast", "crm:medium_list", MANAGE),
                    Leaf(_("Sources"), "route", "crm:source_list", MANAGE),
                    Leaf(_("E-mail accounts"), "mail-cog", "communications:account_list", SHARE_MAIL),
                    Leaf(_("E-mail templates"), "template", "communications:template_list", MANAGE),
                    Leaf(_("Telephony"), "phone", "communications:telephony_list", MANAGE_TELEPHONY),
                    Leaf(_("Users"), "users", "crm:user_list", ("crm.view_user", "crm.manage_own_team")),
                    Leaf(_("Import"), "file-import", "leads:import_list", ("leads.run_import",)),
                ),
                icon="settings",
            ),
        ),
    ),
)

# Pages outside of the tree, and what can be begun from anywhere: offered by the search and the keyboard.
ACTIONS: tuple[Leaf, ...] = (
    Leaf(_("New lead"), "plus", "leads:lead_create", ("leads.add_lead",)),
    Leaf(_("New partner"), "plus", "crm:partner_create", ("crm.add_partner",)),
    Leaf(_("New product"), "plus", "crm:product_create", ("crm.add_product",)),
    Leaf(_("New import"), "upload", "leads:import_create", ("leads.run_import",)),
    Leaf(_("Invite a user"), "user-plus", "crm:user_invite", ("crm.view_user", "crm.manage_own_team")),
    Leaf(_("Board of leads"), "layout-kanban", "leads:board_show", ("leads.view_lead",), key="k"),
    Leaf(_("Calls"), "phone", "communications:call_list", ("communications.view_call",), key="c"),
    Leaf(_("E-mails"), "mail", "communications:email_list", ("communications.view_message",), key="e"),
    Leaf(_("Funnel"), "chart-funnel", "reports:funnel_show", ("leads.view_lead",), key="j"),
    Leaf(_("Dashboard"), "layout-dashboard", "reports:dashboard_show", ("leads.view_lead",), key="t"),
    Leaf(_("Types and statuses"), "grid-4x4", "leads:funnel_matrix", MANAGE),
    Leaf(_("Lead statuses"), "adjustments-horizontal", "crm:status_list", MANAGE),
    Leaf(_("People’s data"), "user-shield", "leads:person_list", ("leads.manage_personal_data",)),
    Leaf(_("Profile"), "user-circle", "crm:profile_edit"),
    Leaf(_("Security"), "shield-lock", "mfa_index"),
)


@dataclass(frozen=True)
class Node:
    """What the template shows: a link (`url`) or a group (`children`)."""

    label: Label
    icon: str
    key: str = ""
    url: str = ""
    children: tuple["Node", ...] = ()
    is_active: bool = False


def navigation(user: User, path: str) -> tuple[Node, ...]:
    """The tree as `user` may see it, with the entry that `path` lies under marked as active."""
    visible = [
        _existing()[leaf.url_name][0]
        for leaf in _leaves(TREE)
        if leaf.url_name in _existing() and _may_open(user, leaf)
    ]
    active = max((url for url in visible if _lies_under(path, url)), key=len, default="")
    return tuple(_nodes(TREE, user, active))


def open_pages(user: User) -> list[Leaf]:
    """All that `user` may open: the actions first, then the tree in its order."""
    return [
        leaf
        for leaf in (*ACTIONS[:1], *_leaves(TREE), *ACTIONS[1:])
        if leaf.url_name in _existing() and _may_open(user, leaf)
    ]


def _nodes(entries: tuple[Leaf | Branch, ...], user: User, active: str) -> Iterator[Node]:
    for entry in entries:
        if isinstance(entry, Branch):
            children = tuple(_nodes(entry.children, user, active))
            if children:
                yield Node(entry.label, entry.icon, key=entry.key, children=children)
        elif entry.url_name in _existing() and _may_open(user, entry):
            url, _leaf = _existing()[entry.url_name]
            yield Node(entry.label, entry.icon, url=url, is_active=url == active)


def _may_open(user: User, leaf: Leaf) -> bool:
    return not leaf.permissions or any(user.has_perm(permission) for permission in leaf.permissions)


def _lies_under(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


@cache
def _existing() -> dict[str, tuple[str, Leaf]]:
    """The leaves whose page exists, by URL name, with their address. Addresses do not depend on the language."""
    found: dict[str, tuple[str, Leaf]] = {}
    for leaf in (*_leaves(TREE), *ACTIONS):
        try:
            found[leaf.url_name] = (reverse(leaf.url_name), leaf)
        except NoReverseMatch:
            continue
    return found


def _leaves(entries: tuple[Leaf | Branch, ...]) -> Iterator[Leaf]:
    for entry in entries:
        if isinstance(entry, Branch):
            yield from _leaves(entry.children)
        else:
            yield entry
