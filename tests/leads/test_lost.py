"""Porażka."""

import pytest

from crm.models import LostReason, User
from leads.models import Lead
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTypeFactory, LostReasonFactory
from tests.leads.cards import error_at, post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala"}, by=ola)


def test_asks_for_the_reason(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    LostReasonFactory(name="Dawny powód", is_archived=True)
    text = signed_in(ola).get(f"/leads/{lead.pk}/lose/").content.decode()
    assert "Za drogo" in text
    assert "Dawny powód" not in text
    assert Lead.objects.get().is_open


def test_stores_the_reason_and_the_status(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    response = post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk, "version": lead.version})
    assert response.status_code == 200
    assert "lejek:close-dialog" in response.headers["HX-Trigger"]
    stored = Lead.objects.get()
    assert (stored.status, stored.lost_reason, stored.is_lost) == (funnel.lost, funnel.too_expensive, True)
    assert stored.closed_at is not None
    text = response.content.decode()
    assert 'name="lost_reason"' in text  # the card shows the reason now
    assert 'id="lead-reopen"' in text


@pytest.mark.parametrize("reason", ["", "abc", "999999"])
def test_without_a_known_reason_nothing_is_stored(ola: User, lead: Lead, funnel: FunnelCast, reason: str) -> None:
    response = post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": reason, "version": lead.version})
    assert response.status_code == 422
    assert error_at(response, "lost_reason")
    assert Lead.objects.get().is_open


def test_with_no_lost_status_it_says_what_to_set_up(ola: User, ewa: User, lead: Lead, funnel: FunnelCast) -> None:
    funnel.lost.is_lost = False
    funnel.lost.save()
    text = signed_in(ola).get(f"/leads/{lead.pk}/lose/").content.decode()
    assert "Żaden status nie jest oznaczony" in text
    assert "/settings/" not in text  # nothing that a sales person could do there
    assert "/settings/" in signed_in(ewa).get(f"/leads/{lead.pk}/lose/").content.decode()
    response = post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk})
    assert response.status_code == 422
    assert Lead.objects.get().is_open


def test_with_a_type_that_forbids_it_it_says_so(ola: User, funnel: FunnelCast) -> None:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new])
    lead = create_lead(values={"name": "Hala", "type": kind}, by=ola)
    text = signed_in(ola).get(f"/leads/{lead.pk}/lose/").content.decode()
    assert "Przetarg" in text
    assert "CRM → Konfiguracja → Ustawienia" in text
    assert post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk}).status_code == 422
    assert Lead.objects.get().is_open


def test_with_no_reasons_it_says_who_adds_them(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    LostReason.objects.all().delete()
    assert "Nie ma jeszcze żadnych powodów" in signed_in(ola).get(f"/leads/{lead.pk}/lose/").content.decode()


def test_a_stale_card_loses_nothing(ola: User, ewa: User, lead: Lead, funnel: FunnelCast) -> None:
    update_lead(lead=lead, values={"city": "Łódź"}, by=ewa)
    response = post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk, "version": 1})
    assert response.status_code == 409
    assert "lejek:close-dialog" in response.headers["HX-Trigger"]
    assert Lead.objects.get().is_open


def test_the_reason_of_a_lost_lead_can_be_corrected_but_not_emptied(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    other = LostReasonFactory(name="Konkurencja")
    post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk, "version": 1})
    assert post(ola, f"/leads/{lead.pk}/update/", {"lost_reason": other.pk, "version": 2}).status_code == 200
    assert Lead.objects.get().lost_reason == other
    emptied = post(ola, f"/leads/{lead.pk}/update/", {"lost_reason": "", "version": 3})
    assert error_at(emptied, "lost_reason") == "Wybierz powód porażki."
    assert Lead.objects.get().lost_reason == other


def test_who_may(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    from django.contrib.auth.models import Permission

    ola.groups.clear()
    ola.user_permissions.add(Permission.objects.get(codename="view_lead"))
    assert signed_in(ola).get(f"/leads/{lead.pk}/lose/").status_code == 403
    assert post(ola, f"/leads/{lead.pk}/lose/", {"lost_reason": funnel.too_expensive.pk}).status_code == 403
    assert Lead.objects.get().is_open
