"""Undo of the last bulk change: what was edited since stays, and is listed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.errors import RuleError
from crm.models import LeadPriority, SystemSettings, User, Visibility
from leads.models import BulkRun, Lead
from leads.services import bulk, create_lead, create_leads, update_lead
from leads.services.write import Draft
from tests.cast import FunnelCast
from tests.factories.crm import LeadPriorityFactory, LeadTagFactory
from tests.leads.bulk import change, run
from tests.leads.cards import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(ola: User, funnel: FunnelCast) -> list[Lead]:
    return [create_lead(values={"name": f"Lead {n}"}, by=ola) for n in range(3)]


def undo(user: User) -> str:
    response = post(user, f"/leads/bulk/runs/{BulkRun.objects.filter(owner=user).first().pk}/undo/")
    assert response.status_code == 200, response.headers.get("HX-Trigger")
    return response.content.decode()


def test_everything_gets_back_what_it_had(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    one, two = LeadPriorityFactory(), LeadPriorityFactory()
    update_lead(lead=leads[0], values={"priority": one}, by=ola)
    change(ola, "priority", leads, value=two.pk)
    assert Lead.objects.filter(priority=two).count() == 3

    text = undo(ola)

    assert "3 cofnięte" in text
    assert [lead.priority for lead in Lead.objects.order_by("pk")] == [one, None, None]
    assert 'id="bulk-undo"' not in text


def test_what_was_edited_or_deleted_since_stays_and_is_listed(
    ola: User, ewa: User, leads: list[Lead], funnel: FunnelCast
) -> None:
    change(ola, "status", leads, value=funnel.proposal.pk)
    update_lead(lead=leads[0], values={"city": "Łódź"}, by=ewa)
    Lead.objects.get(pk=leads[1].pk).delete()

    text = " ".join(undo(ola).split())

    assert "1 cofnięty, 2 bez zmian:" in text
    assert "Od tego czasu zmieniono." in text
    assert f'href="/leads/{leads[0].pk}/"' in text
    assert Lead.objects.get(pk=leads[0].pk).status == funnel.proposal
    assert Lead.objects.get(pk=leads[2].pk).status == funnel.new


def test_tags_and_lost_leads_come_back(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    tag, other = LeadTagFactory(), LeadTagFactory()
    update_lead(lead=leads[0], values={}, tags=[other], by=ola)
    change(ola, "add_tags", leads, tags=[tag.pk])
    undo(ola)
    assert set(leads[0].tags.all()) == {other}
    assert not leads[1].tags.exists()

    change(ola, "lose", leads, lost_reason=funnel.too_expensive.pk)
    undo(ola)
    assert set(Lead.objects.values_list("status", "lost_reason", "closed_at")) == {(funnel.new.pk, None, None)}


def test_the_date_of_closing_comes_back(ola: User, funnel: FunnelCast) -> None:
    closed_at = timezone.now() - timedelta(days=40)
    draft = Draft(values={"name": "Stary", "status": funnel.won, "closed_at": closed_at, "sales_person": ola})
    (lead,) = create_leads(drafts=[draft], by=ola, imported=True)
    assert isinstance(lead, Lead)
    change(ola, "status", [lead], value=funnel.new.pk)
    assert Lead.objects.get().closed_at is None

    undo(ola)

    assert (Lead.objects.get().status, Lead.objects.get().closed_at) == (funnel.won, closed_at)


def test_leads_given_out_of_sight_come_back(ola: User, marek: User, leads: list[Lead]) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    change(ola, "sales_person", leads, value=marek.pk)
    update_lead(lead=leads[0], values={"city": "Radom", "name": "Tajne przez poufne"}, by=marek)

    text = undo(ola)

    assert "Tajne" not in text
    assert f"{leads[0].pk:06d}" in text
    assert [lead.sales_person for lead in Lead.objects.order_by("pk")] == [marek, ola, ola]


def test_only_the_last_one_and_only_once(ola: User, leads: list[Lead]) -> None:
    first = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    second = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)

    refused = post(ola, f"/leads/bulk/runs/{first.pk}/undo/")
    assert refused.status_code == 422
    with pytest.raises(RuleError):
        bulk.undo_bulk(run=first, by=ola)
    undo(ola)
    assert post(ola, f"/leads/bulk/runs/{second.pk}/undo/").status_code == 422
    assert set(Lead.objects.values_list("priority", flat=True)) == {first.values["priority"]}


def test_a_deletion_can_not_be_undone(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "delete", leads)

    assert post(ola, f"/leads/bulk/runs/{made.pk}/undo/").status_code == 422
    assert not Lead.objects.exists()


def test_what_the_old_value_was_may_be_gone(ola: User, leads: list[Lead]) -> None:
    old = LeadPriorityFactory()
    update_lead(lead=leads[0], values={"priority": old}, by=ola)
    change(ola, "priority", leads, value=LeadPriorityFactory(name="Nowy priorytet").pk)
    LeadPriority.objects.filter(pk=old.pk).delete()

    text = undo(ola)

    assert "2 cofnięte, 1 bez zmian:" in text
    assert str(Lead.objects.get(pk=leads[0].pk).priority) == "Nowy priorytet"


def test_two_runs_over_the_same_leads_undo_only_their_own(ola: User, ewa: User, leads: list[Lead]) -> None:
    one, two = LeadPriorityFactory(), LeadPriorityFactory()
    change(ola, "priority", leads, value=one.pk)
    change(ewa, "priority", leads[:2], value=two.pk)

    text = undo(ola)

    assert "1 cofnięty, 2 bez zmian:" in text
    assert [lead.priority for lead in Lead.objects.order_by("pk")] == [two, two, None]
    undo(ewa)
    assert [lead.priority for lead in Lead.objects.order_by("pk")] == [one, one, None]
