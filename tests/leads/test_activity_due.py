"""Assignees are told of activities whose time has come: once, and in time."""

from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone, translation

from crm.models import ActivityType, Notification, NotificationKind, Partner, SystemSettings, User, Visibility
from crm.services.notifications import Ways, choose_ways
from leads.models import Activity
from leads.services.due import notify_due_activities
from leads.tasks import tell_due_activities
from tests.cast import FunnelCast
from tests.factories.crm import ActivityTypeFactory, PartnerFactory
from tests.factories.leads import ActivityFactory, LeadFactory
from tests.worker import Worker

TODAY = date(2026, 11, 23)


def _at(hour: int, minute: int = 0, day: int = 23) -> Any:
    moment = datetime(2026, 11, day, hour, minute, tzinfo=timezone.get_default_timezone())
    return time_machine.travel(moment, tick=False)


def _activity(assignee: User, funnel: FunnelCast, **values: Any) -> Activity:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=assignee)
    phone = ActivityType.objects.filter(name="Telefon").first() or ActivityTypeFactory(name="Telefon")
    values = {"due_on": TODAY, "due_at": time(14), "summary": "oddzwonić", **values}
    return ActivityFactory(lead=lead, assignee=assignee, type=phone, **values)


def test_told_once_when_its_time_comes(ola: User, ewa: User, funnel: FunnelCast, worker: Worker) -> None:
    activity = _activity(ola, funnel)
    with _at(13, 59):
        assert notify_due_activities() == 0
    with _at(14), worker():
        tell_due_activities()
    row = Notification.objects.get()
    assert (row.user, row.by, row.kind) == (ola, None, NotificationKind.ACTIVITY_DUE)
    assert row.url == f"/leads/{activity.lead_id}/"
    with translation.override("pl"):
        assert row.text == "Termin aktywności: Telefon: oddzwonić"
    assert row.details == str(activity.lead)
    assert mail.outbox == []  # only who asks for it gets an e-mail
    with _at(14, 1):
        assert notify_due_activities() == 0
    Activity.objects.filter(pk=activity.pk).update(due_at=time(16))
    with _at(16):
        assert notify_due_activities() == 1  # postponed: a new moment


def test_without_a_time_it_is_told_in_the_morning(ola: User, funnel: FunnelCast) -> None:
    _activity(ola, funnel, due_at=None)
    with _at(7, 59):
        assert notify_due_activities() == 0
    with _at(8):
        assert notify_due_activities() == 1


def test_by_email_when_wanted(ola: User, funnel: FunnelCast, worker: Worker) -> None:
    choose_ways(user=ola, ways={NotificationKind.ACTIVITY_DUE: Ways(in_app=False, by_email=True)})
    _activity(ola, funnel)
    with _at(15), worker():
        assert notify_due_activities() == 1
    assert [message.subject for message in mail.outbox] == ["Lejek: Termin aktywności: Telefon: oddzwonić"]


@pytest.mark.parametrize(
    "values",
    [{"done_at": timezone.now()}, {"due_on": date(2026, 11, 22), "due_at": time(9)}, {"due_on": date(2026, 11, 24)}],
    ids=["done", "long ago", "tomorrow"],
)
def test_not_told(ola: User, funnel: FunnelCast, values: dict[str, Any]) -> None:
    _activity(ola, funnel, **values)
    with _at(15):
        assert notify_due_activities() == 0


def test_who_has_left_or_does_not_see_the_lead_is_not_told(ola: User, marek: User, funnel: FunnelCast) -> None:
    row = SystemSettings.objects.current()
    row.sales_visibility = Visibility.OWN
    row.save()
    hidden, of_leaver = _activity(ola, funnel), _activity(ola, funnel)
    Activity.objects.filter(pk=hidden.pk).update(assignee=marek)
    with _at(15):
        assert notify_due_activities() == 1
    assert Notification.objects.get().url == f"/leads/{of_leaver.lead_id}/"
    Notification.objects.all().delete()
    User.objects.filter(pk=ola.pk).update(is_active=False)
    with _at(15):
        assert notify_due_activities() == 0


def test_of_a_partner(ola: User, funnel: FunnelCast) -> None:
    partner: Partner = PartnerFactory(name="Orkan")
    ActivityFactory(lead=None, partner=partner, assignee=ola, due_on=TODAY, due_at=time(9))
    with _at(10):
        assert notify_due_activities() == 1
    row = Notification.objects.get()
    assert (row.url, row.details) == (f"/partners/{partner.pk}/", "Orkan")
