"""Przypisz do mnie."""

import pytest

from crm.models import User
from leads.models import Lead
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala", "sales_person": None}, by=ola)


def test_takes_a_lead_of_nobody(ola: User, lead: Lead) -> None:
    assert "lead-take" in signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    response = post(ola, f"/leads/{lead.pk}/assign-to-me/", {"version": lead.version})
    text = response.content.decode()
    assert response.status_code == 200
    assert Lead.objects.get().sales_person == ola
    assert 'id="lead-field-sales_person" hx-swap-oob="true"' in text
    assert "Ola Żak" in text
    assert "lead-take" not in text


def test_a_sales_person_takes_nobody_elses(ola: User, marek: User, ewa: User, lead: Lead) -> None:
    update_lead(lead=lead, values={"sales_person": marek}, by=ewa)
    assert "lead-take" not in signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    assert post(ola, f"/leads/{lead.pk}/assign-to-me/").status_code == 403
    assert Lead.objects.get().sales_person == marek
    version = Lead.objects.get().version
    assert post(ewa, f"/leads/{lead.pk}/assign-to-me/", {"version": version}).status_code == 200
    assert Lead.objects.get().sales_person == ewa


def test_a_stale_card_takes_nothing(ola: User, ewa: User, lead: Lead) -> None:
    update_lead(lead=lead, values={"city": "Łódź"}, by=ewa)
    assert post(ola, f"/leads/{lead.pk}/assign-to-me/", {"version": 1}).status_code == 409
    assert Lead.objects.get().sales_person is None
