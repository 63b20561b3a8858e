"""Usuń."""

import pytest

from crm.models import User
from leads.models import Lead, LeadEvent
from leads.services import actions, create_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala"}, tags=[LeadTagFactory()], by=ola)


def test_asks_first(ola: User, lead: Lead) -> None:
    text = signed_in(ola).get(f"/leads/{lead.pk}/delete/").content.decode()
    assert f"Usuń lead {lead.number}" in text
    assert Lead.objects.exists()


def test_deletes_for_good_and_the_history_keeps_the_last_values(ola: User, lead: Lead) -> None:
    pk = lead.pk
    response = post(ola, f"/leads/{pk}/delete/")
    assert response.headers["HX-Redirect"] == "/leads/"
    assert not Lead.objects.exists()
    event = LeadEvent.objects.get(pgh_obj_id=pk, pgh_label="delete")
    assert (event.name, event.pgh_context["user"]) == ("Hala", ola.pk)
    assert signed_in(ola).get(f"/leads/{pk}/").status_code == 404


def test_what_holds_it_is_listed_and_nothing_is_deleted(ola: User, lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing can hang on a lead yet: orders, calls and e-mails come with their own apps.
    monkeypatch.setattr(actions, "holders", lambda lead: {"zamówienia": 2})
    response = post(ola, f"/leads/{lead.pk}/delete/")
    assert response.status_code == 422
    assert "zamówienia: 2" in response.content.decode()
    assert Lead.objects.exists()


def test_sales_people_delete_their_own_managers_any(ola: User, marek: User, ewa: User, lead: Lead) -> None:
    assert "lead-delete" not in signed_in(marek).get(f"/leads/{lead.pk}/").content.decode()
    assert signed_in(marek).get(f"/leads/{lead.pk}/delete/").status_code == 403
    assert post(marek, f"/leads/{lead.pk}/delete/").status_code == 403
    assert Lead.objects.exists()
    assert "lead-delete" in signed_in(ewa).get(f"/leads/{lead.pk}/").content.decode()
    assert post(ewa, f"/leads/{lead.pk}/delete/").status_code == 200
    assert not Lead.objects.exists()


def test_a_lead_of_nobody_is_not_ones_own(ola: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Hala", "sales_person": None}, by=ola)
    assert post(ola, f"/leads/{lead.pk}/delete/").status_code == 403
    assert Lead.objects.exists()
