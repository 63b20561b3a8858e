"""Otwórz ponownie."""

import pytest

from crm.models import User
from leads.models import Lead, LeadEvent
from leads.services import change_status, create_lead, mark_lost, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTypeFactory
from tests.leads.cards import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    lead = create_lead(values={"name": "Hala", "status": funnel.qualified}, by=ola)
    return mark_lost(lead=lead, reason=funnel.too_expensive, by=ola)


def test_goes_back_to_where_it_stood_and_empties_the_reason(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    response = post(ola, f"/leads/{lead.pk}/reopen/", {"version": lead.version})
    assert response.status_code == 200
    stored = Lead.objects.get()
    assert (stored.status, stored.lost_reason, stored.closed_at) == (funnel.qualified, None, None)
    assert LeadEvent.objects.filter(lost_reason=funnel.too_expensive).exists()  # the history keeps it
    text = response.content.decode()
    assert 'id="lead-lose"' in text
    assert 'name="lost_reason"' not in text


def test_a_won_lead_too(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    lead = change_status(lead=lead, to=funnel.won, by=ola)
    post(ola, f"/leads/{lead.pk}/reopen/", {"version": lead.version})
    assert Lead.objects.get().status == funnel.new


def test_a_type_without_open_statuses_refuses(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(allows=[funnel.lost])
    update_lead(lead=lead, values={"type": kind}, by=ola)
    response = post(ola, f"/leads/{lead.pk}/reopen/", {"version": lead.version})
    assert response.status_code == 422
    assert Lead.objects.get().status == funnel.lost


def test_a_stale_card_reopens_nothing(ola: User, ewa: User, lead: Lead) -> None:
    seen = lead.version
    update_lead(lead=lead, values={"city": "Łódź"}, by=ewa)
    assert post(ola, f"/leads/{lead.pk}/reopen/", {"version": seen}).status_code == 409
    assert Lead.objects.get().is_lost
