"""The status bar."""

import pytest

from crm.models import User
from leads.models import Lead, LeadStatusChange
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTypeFactory
from tests.leads.cards import post, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    kind = LeadTypeFactory(name="Przetarg", allows=[funnel.new, funnel.proposal, funnel.won, funnel.lost])
    return create_lead(values={"name": "Hala", "type": kind}, by=ola)


def test_a_click_moves_the_lead(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    response = post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.proposal.pk, "version": lead.version})
    assert response.status_code == 200
    assert response.headers["HX-Reswap"] == "none"
    assert 'id="lead-status-bar" hx-swap-oob="true"' in response.content.decode()
    assert 'id="lead-form"' not in response.content.decode()  # what is typed stays
    assert Lead.objects.get().status == funnel.proposal
    step = LeadStatusChange.objects.latest("pk")
    assert (step.from_status, step.to_status, step.by) == (funnel.new, funnel.proposal, ola)


def test_a_closed_status_closes(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    text = post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.won.pk, "version": 1}).content.decode()
    assert Lead.objects.get().closed_at is not None
    assert "Otwórz ponownie" in text
    assert 'id="lead-lose"' not in text


def test_the_bar_says_why_a_status_is_closed_to_the_lead(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    LeadStatusFactory(name="Dawny", is_archived=True)
    card = signed_in(ola).get(f"/leads/{lead.pk}/").context["card"]
    bar = [(button.status.name, button.is_current, button.refusal) for button in card.statuses]
    assert bar == [
        ("Nowy", True, ""),
        ("Kwalifikacja", False, "Status „Kwalifikacja” nie jest dozwolony dla typu „Przetarg”."),
        ("Propozycja", False, ""),
        ("Wygrana", False, ""),
        ("Porażka", False, ""),
    ]


def test_the_reason_is_told_to_the_eye_and_to_screen_readers(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    page = signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    why = "Status „Kwalifikacja” nie jest dozwolony dla typu „Przetarg”."
    assert f'aria-disabled="true" title="{why}" aria-description="{why}"' in page


def test_a_forged_status_is_refused(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    response = post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.qualified.pk, "version": 1})
    assert response.status_code == 422
    assert "nie jest dozwolony dla typu" in response.headers["HX-Trigger"].encode().decode("unicode_escape")
    assert Lead.objects.get().status == funnel.new
    assert LeadStatusChange.objects.count() == 1


@pytest.mark.parametrize("status", ["", "abc", "999999", "99999999999999999999", "1\x00"])
def test_an_unknown_status_is_refused(ola: User, lead: Lead, funnel: FunnelCast, status: str) -> None:
    assert post(ola, f"/leads/{lead.pk}/status/", {"status": status, "version": 1}).status_code == 422
    assert Lead.objects.get().status == funnel.new


def test_the_lost_status_needs_its_reason(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    page = signed_in(ola).get(f"/leads/{lead.pk}/").content.decode()
    assert f'hx-get="/leads/{lead.pk}/lose/" hx-target="#modal" aria-haspopup="dialog"' in page
    assert post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.lost.pk, "version": 1}).status_code == 422
    assert Lead.objects.get().status == funnel.new


def test_a_stale_click_changes_nothing_and_says_who_was_faster(
    ola: User, ewa: User, lead: Lead, funnel: FunnelCast
) -> None:
    update_lead(lead=lead, values={"status": funnel.proposal}, by=ewa)
    response = post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.won.pk, "version": 1})
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#lead-notice"
    assert "Ewa Lis" in response.content.decode()
    assert Lead.objects.get().status == funnel.proposal


def test_who_may(ola: User, marek: User, lead: Lead, funnel: FunnelCast) -> None:
    assert signed_in(ola).get(f"/leads/{lead.pk}/status/").status_code == 405
    ola.groups.clear()
    assert post(ola, f"/leads/{lead.pk}/status/", {"status": funnel.proposal.pk}).status_code == 404
    assert Lead.objects.get().status == funnel.new


def test_without_scripts_a_refusal_is_a_page(ola: User, lead: Lead, funnel: FunnelCast) -> None:
    client = signed_in(ola)
    refused = client.post(f"/leads/{lead.pk}/status/", {"status": funnel.qualified.pk, "version": lead.version})
    assert (refused.status_code, "nie jest dozwolony" in refused.content.decode()) == (422, True)
    sent = {"status": funnel.proposal.pk, "version": lead.version}
    assert client.post(f"/leads/{lead.pk}/status/", sent).status_code == 302
    assert Lead.objects.get().status == funnel.proposal


@pytest.mark.parametrize("action", ["status", "lose", "reopen", "assign-to-me", "create-partner"])
def test_an_action_that_names_no_version_changes_nothing(ewa: User, ola: User, funnel: FunnelCast, action: str) -> None:
    status = funnel.won if action == "reopen" else funnel.new
    lead = create_lead(values={"name": "Hala", "status": status, "sales_person": ola}, by=ola)
    sent = {"status": funnel.proposal.pk, "lost_reason": funnel.too_expensive.pk}

    response = post(ewa, f"/leads/{lead.pk}/{action}/", sent)
    page = signed_in(ewa).post(f"/leads/{lead.pk}/{action}/", sent)

    assert (response.status_code, page.status_code) == (409, 409)
    assert "wersji leadu" in response.headers["HX-Trigger"].encode().decode("unicode_escape")
    assert "Nic nie zmieniono: żądanie nie podało, której wersji leadu dotyczy." in page.content.decode()
    stored = Lead.objects.get()
    assert (stored.version, stored.status, stored.sales_person) == (lead.version, status, ola)
