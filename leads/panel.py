"""The filter of leads as people see it: the panel with its fields, and a chip for each part that is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.formats import format_day, format_typed_day
from crm.models import User
from leads.attention import Need
from leads.cells import escape
from leads.choices import Choice
from leads.columns import label_of
from leads.filters import ALL, BOTH, CARRIED, CHOSEN, CLOSED, NEVER_EMPTY, NONE, OPEN, LeadFilter, find_group
from leads.models import Lead
from leads.periods import OF_CLOSE, OF_RECEIVED, Period

REMOTE = {"partner": "crm:partner_search", "product": "crm:product_search"}
CHOSEN_MARK = " selected"
MODEL_FIELDS = {"tag": "tags", "received": "received_at", "close": "expected_close"}


@dataclass(frozen=True, slots=True)
class FilteredPage:
    """A page that the panel filters: its address, and the ID of the region that the answer replaces."""

    url_name: str
    region: str
    has_state: bool = True
    default_state: str = OPEN
    carries: Sequence[str] = CARRIED
    # Whether what its address carries beside the filter stands in the region, and outlives the filter.
    keeps_carried: bool = False

    @property
    def url(self) -> str:
        return page_path(self.url_name)


LIST = FilteredPage("leads:lead_list", "lead-table")
BOARD = FilteredPage("leads:board_show", "board", has_state=False)


@dataclass(frozen=True, slots=True)
class Select:
    """A field that takes several rows: `options` as HTML; `url` searches them when they are too many for the page."""

    name: str
    label: str
    options: SafeString
    url: str = ""
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One end of an interval of dates."""

    name: str
    label: str
    value: str
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A pair of dates."""

    label: str
    ends: tuple[Day, Day]
    period: str = ""
    periods: Sequence[tuple[str, str | Promise]] = ()
    errors: Sequence[str] = ()

    @property
    def period_name(self) -> str:
        """The name of the parameter for a period by name."""
        return self.ends[0].name.replace("_from", "_in")


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the filter in force; `url` is the list without it."""

    label: str
    text: str
    url: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel: `is_open` and `is_closed` are the two toggles, `errors` what belongs to no field of it."""

    page: FilteredPage
    query: str
    is_open: bool
    is_closed: bool
    is_mine: bool
    selects: Sequence[Select]
    intervals: Sequence[Interval]
    errors: Sequence[str] = field(default_factory=list)
    carried: Sequence[tuple[str, str]] = ()
    groups: Sequence[str] = ()

    @property
    def clear_url(self) -> str:
        """The page without a filter; out of a saved view, without that too."""
        return cleared_url(self.carried, page=self.page)


def read_filter(user: User, data: QueryDict, *, page: FilteredPage = LIST) -> LeadFilter:
    """The filter that an address of the page says, over the leads that `user` may see."""
    leads = Lead.objects.visible_to(user)
    return LeadFilter(data, leads, user=user, default_state=page.default_state, carries=page.carries)


def build_panel(leads: LeadFilter, *, page: FilteredPage = LIST) -> Panel:
    """The panel as the filter stands."""
    return Panel(
        page=page,
        query=leads.data.get("q", ""),
        is_open=leads.shown_state in (OPEN, BOTH),
        is_closed=leads.shown_state in (CLOSED, BOTH),
        is_mine="mine" in leads.data,
        selects=[_needs(leads), *(_select(leads, name) for name in CHOSEN)],
        intervals=[build_interval(leads, name) for name in ("received", "close")],
        errors=[error for name in ("q", "state", "mine", "group") for error in leads.errors.get(name, ())],
        carried=leads.carried(),
        groups=leads.data.getlist("group"),
    )


def build_chips(leads: LeadFilter, *, order: str = "", page: FilteredPage = LIST) -> list[Chip]:
    """The parts of the filter that are in force, each with the page without it (sorted by `order`, "" as usual)."""
    pairs = leads.parameters()
    chips = [
        _chip(leads, name, value, list_url(_without(pairs, name, value), order=order, page=page))
        for name, value in leads.asked()
        if (name, value) not in (("state", ALL), ("state", BOTH))
    ]
    if page.has_state and leads.shown_state == leads.default_state == OPEN:
        chips.insert(0, Chip(_("State"), pgettext("lead", "Open"), list_url([("state", ALL), *pairs], order=order)))
    return chips


def list_url(pairs: Sequence[tuple[str, str]], *, order: str = "", page: FilteredPage = LIST) -> str:
    """The address of the list, or of another page, with these parameters."""
    query = urlencode([*pairs, *([("sort", order)] if order else [])])
    return page.url + (f"?{query}" if query else "")


def cleared_url(carried: Sequence[tuple[str, str]], *, page: FilteredPage = LIST) -> str:
    """The page without a filter; what it shows beside stays where it is no saved view."""
    if page.keeps_carried:
        return list_url(carried, page=page)
    return plain_url(page) if carried else page.url


def plain_url(page: FilteredPage = LIST) -> str:
    """The page with no saved view, not even the user's default one."""
    return list_url([("view", "0")], page=page)


