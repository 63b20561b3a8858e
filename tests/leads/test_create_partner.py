"""Utwórz partnera."""

import pytest

from crm.models import Partner, User
from leads.models import Lead
from leads.services import LeadValues, create_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db


def test_a_company_with_its_contact(ola: User, funnel: FunnelCast) -> None:
    values: LeadValues = {
        "name": "Hala",
        "company_name": "Hurtownia Łódzka sp. z o.o.",
        "phone": "600 100 200",
        "email": "anna@hurtownia.test",
        "city": "Łódź",
        "first_name": "Anna",
        "last_name": "Wiśniewska",
    }
    lead = create_lead(values=values, by=ola)

    response = post(ola, f"/leads/{lead.pk}/create-partner/", {"version": lead.version})

    assert response.status_code == 200
    partner = Partner.objects.get()
    assert (partner.kind, partner.name, partner.city) == (Partner.Kind.COMPANY, "Hurtownia Łódzka sp. z o.o.", "Łódź")
    assert (partner.phone_e164, partner.email) == ("+48600100200", "anna@hurtownia.test")
    contact = partner.contacts.get()
    assert (contact.first_name, contact.last_name, contact.phone_e164) == ("Anna", "Wiśniewska", "+48600100200")
    assert Lead.objects.get().partner == partner
    text = response.content.decode()
    assert 'id="lead-field-partner" hx-swap-oob="true"' in text
    assert "lead-create-partner" not in text


def test_a_person_without_a_company(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala", "first_name": "Anna", "last_name": "Wiśniewska"}, by=ola)
    post(ola, f"/leads/{lead.pk}/create-partner/", {"version": lead.version})
    partner = Partner.objects.get()
    assert (partner.kind, partner.name, partner.contacts.count()) == (Partner.Kind.PERSON, "Anna Wiśniewska", 0)


def test_a_lead_with_a_partner_gets_no_second_one(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala", "partner": PartnerFactory()}, by=ola)
    assert "lead-create-partner" not in signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    assert post(ola, f"/leads/{lead.pk}/create-partner/").status_code == 422
    assert Partner.objects.count() == 1


def test_a_stale_card_makes_no_partner(ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    update_lead(lead=lead, values={"company_name": "Inna"}, by=ewa)
    assert post(ola, f"/leads/{lead.pk}/create-partner/", {"version": 1}).status_code == 409
    assert not Partner.objects.exists()


def test_the_rules_of_partners_hold_for_it(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala", "company_name": "Hurtownia", "website": "javascript:alert(1)"}, by=ola)

    response = post(ola, f"/leads/{lead.pk}/create-partner/", {"version": lead.version})

    assert response.status_code == 422
    assert "adres" in response.headers["HX-Trigger"].encode().decode("unicode_escape")
    assert not Partner.objects.exists()
    assert Lead.objects.get().partner is None
