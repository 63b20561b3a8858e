"""The blocks of Mój dzień that are about leads and their activities."""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from leads import permissions
from leads.attention import Need, needing
from leads.models import Activity, Lead
from leads.my_day import ALL, COUNTED, SHOWN, Block, Scope
from leads.panel import list_url

# What a row offers, in its order: the fields of leads.cell_forms.FIELDS.
CLOSING, DESCRIPTION, STATUS, PERSON = "expected_close", "description", "status", "sales_person"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is one click away."""

    label: str | Promise
    day: date


@dataclass(frozen=True, slots=True)
class RowContext:
    """What the rows of a block of leads have in common."""

    need: Need
    fields: tuple[str, ...]
    may_edit: bool
    shows_person: bool
    days: list[Day] = field(default_factory=list)


def due_activities(scope: Scope) -> Block | None:
    """Activities of today, and those that should have been done before."""
    activities = Activity.objects.visible_to(scope.user).due()
    if scope.whose != ALL:
        activities = activities.filter(assignee__in=scope.people)
    count = activities.order_by()[: COUNTED + 1].count()
    return Block(
        key="activities",
        title=_("Activities due"),
        icon="checkbox",
        row="leads/_activity.html",
        rows=list(activities.with_rows().soonest_first()[:SHOWN]) if count else [],
        count=count,
        empty=_("Nothing is due today."),
        context=permissions.may_plan(scope.user),
    )


def overdue_leads(scope: Scope) -> Block:
    """Leads past their expected closing, the longest first."""
    return _leads(
        scope,
        Need.OVERDUE,
        ["expected_close", "pk"],
        title=_("Past their expected closing"),
        icon="calendar-exclamation",
        empty=_("No lead is past its expected closing."),
        fields=(CLOSING, STATUS),
    )


def undated_leads(scope: Scope) -> Block:
    """Leads without an expected closing, the newest first."""
    return _leads(
        scope,
        Need.UNDATED,
        ["-expected_close", "-pk"],
        title=_("With no expected closing"),
        icon="calendar-question",
        empty=_("Every lead has an expected closing."),
        fields=(CLOSING,),
    )


def undescribed_leads(scope: Scope) -> Block:
    """Leads without a description, the newest first."""
    return _leads(
        scope,
        Need.UNDESCRIBED,
        ["-pk"],
        title=_("With no description"),
        icon="file-description",
        empty=_("Every lead has a description."),
        fields=(DESCRIPTION,),
    )


def stuck_leads(scope: Scope) -> Block:
    """Leads that stand in one status for too long, the longest first."""
    return _leads(
        scope,
        Need.STUCK,
        ["status_entered_at", "pk"],
        title=_("Stuck in one status"),
        icon="hourglass",
        empty=_("No lead is stuck."),
        fields=(STATUS,),
    )


def _leads(
    scope: Scope, need: Need, order: list[str], *, title: str, icon: str, empty: str, fields: tuple[str, ...]
) -> Block:
    """A block of leads that need something."""
    leads = scope.open_leads().filter(needing(need))
    count = leads.order_by().count_up_to(COUNTED)
    rows: list[Lead] = []
    if count:
        rows = list(
            leads.select_related("status", "partner", "sales_person").defer(DESCRIPTION).order_by(*order)[:SHOWN]
        )
    return Block(
        key=need.value,
        title=title,
        icon=icon,
        row="leads/_day_lead.html",
        rows=rows,
        count=count,
        empty=empty,
        url=list_url([*scope.parameters(), ("needs", need.value)]),
        context=RowContext(
            need=need,
            fields=fields if scope.is_own else (*fields, PERSON),
            may_edit=permissions.may_edit(scope.user),
            shows_person=not scope.is_own,
            days=closing_days() if CLOSING in fields else [],
        ),
    )


def closing_days(today: date | None = None) -> list[Day]:
    """The quick choices of an expected closing."""
    today = today or timezone.localdate()
    in_a_month = _last_day(today.replace(day=1) + timedelta(days=31), on=today.day)
    return [
        Day(_("In a week"), today + timedelta(days=7)),
        Day(_("In two weeks"), today + timedelta(days=14)),
        Day(_("In a month"), in_a_month),
        Day(_("At the end of the quarter"), _end_of_quarter(today)),
    ]


def _last_day(month: date, *, on: int = 31) -> date:
    """The day `on` of a month, or its last one when it is shorter."""
    return month.replace(day=min(on, calendar.monthrange(month.year, month.month)[1]))


def _end_of_quarter(today: date) -> date:
    return _last_day(today.replace(day=1, month=(today.month - 1) // 3 * 3 + 3))