def use_url(*, field: str, pk: int) -> str:
    """All leads, open and closed, that have this row in `field`; "" when the list has no filter for it."""
    return list_url([("state", ALL), (field, str(pk))]) if field in CHOSEN else ""


@cache
def page_path(url_name: str) -> str:
    """The address of a page without arguments."""
    return reverse(url_name)


def _without(pairs: Sequence[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    rest = [pair for pair in pairs if pair != (name, value)]
    return [("state", ALL), *rest] if name == "state" else rest


def _chip(leads: LeadFilter, name: str, value: str, url: str) -> Chip:
    if name in CHOSEN:
        choice = next((choice for pk, choice in leads.choices[name].items() if str(pk) == value), None)
        text = choice.name if choice else _("none") if value == NONE else value
        return Chip(_label(name), text, url, choice.colour if choice else "")
    named: dict[str, Mapping[str, str | Promise]] = {
        "state": {OPEN: pgettext("lead", "Open"), CLOSED: pgettext("lead", "Closed")},
        "needs": dict(Need.choices),
        "received_in": dict(Period.choices),
        "close_in": dict(Period.choices),
        "q": {},
    }
    if name in named:
        return Chip(filter_label(name), str(named[name].get(value, value)), url)
    if name == "mine":
        return Chip("", filter_label(name), url)
    if name == "group":
        return _group_chip(leads, value, url)
    day = leads.form.cleaned_data.get(name) if leads.is_valid() else None
    end = pgettext("interval", "from") if name.endswith("_from") else pgettext("interval", "to")
    return Chip(f"{_label(name.partition('_')[0])} {end}", format_day(day) if day else value, url)


def _group_chip(leads: LeadFilter, value: str, url: str) -> Chip:
    group = find_group(value, lambda: leads.choices)
    if group is None:
        return Chip(_("Group"), value, url)
    choices = leads.choices.get(getattr(group.grouping, "choices_kind", ""), {})
    colour = choices[group.value].colour if group.value in choices else ""
    return Chip(group.grouping.label, group.show(leads.choices), url, colour)


def filter_label(name: str) -> str:
    """What a parameter of the filter is called."""
    own = {
        "state": _("State"), "mine": _("My leads"), "q": pgettext("filter", "Search"), "needs": _("To be done"),
        "group": _("Group"),
    }  # fmt: skip
    return own.get(name) or _label(name.removesuffix("_from").removesuffix("_to").removesuffix("_in"))


def _label(name: str) -> str:
    return label_of(MODEL_FIELDS.get(name, name))


def _needs(leads: LeadFilter) -> Select:
    chosen = set(leads.data.getlist("needs"))
    html = [
        f'<option value="{need.value}"{CHOSEN_MARK if need.value in chosen else ""}>{escape(str(need.label))}</option>'
        for need in Need
    ]
    return Select("needs", _("To be done"), mark_safe("".join(html)), errors=list(leads.errors.get("needs", ())))


def _select(leads: LeadFilter, name: str) -> Select:
    chosen = set(leads.data.getlist(name))
    options = [
        (str(pk), choice.colour, CHOSEN_MARK if str(pk) in chosen else "", _offered_name(choice))
        for pk, choice in leads.choices[name].items()
    ]
    if name not in NEVER_EMPTY:
        options.append((NONE, "", CHOSEN_MARK if NONE in chosen else "", _("none")))
    html = [
        f'<option value="{value}" data-colour="{colour}"{mark}>{escape(text)}</option>'
        for value, colour, mark, text in options
    ]
    return Select(name, _label(name), mark_safe("".join(html)), _search_url(name), list(leads.errors.get(name, ())))


def _offered_name(choice: Choice) -> str:
    return _("%(name)s (archived)") % {"name": choice.name} if choice.is_archived else choice.name


def _search_url(name: str) -> str:
    try:
        return reverse(REMOTE[name]) if name in REMOTE else ""
    except NoReverseMatch:
        return ""


def build_interval(leads: LeadFilter, name: str) -> Interval:
    """The fields of an interval of the filter: `received` or `close`."""
    leads.is_valid()  # what is right of a wrong filter is cleaned, too
    days = leads.form.cleaned_data

    def end(suffix: str, label: str) -> Day:
        key = f"{name}_{suffix}"
        day = days.get(key)
        typed = format_typed_day(day) if day else leads.data.get(key, "")
        return Day(key, label, typed, list(leads.errors.get(key, ())))

    offered = OF_RECEIVED if name == "received" else OF_CLOSE
    return Interval(
        label=_label(name),
        ends=(end("from", pgettext("interval", "from")), end("to", pgettext("interval", "to"))),
        period=leads.data.get(f"{name}_in", ""),
        periods=[(period.value, period.label) for period in offered],
        errors=list(leads.errors.get(f"{name}_in", ())),
    )
