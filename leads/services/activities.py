"""All writes of activities: planning, changing, doing, putting off."""

from datetime import date, time
from typing import Any, TypedDict

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.formats import format_day
from crm.history import acting_as
from crm.models import ActivityType, NotificationKind, Partner, User
from crm.services.notifications import notify
from crm.services.records import Draft, Keeper
from crm.visibility import viewers_of
from leads.models import Activity, Lead
from leads.services.announce import announce


class ActivityValues(TypedDict, total=False):
    """What may be given to an activity; what is absent stays."""

    type: ActivityType
    summary: str
    note: str
    due_on: date
    due_at: time | None
    assignee: User


def plan_activity(*, of: Lead | Partner, values: ActivityValues, by: User) -> Activity:
    """Plan something to do with a lead or a partner; without an assignee it is for `by`.

    Raises RuleError when the assignee may not see the lead, ValidationError.
    """
    holder = {"lead": of} if isinstance(of, Lead) else {"partner": of}
    with transaction.atomic():
        activity = _save(row=None, values={"assignee": by, **values, **holder, "created_by": by}, by=by)
        _check_assignee(activity)
        _tell_assignee(activity, by)
    return activity


def update_activity(*, activity: Activity, values: ActivityValues, by: User, version: int | None = None) -> Activity:
    """Change an activity. `version` is the one that the user saw.

    Raises StaleObject, Activity.DoesNotExist when it is gone, RuleError when a new assignee may not see the lead,
    ValidationError.
    """
    with transaction.atomic():
        before = Activity.objects.select_for_update().values_list("assignee", flat=True).get(pk=activity.pk)
        activity = _save(row=activity, values=values, by=by, version=version)
        if activity.assignee_id != before:
            _check_assignee(activity)
            _tell_assignee(activity, by)
    return activity


def complete_activity(*, activity: Activity, feedback: str, by: User) -> Activity:
    """Mark an activity as done, with what came of it.

    Raises StaleObject when somebody has done it meanwhile, Activity.DoesNotExist, ValidationError.
    """
    with transaction.atomic():
        if Activity.objects.select_for_update().get(pk=activity.pk).done_at is not None:
            raise StaleObject(_("Somebody has marked this activity as done in the meantime."))
        values = {"done_at": timezone.now(), "done_by": by, "feedback": feedback}
        return _save(row=activity, values=values, by=by)


def reopen_activity(*, activity: Activity, by: User) -> Activity:
    """It is to be done after all. What was written when it was done stays, to be gone on with."""
    return _save(row=activity, values={"done_at": None, "done_by": None}, by=by)


def postpone_activity(*, activity: Activity, to: date, by: User) -> Activity:
    """Put an open activity off to another day; its time of the day stays.

    Raises RuleError when it is done, Activity.DoesNotExist.
    """
    with transaction.atomic():
        stored = Activity.objects.select_for_update().get(pk=activity.pk)
        if stored.done_at is not None:
            raise RuleError(_("This activity is done; there is nothing to put off."))
        return _save(row=stored, values={"due_on": to}, by=by)


def hand_over_activities(*, of: User, to: User, by: User) -> tuple[int, int]:
    """Give the open activities of `of` to `to`, who is told of them together. One whose lead `to` may not see goes to
    the sales person of that lead. Returns how many went, and how many stay because there is no such other person.
    """
    with transaction.atomic():
        open_ones = Activity.objects.open().assigned_to(of).select_related("lead__sales_person", "partner")
        rows = list(open_ones.select_for_update(of=("self",)).order_by("pk"))
        seen = set(Activity.objects.visible_to(to).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        taken: dict[User, list[Activity]] = {}
        for row in rows:
            person = to if row.pk in seen else row.lead.sales_person if row.lead else None
            if person is not None and person.is_active and person != of:
                taken.setdefault(person, []).append(row)
        for person, theirs in taken.items():
            ACTIVITIES.save_all(drafts=[Draft({"assignee": person}, row) for row in theirs], by=by)
            announce(leads=[row.lead for row in theirs if row.lead is not None], by=by)
            _tell_assignee(theirs[0], by, count=len(theirs))
    went = sum(map(len, taken.values()))
    return went, len(rows) - went


def delete_activity(*, activity: Activity, by: User) -> None:
    """Take an activity away for good."""
    with transaction.atomic(), acting_as(by):
        _announce(activity, by)
        activity.delete()


def _check_assignee(activity: Activity) -> None:
    """Refuse to give an activity to somebody for whom its lead does not exist."""
    person = activity.assignee
    if activity.lead is not None:
        may_see = viewers_of(activity.lead.sales_person).filter(pk=person.pk).exists()
    else:
        may_see = person.is_active and person.has_perm("crm.view_partner")
    if not may_see:
        raise RuleError(_("%(person)s may not see this lead.") % {"person": person}, field="assignee")


def _tell_assignee(activity: Activity, by: User, *, count: int = 1) -> None:
    """Tell who got an activity of somebody else; or `count` of them, of which it is the first."""
    of = activity.lead or activity.partner
    assert of is not None  # a check constraint
    notify(
        user=activity.assignee,
        kind=NotificationKind.ACTIVITY,
        what=activity.summary,
        details=f"{of} · {format_day(activity.due_on)}" if count == 1 else "",
        url=reverse("leads:lead_detail" if isinstance(of, Lead) else "crm:partner_detail", args=[of.pk]),
        by=by,
        about=activity,
        count=count,
        url_of_many=reverse("leads:my_day") if count > 1 else "",
    )


def _save(
    *, row: Activity | None, values: ActivityValues | dict[str, Any], by: User, version: int | None = None
) -> Activity:
    with transaction.atomic():
        activity = ACTIVITIES.save(row=row, values=values, by=by, version=version)
        _announce(activity, by)
    return activity


def _announce(activity: Activity, by: User) -> None:
    """Open cards and boards show the activities of their leads."""
    if activity.lead is not None:
        announce(leads=[activity.lead], by=by)


ACTIVITIES = Keeper(model=Activity)
