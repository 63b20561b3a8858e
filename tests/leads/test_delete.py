"""Usuń."""

from pathlib import Path

import pytest
from django.test import TestCase
from pytest_django.fixtures import Settings

from crm.models import User
from leads.models import Activity, Comment, Lead, LeadEvent, LeadFile
from leads.services import actions, create_lead
from leads.services.comments import add_comment
from leads.services.deleting import delete_leads
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory
from tests.factories.leads import ActivityFactory
from tests.leads.cards import post, signed_in
from tests.leads.filing import add_text

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
    # What holds a lead for everybody (orders, calls, e-mails) comes with its own apps.
    monkeypatch.setattr(actions, "holders", lambda *, lead, by: {"zamówienia": 2})
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


def test_sales_people_delete_what_has_nothing_attached_managers_the_rest_with_it(
    ola: User, ewa: User, lead: Lead, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ActivityFactory(lead=lead)
    add_comment(lead=lead, text="Ważne", by=ola)
    add_text(lead, by=ola)

    response = post(ola, f"/leads/{lead.pk}/delete/")
    assert response.status_code == 422
    for text in ("aktywności: 1", "komentarze: 1", "pliki: 1", "poproś menedżera"):
        assert text in response.content.decode()
    assert delete_leads(leads=[lead], by=ola)[0] is not None
    assert Lead.objects.exists()
    assert (Activity.objects.count(), Comment.objects.count(), LeadFile.objects.count()) == (1, 1, 1)

    assert "Razem z nim znikną:" in signed_in(ewa).get(f"/leads/{lead.pk}/delete/").content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert post(ewa, f"/leads/{lead.pk}/delete/").status_code == 200
    assert not Lead.objects.exists()
    assert not any(model.objects.exists() for model in (Activity, Comment, LeadFile))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_many_leads_go_with_what_is_attached(ewa: User, lead: Lead, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    add_text(lead, by=ewa)

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert delete_leads(leads=[lead], by=ewa) == [None]

    assert not Lead.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
