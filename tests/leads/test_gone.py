"""An action on an open page whose lead was merged into another one, or deleted, meanwhile: this is told."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import SystemSettings, User, Visibility
from leads.models import Activity, Comment, Lead
from leads.services import delete_lead
from leads.services.merging import merge_leads
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory

HTMX = {"HX-Request": "true"}
POSTS: dict[str, dict[str, str]] = {
    "lead_change_status": {"status": "1", "version": "1"},
    "lead_lose": {"version": "1"},
    "lead_reopen": {"version": "1"},
    "lead_assign_to_me": {"version": "1"},
    "lead_create_partner": {"version": "1"},
    "lead_copy": {"token": "x"},
    "lead_delete": {},
    "comment_create": {"text": "Ustalenia"},
    "activity_create": {"summary": "Zadzwonić"},
}
GETS = ["lead_lose", "lead_delete", "activity_create", "lead_history", "lead_files"]


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(status=funnel.new, sales_person=ola, name="Hala")


def _toast(response: Any) -> dict[str, Any]:
    return json.loads(response["HX-Trigger"])["lejek:toast"]["toasts"][0]


@pytest.mark.parametrize("name", POSTS)
def test_a_merged_lead_tells_into_which_it_went(
    client: Client, ola: User, ewa: User, lead: Lead, funnel: FunnelCast, name: str
) -> None:
    survivor = LeadFactory(status=funnel.new, name="Brama")
    merge_leads(survivor=survivor, loser=lead, values={}, tags=(), by=ewa)
    version = Lead.objects.get().version
    client.force_login(ola)

    response = client.post(reverse(f"leads:{name}", args=[lead.pk]), POSTS[name], headers=HTMX)

    assert (response.status_code, response["HX-Reswap"], response.content) == (410, "none", b"")
    assert f"{survivor.number} Brama" in _toast(response)["text"]
    assert _toast(response)["link"] == {"text": "Otwórz tamten lead", "url": f"/leads/{survivor.pk}/"}
    assert Lead.objects.get().version == version
    assert not Comment.objects.exists()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("name", GETS)
def test_a_deleted_lead_tells_who_deleted_it(client: Client, ola: User, ewa: User, lead: Lead, name: str) -> None:
    pk = lead.pk
    delete_lead(lead=Lead.objects.get(), by=ewa)
    client.force_login(ola)

    response = client.get(reverse(f"leads:{name}", args=[pk]), headers=HTMX)

    assert response.status_code == 410
    assert "Ewa Lis" in _toast(response)["text"]
    assert "link" not in _toast(response)


def test_a_page_and_a_file_tell_the_same(client: Client, ola: User, ewa: User, lead: Lead, funnel: FunnelCast) -> None:
    survivor = LeadFactory(status=funnel.new, name="Brama <b>")
    merge_leads(survivor=survivor, loser=lead, values={}, tags=(), by=ewa)
    client.force_login(ola)

    page = client.post(reverse("leads:lead_reopen", args=[lead.pk]))
    assert page.status_code == 410
    assert f'href="/leads/{survivor.pk}/"' in page.content.decode()
    assert "Brama &lt;b&gt;" in page.content.decode()

    upload = client.post(reverse("leads:file_create", args=[lead.pk]), headers={"Accept": "application/json"})
    assert upload.status_code == 410
    assert "Brama <b>" in upload.json()["error"]


def test_nothing_is_told_to_who_could_not_see_it(
    client: Client, ola: User, marek: User, ewa: User, lead: Lead, funnel: FunnelCast
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    pk, survivor = lead.pk, LeadFactory(status=funnel.new, sales_person=ola)
    merge_leads(survivor=survivor, loser=lead, values={}, tags=(), by=ewa)
    client.force_login(marek)

    response = client.post(reverse("leads:lead_reopen", args=[pk]), {"version": "1"}, headers=HTMX)

    assert (response.status_code, response.content) == (404, b"")
    assert "HX-Trigger" not in response
