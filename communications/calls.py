"""The tab Połączenia: what its address asks for, and its rows with whom each number belongs to."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from communications.matching import Found, find_matches
from communications.models import Call, TelephonyAccount
from communications.querysets_calls import CallQuerySet
from communications.services.calls import shown_number
from crm.models import User
from crm.paging import Order, Page, Sort, load_page
from crm.querysets import Counted
from leads.models import Lead
from leads.sections import COUNTED, Tab, badge

TAB = "calls"
NEWEST_FIRST = Order({"time": Sort("started_at")}, "-time")


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call with what a user may see of its number; `linked` is its lead, when they see that."""

    call: Call
    found: Found
    number: str
    linked: Lead | None = None

    @property
    def who(self) -> str:
        """Whose number it is: the lead's or partner's name; "" when nobody is known."""
        return self.found.name

    @property
    def others(self) -> int:
        """How many leads fit beside the first one."""
        return max(0, len(self.found.leads) - 1)

    @property
    def icon(self) -> str:
        """The icon of its direction and result."""
        if self.call.is_going_on:
            return "phone-calling"
        if self.call.is_missed:
            return "phone-x"
        return "phone-incoming" if self.call.is_incoming else "phone-outgoing"

    @property
    def state(self) -> str:
        """How it stands or ended, in words."""
        if self.call.is_unfinished:
            return _("end unknown")
        if self.call.is_missed:
            return _("missed")
        return self.call.get_result_display()


@dataclass(frozen=True)
class CallFilter:
    """`?ready=0` shows processed ones too, `?missed=1` missed ones alone."""

    ready: bool = True
    missed: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> "CallFilter":
        return cls(ready=query.get("ready") != "0", missed=query.get("missed") == "1")

    def of(self, calls: CallQuerySet) -> CallQuerySet:
        """The calls that it lets through."""
        if self.ready:
            calls = calls.to_process()
        return calls.missed() if self.missed else calls


class CallList:
    """A page of the tab for `user`."""

    def __init__(self, user: User, query: QueryDict) -> None:
        self.user = user
        self.filter = CallFilter.read(query)
        self.page: Page[Call] = load_page(
            self.filter.of(Call.objects.of(user)).with_rows(),
            order=NEWEST_FIRST,
            after=query.get("after", ""),
            before=query.get("before", ""),
        )
        self.rows = rows_of(self.page.rows, user)

    @cached_property
    def tab(self) -> Tab | None:
        """The tab of the section, with its badge."""
        return next((calls_tab(waiting, is_active=True) for _tab, waiting in waiting_row(self.user)), None)


def rows_of(calls: list[Call], user: User) -> list[CallRow]:
    """Calls with whom their numbers belong to."""
    found = find_matches((call.number_e164 for call in calls), user=user)
    linked = {call.lead_id for call in calls if call.lead_id is not None}
    seen = set(Lead.objects.visible_to(user).filter(pk__in=linked).values_list("pk", flat=True)) if linked else set()
    return [
        CallRow(call, found[call.number_e164], shown_number(call), call.lead if call.lead_id in seen else None)
        for call in calls
    ]


def is_set_up() -> bool:
    """Whether there is any telephony: without it nobody sees the tab."""
    return TelephonyAccount.objects.exists()


def waiting_row(user: User) -> "QuerySet[Any, tuple[str, int]]":
    """One row, the key of the tab with how many calls wait for `user`; none without telephony."""
    waiting = Call.objects.of(user).to_process().order_by().values("pk")[: COUNTED + 1]
    accounts = TelephonyAccount.objects.order_by().annotate(tab=Value(TAB), waiting=Counted(waiting))
    return accounts.values_list("tab", "waiting")[:1]


def calls_tab(waiting: int, *, is_active: bool) -> Tab:
    """The tab Połączenia of the section „Leady”, with the number of calls that wait."""
    return Tab(
        url=reverse("communications:call_list"),
        label=_("Calls"),
        icon="phone",
        is_active=is_active,
        keeps_filter=False,
        key=TAB,
        badge=badge(waiting),
    )


def length_text(length: timedelta | None) -> str:
    """How long a call was: `2:05`, `1:02:05`; "" when nobody knows."""
    if length is None:
        return ""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
