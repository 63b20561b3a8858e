"""Handing over the leads and activities of somebody who leaves, and deactivating the account in the same step."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.errors import RuleError
from crm.models import Notification, NotificationKind, SystemSettings, User, Visibility
from crm.roles import SALES
from leads.models import Activity, Lead
from leads.services.leaving import Which, hand_over
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory, UserFactory
from tests.factories.leads import ActivityFactory, LeadFactory


@pytest.fixture
def leads(ola: User, marek: User, funnel: FunnelCast) -> tuple[Lead, Lead, Lead]:
    """An open and a closed one of Ola, an open one of Marek."""
    return (
        LeadFactory(status=funnel.new, sales_person=ola),
        LeadFactory(status=funnel.won, sales_person=ola),
        LeadFactory(status=funnel.new, sales_person=marek),
    )


def _owners(leads: tuple[Lead, ...]) -> list[int | None]:
    return [Lead.objects.get(pk=lead.pk).sales_person_id for lead in leads]


def _leave(client: Client, user: User, **data: object) -> str:
    response = client.post(reverse("leads:user_leave", args=[user.pk]), data, follow=True)
    return response.content.decode()


def test_open_leads_go_and_the_account_too(client: Client, adam: User, ola: User, marek: User, leads) -> None:
    client.force_login(adam)
    page = client.get(reverse("leads:user_leave", args=[ola.pk])).content.decode()
    assert "Otwarte leady: 1. Zamknięte leady: 1." in page
    told = _leave(client, ola, which="open", to=marek.pk)
    assert "Dezaktywowano konto: Ola Żak. Przekazano 1 lead." in told
    assert _owners(leads) == [marek.pk, ola.pk, marek.pk]
    assert not User.objects.get(pk=ola.pk).is_active


def test_all_leads_go(client: Client, adam: User, ola: User, marek: User, leads) -> None:
    client.force_login(adam)
    assert "Przekazano 2 leady." in _leave(client, ola, which="all", to=marek.pk)
    assert _owners(leads) == [marek.pk] * 3


def test_leads_may_stay(client: Client, adam: User, ola: User, leads) -> None:
    client.force_login(adam)
    _leave(client, ola, which="none")
    assert _owners(leads)[:2] == [ola.pk, ola.pk]
    assert not User.objects.get(pk=ola.pk).is_active


@pytest.mark.parametrize("to", ["", "999999", "abc", "inactive", "self"])
def test_nobody_to_take_them_stores_nothing(client: Client, adam: User, ola: User, leads, to: str) -> None:
    chosen = {"inactive": UserFactory(is_active=False).pk, "self": ola.pk}.get(to, to)
    client.force_login(adam)
    response = client.post(reverse("leads:user_leave", args=[ola.pk]), {"which": "open", "to": chosen})
    assert response.status_code == 422
    assert "to" in response.context["form"].errors
    assert _owners(leads)[:2] == [ola.pk, ola.pk]
    assert User.objects.get(pk=ola.pk).is_active


def test_leads_of_an_inactive_person_are_handed_over(client: Client, adam: User, marek: User, funnel) -> None:
    person = UserFactory(email=None, is_active=False, password=None)
    lead = LeadFactory(status=funnel.new, sales_person=person)
    client.force_login(adam)
    assert "Przekazano 1 lead." in _leave(client, person, which="open", to=marek.pk)
    assert Lead.objects.get(pk=lead.pk).sales_person == marek


def test_refused_deactivation_gives_no_lead_away(adam: User, marek: User, funnel: FunnelCast) -> None:
    root = UserFactory(is_superuser=True)
    User.objects.filter(pk=adam.pk).update(is_active=False)
    lead = LeadFactory(status=funnel.new, sales_person=root)
    with pytest.raises(RuleError):
        hand_over(leaver=root, to=marek, leads=Which.OPEN, activities=True, deactivate=True, by=root)
    assert Lead.objects.get(pk=lead.pk).sales_person == root


def test_manager_deactivates_the_own_sales_people_only(client: Client, ewa: User, ola: User, marek: User) -> None:
    client.force_login(ewa)
    assert client.post(reverse("leads:user_leave", args=[marek.pk])).status_code == 404
    assert User.objects.get(pk=marek.pk).is_active
    _leave(client, ola)
    assert not User.objects.get(pk=ola.pk).is_active


def test_open_activities_go_with_the_leads(client: Client, adam: User, ola: User, marek: User, leads) -> None:
    call = ActivityFactory(lead=leads[0], assignee=ola, created_by=ola, summary="Zadzwonić")
    visit = ActivityFactory(lead=None, partner=PartnerFactory(), assignee=ola, created_by=ola)
    done = ActivityFactory(lead=leads[0], assignee=ola, created_by=ola, done_at=timezone.now(), done_by=ola)
    client.force_login(adam)
    assert "Otwarte aktywności: 2." in client.get(reverse("leads:user_leave", args=[ola.pk])).content.decode()

    told = _leave(client, ola, which="open", to=marek.pk, activities="on")

    assert "Przekazano 1 lead. Przekazano 2 aktywności." in told
    assert dict(Activity.objects.values_list("pk", "assignee")) == {
        call.pk: marek.pk,
        visit.pk: marek.pk,
        done.pk: ola.pk,
    }
    [news] = Notification.objects.filter(user=marek, kind=NotificationKind.ACTIVITY)
    assert (news.text, news.details, news.url) == ("Przydzielono Ci 2 aktywności", "", reverse("leads:my_day"))


def test_activities_may_stay_and_may_be_all_there_is(client: Client, adam: User, ola: User, marek: User, leads) -> None:
    activity = ActivityFactory(lead=leads[2], assignee=ola, created_by=ola)
    Lead.objects.filter(sales_person=ola).update(sales_person=marek)
    client.force_login(adam)
    refused = client.post(reverse("leads:user_leave", args=[ola.pk]), {"activities": "on"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["to"])

    _leave(client, ola, to=marek.pk)  # without the tick
    assert Activity.objects.get(pk=activity.pk).assignee == ola

    assert "Przekazano 1 aktywność." in _leave(client, ola, activities="on", to=marek.pk)
    assert Activity.objects.get(pk=activity.pk).assignee == marek


def test_an_activity_goes_only_to_who_sees_its_lead(
    client: Client, adam: User, ola: User, marek: User, ewa: User, leads, funnel: FunnelCast
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    heir = UserFactory(role=SALES)
    on_closed, on_mareks = (ActivityFactory(lead=lead, assignee=ola, created_by=ola) for lead in leads[1:])
    client.force_login(adam)

    told = _leave(client, ola, which="open", to=heir.pk, activities="on")

    assert "1 aktywność pozostaje: nowa osoba nie widzi jej leada." in told
    assert Activity.objects.get(pk=on_mareks.pk).assignee == marek
    assert Activity.objects.get(pk=on_closed.pk).assignee == ola
