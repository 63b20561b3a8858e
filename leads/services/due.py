"""Telling assignees of the activities whose time has come, once for each due moment."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from crm.models import Notification, NotificationKind
from crm.services.notifications import notify
from leads.models import Activity

# An activity without a time of the day is told of when the working day begins.
DAY_BEGINS = time(8)
# What was due longer ago (the system stood still, or it was planned for the past) is overdue, and no news.
TOLD_WITHIN = timedelta(days=1)
CHUNK = 500


def notify_due_activities() -> int:
    """Tell of every open activity that has become due since yesterday. Returns how many notifications were made.

    It is called again and again: who was told of a due moment is not told twice, a postponed activity is told anew.
    """
    now = timezone.localtime()
    days = Activity.objects.open().filter(due_on__range=((now - TOLD_WITHIN).date(), now.date()))
    made, last = 0, 0
    while chunk := list(
        days.filter(assignee__is_active=True, pk__gt=last)
        .select_related("assignee", "type", "lead", "partner")
        .order_by("pk")[:CHUNK]
    ):
        made += _tell([activity for activity in chunk if now - TOLD_WITHIN < _moment(activity) <= now])
        last = chunk[-1].pk
    return made


def _tell(activities: Sequence[Activity]) -> int:
    keys = [_key(activity) for activity in activities]
    told = set(Notification.objects.filter(key__in=keys).values_list("user", "key"))
    return sum(
        notify(
            user=activity.assignee,
            kind=NotificationKind.ACTIVITY_DUE,
            what=f"{activity.type}: {activity.summary}",
            details=str(activity.lead or activity.partner),
            url=_url(activity),
            about=activity,
            key=key,
        )
        is not None
        for activity, key in zip(activities, keys, strict=True)
        if (activity.assignee_id, key) not in told
    )


def _moment(activity: Activity) -> datetime:
    return timezone.make_aware(datetime.combine(activity.due_on, activity.due_at or DAY_BEGINS))


def _key(activity: Activity) -> str:
    return f"activity:{activity.pk}:{activity.due_on}:{activity.due_at or ''}"


def _url(activity: Activity) -> str:
    if activity.lead_id is not None:
        return reverse("leads:lead_detail", args=[activity.lead_id])
    return reverse("crm:partner_detail", args=[activity.partner_id])
