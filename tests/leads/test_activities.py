"""Activities of leads and partners: planning, doing, putting off, and who sees them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.errors import RuleError, StaleObject
from crm.models import ActivityType, Notification, NotificationKind, SystemSettings, User, Visibility
from crm.visibility import viewers_of
from leads.models import Activity, ActivityState, Lead
from leads.services.activities import (
    ActivityValues,
    complete_activity,
    plan_activity,
    postpone_activity,
    reopen_activity,
    update_activity,
)
from tests.cast import FunnelCast
from tests.factories.crm import ActivityTypeFactory, PartnerFactory, TeamFactory, UserFactory
from tests.factories.leads import ActivityFactory, LeadFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def call(db: None) -> ActivityType:
    return ActivityTypeFactory(name="Telefon", kind="call", icon="phone", colour="green")


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(name="Regały", status=funnel.new, sales_person=ola)


@pytest.fixture
def own_only(db: None) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()


def _sent(call: ActivityType, assignee: User, **more: str) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=1)
    return {
        "type": str(call.pk),
        "summary": "Zadzwonić w sprawie oferty",
        "due_on": day.isoformat(),
        "due_at": "14:30",
        "assignee": str(assignee.pk),
        "note": "Pytać o rampę",
        **more,
    }


# --- Planning and changing ------------------------------------------------------------------------------------------


def test_an_activity_is_planned_on_the_card(client: Client, ola: User, lead: Lead, call: ActivityType) -> None:
    client.force_login(ola)
    url = reverse("leads:activity_create", args=[lead.pk])
    form = client.get(url, headers=HTMX)
    assert form.context["form"].initial["assignee"] == ola.pk

    answer = client.post(url, _sent(call, ola), headers=HTMX)

    assert answer.status_code == 204
    assert "activity:changed" in answer.headers["HX-Trigger"]
    activity = Activity.objects.get()
    assert (activity.lead, activity.partner, activity.type) == (lead, None, call)
    assert (activity.summary, activity.note) == ("Zadzwonić w sprawie oferty", "Pytać o rampę")
    assert (activity.due_on, activity.due_at) == (timezone.localdate() + timedelta(days=1), time(14, 30))
    assert (activity.assignee, activity.created_by, activity.done_at) == (ola, ola, None)
    block = client.get(reverse("leads:lead_activities", args=[lead.pk])).content.decode()
    assert "Zadzwonić w sprawie oferty" in block
    assert "Jutro, 14:30" in block


def test_a_form_sent_twice_plans_once(client: Client, ola: User, lead: Lead, call: ActivityType) -> None:
    client.force_login(ola)
    url = reverse("leads:activity_create", args=[lead.pk])
    once = client.get(url, headers=HTMX).context["form"]["once"].value()

    for _ in range(2):
        assert client.post(url, _sent(call, ola, once=once), headers=HTMX).status_code == 204

    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", ""),
        ("summary", "x" * 201),
        ("summary", "zły\x00znak"),
        ("due_on", ""),
        ("due_on", "0001-01-01"),
        ("due_on", "31.02.2026"),
        ("due_at", "25:00"),
        ("type", "999999"),
        ("assignee", "999999"),
        ("note", "x" * 10_001),
    ],
)
def test_bad_input_is_refused_at_its_field(
    client: Client, ola: User, lead: Lead, call: ActivityType, field: str, value: str
) -> None:
    client.force_login(ola)

    answer = client.post(
        reverse("leads:activity_create", args=[lead.pk]), {**_sent(call, ola), field: value}, headers=HTMX
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Activity.objects.exists()


def test_it_is_not_given_to_somebody_who_may_not_see_the_lead(
    client: Client, ola: User, marek: User, lead: Lead, call: ActivityType, own_only: None
) -> None:
    client.force_login(ola)

    answer = client.post(reverse("leads:activity_create", args=[lead.pk]), _sent(call, marek), headers=HTMX)

    assert answer.status_code == 422
    assert "Marek Ćwik nie ma dostępu do tego leadu." in answer.content.decode()
    assert not Activity.objects.exists()


def test_two_editors_are_asked_which_values_stay(client: Client, ola: User, lead: Lead, call: ActivityType) -> None:
    activity = ActivityFactory(lead=lead, type=call, assignee=ola, summary="Zadzwonić")
    client.force_login(ola)
    url = reverse("leads:activity_edit", args=[activity.pk])
    form = client.get(url, headers=HTMX).context["form"]
    seen = {"version": str(form["version"].value()), "seen": form["seen"].value()}
    update_activity(activity=activity, values={"summary": "Napisać"}, by=ola)

    answer = client.post(url, _sent(call, ola, **seen), headers=HTMX)

    assert answer.status_code == 409
    assert "Napisać" in answer.content.decode()
    assert Activity.objects.get().summary == "Napisać"


def test_a_deleted_one_is_said_to_be_gone(client: Client, ola: User, lead: Lead, call: ActivityType) -> None:
    activity = ActivityFactory(lead=lead, type=call, assignee=ola)
    client.force_login(ola)
    assert client.post(reverse("leads:activity_delete", args=[activity.pk]), headers=HTMX).status_code == 204

    assert client.get(reverse("leads:activity_edit", args=[activity.pk]), headers=HTMX).status_code == 404
    assert not Activity.objects.exists()


def test_who_gets_an_activity_of_somebody_else_is_told(ola: User, ewa: User, lead: Lead, call: ActivityType) -> None:
    values: ActivityValues = {"type": call, "summary": "Zadzwonić", "due_on": date(2026, 12, 1)}
    activity = plan_activity(of=lead, values=values, by=ola)
    assert not Notification.objects.exists()

    update_activity(activity=activity, values={"assignee": ewa}, by=ola)
    update_activity(activity=activity, values={"summary": "Zadzwonić jutro"}, by=ola)

    told = Notification.objects.get()
    assert (told.user, told.by, told.kind) == (ewa, ola, NotificationKind.ACTIVITY)
    assert told.text == "Przypisano Ci aktywność: Zadzwonić"
    assert told.url == f"/leads/{lead.pk}/"


# --- Doing ------------------------------------------------------------------------------------------------------------


def test_it_is_done_with_feedback_and_can_be_opened_again(client: Client, ola: User, ewa: User, lead: Lead) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola, summary="Zadzwonić")
    client.force_login(ewa)

    answer = client.post(reverse("leads:activity_done", args=[activity.pk]), {"feedback": "Chcą rabatu"}, headers=HTMX)

    assert answer.status_code == 204
    activity.refresh_from_db()
    assert (activity.done_by, activity.feedback) == (ewa, "Chcą rabatu")
    assert activity.state is ActivityState.DONE
    block = client.get(reverse("leads:lead_activities", args=[lead.pk]))
    assert "Chcą rabatu" in block.content.decode()
    assert (block.context["block"].open_count, block.context["block"].done_count) == (0, 1)

    client.post(reverse("leads:activity_reopen", args=[activity.pk]), headers=HTMX)
    activity.refresh_from_db()
    assert (activity.done_at, activity.done_by, activity.feedback) == (None, None, "Chcą rabatu")


def test_done_and_next_opens_the_form_of_another_one(client: Client, ola: User, lead: Lead, call: ActivityType) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola, type=call)
    client.force_login(ola)

    answer = client.post(reverse("leads:activity_done", args=[activity.pk]), {"next": "1"}, headers=HTMX)

    assert answer.status_code == 200
    assert answer.context["form"].initial["type"] == call.pk
    assert reverse("leads:activity_create", args=[lead.pk]) in answer.content.decode()
    activity.refresh_from_db()
    assert activity.done_by == ola


def test_what_somebody_has_done_meanwhile_is_not_done_again(ola: User, ewa: User, lead: Lead) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola)
    complete_activity(activity=activity, feedback="Pierwsza", by=ola)

    with pytest.raises(StaleObject):
        complete_activity(activity=activity, feedback="Druga", by=ewa)

    activity.refresh_from_db()
    assert (activity.feedback, activity.done_by) == ("Pierwsza", ola)


@pytest.mark.parametrize(("to", "days"), [("today", 0), ("tomorrow", 1), ("week", 7)])
def test_putting_off_keeps_the_time(client: Client, ola: User, lead: Lead, to: str, days: int) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola, days=-3, due_at=time(9, 15))
    client.force_login(ola)

    assert client.post(reverse("leads:activity_postpone", args=[activity.pk]), {"to": to}).status_code == 302

    activity.refresh_from_db()
    assert (activity.due_on, activity.due_at) == (timezone.localdate() + timedelta(days=days), time(9, 15))


@pytest.mark.parametrize("to", ["", "never", "2026-02-31", "1026-01-01"])
def test_putting_off_to_no_day_is_refused(client: Client, ola: User, lead: Lead, to: str) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola)
    client.force_login(ola)

    answer = client.post(reverse("leads:activity_postpone", args=[activity.pk]), {"to": to}, headers=HTMX)

    assert answer.status_code == 422
    assert Activity.objects.get().due_on == activity.due_on


def test_a_done_one_is_not_put_off(ola: User, lead: Lead) -> None:
    activity = complete_activity(activity=ActivityFactory(lead=lead, assignee=ola), feedback="", by=ola)
    due_on = activity.due_on

    with pytest.raises(RuleError):
        postpone_activity(activity=activity, to=date(2030, 1, 1), by=ola)

    assert Activity.objects.get().due_on == due_on
    assert reopen_activity(activity=activity, by=ola).done_at is None


# --- States -----------------------------------------------------------------------------------------------------------


@time_machine.travel(datetime(2026, 11, 23, 12, 0, tzinfo=WARSAW), tick=False)
def test_overdue_today_and_planned_part_the_open_ones(ola: User, lead: Lead) -> None:
    def planned(day: int, at: time | None = None) -> Activity:
        return ActivityFactory(lead=lead, assignee=ola, due_on=date(2026, 11, day), due_at=at)

    overdue = [planned(22), planned(23, time(11, 59))]
    today = [planned(23, time(12, 1)), planned(23)]
    later = [planned(24), planned(24, time(8))]
    done = complete_activity(activity=planned(1), feedback="", by=ola)

    assert set(Activity.objects.overdue()) == set(overdue)
    assert set(Activity.objects.due_today()) == set(today)
    assert set(Activity.objects.planned()) == set(later)
    assert set(Activity.objects.due()) == {*overdue, *today}
    assert {activity.state for activity in overdue} == {ActivityState.OVERDUE}
    assert {activity.state for activity in today} == {ActivityState.TODAY}
    assert {activity.state for activity in later} == {ActivityState.PLANNED}
    assert done.state is ActivityState.DONE
    assert [row.pk for row in Activity.objects.open().soonest_first()] == [
        overdue[0].pk, overdue[1].pk, today[0].pk, today[1].pk, later[1].pk, later[0].pk,
    ]  # fmt: skip


def test_an_activity_belongs_to_one_lead_or_one_partner(ola: User, lead: Lead, call: ActivityType) -> None:
    values = {"type": call, "summary": "X", "due_on": date(2026, 1, 1), "assignee": ola}

    for holders in ({}, {"lead": lead, "partner": PartnerFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.create(**values, **holders)

    assert not Activity.objects.exists()


# --- Who sees them ----------------------------------------------------------------------------------------------------


def test_a_stranger_to_the_lead_finds_no_activity(
    client: Client, marek: User, lead: Lead, ola: User, own_only: None
) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola)
    client.force_login(marek)

    assert not Activity.objects.visible_to(marek).exists()
    for name in ("edit", "done", "reopen", "postpone", "delete"):
        assert client.post(reverse(f"leads:activity_{name}", args=[activity.pk])).status_code == 404
    activity.refresh_from_db()
    assert activity.done_at is None


def test_a_partner_shows_its_own_and_those_of_leads_that_the_viewer_sees(
    client: Client, ola: User, marek: User, funnel: FunnelCast, own_only: None
) -> None:
    partner = PartnerFactory(name="Hurtownia")
    own = ActivityFactory(partner=partner, assignee=ola, summary="Umowa ramowa")
    of_lead = ActivityFactory(
        lead=LeadFactory(status=funnel.new, sales_person=ola, partner=partner), assignee=ola, summary="Oferta"
    )
    url = reverse("leads:partner_activities", args=[partner.pk])

    client.force_login(ola)
    assert {row.pk for row in client.get(url).context["block"].open} == {own.pk, of_lead.pk}
    client.force_login(marek)
    seen = client.get(url)
    assert [row.pk for row in seen.context["block"].open] == [own.pk]
    assert seen.context["block"].open_count == 1
    assert "Oferta" not in seen.content.decode()


def test_others_delete_only_as_managers(client: Client, ola: User, marek: User, ewa: User, lead: Lead) -> None:
    activity = ActivityFactory(lead=lead, assignee=ola)
    url = reverse("leads:activity_delete", args=[activity.pk])

    client.force_login(marek)
    assert client.post(url).status_code == 403
    assert Activity.objects.exists()
    client.force_login(ewa)
    assert client.post(url).status_code == 302
    assert not Activity.objects.exists()


@pytest.mark.parametrize("sales", list(Visibility))
@pytest.mark.parametrize("managers", [Visibility.ALL, Visibility.TEAM])
def test_who_sees_a_lead_is_the_same_asked_from_both_sides(
    ola: User, marek: User, ewa: User, adam: User, funnel: FunnelCast, sales: Visibility, managers: Visibility
) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility, settings.manager_visibility = sales, managers
    settings.save()
    mate = UserFactory(team=ola.team, role="Sprzedawca")
    stranger = UserFactory(team=TeamFactory(), role="Menedżer")
    UserFactory(role=None)  # somebody without any right
    UserFactory(role="Sprzedawca", is_active=False)

    for owner in (ola, marek, ewa, mate, stranger, None):
        lead = LeadFactory(status=funnel.new, sales_person=owner)
        seeing = {user for user in User.objects.all() if Lead.objects.visible_to(user).filter(pk=lead.pk).exists()}
        assert set(viewers_of(owner)) == seeing
    assert adam in viewers_of(ola)


def test_the_block_takes_the_same_queries_for_many_rows(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)
    url = reverse("leads:lead_activities", args=[lead.pk])
    client.get(url)
    counts = []
    for _ in range(2):
        ActivityFactory.create_batch(3, lead=lead)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_service_gives_it_to_who_plans_it(ola: User, lead: Lead, call: ActivityType) -> None:
    values: ActivityValues = {"type": call, "summary": " Zadzwonić ", "due_on": date(2026, 12, 1)}

    activity = plan_activity(of=lead, values=values, by=ola)

    assert (activity.assignee, activity.summary) == (ola, "Zadzwonić")
