"""A manager sets the funnel up, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import Campaign, LeadStatus, User
from leads.querysets import load_funnel
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.crm import LeadTypeFactory
from tests.factories.leads import LeadFactory

NewPage = Callable[..., Page]


def test_adds_changes_and_sorts_statuses(new_page: NewPage, ewa: User, funnel: FunnelCast) -> None:
    page = new_page(ewa)
    page.goto("/settings/")
    assert_accessible(page)
    page.locator("#content").get_by_role("link", name="Statusy leadów").click()
    assert_accessible(page)

    page.get_by_role("link", name="Nowy status leadu").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Nazwa")).to_be_focused()
    dialog.get_by_label("Nazwa").fill("Negocjacje")
    dialog.get_by_title("Pomarańczowy").click()
    assert_accessible(page)
    dialog.get_by_role("button", name="Zapisz").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#reference-list").get_by_text("Negocjacje")).to_be_visible()
    stored = LeadStatus.objects.get(name="Negocjacje")
    assert (stored.colour, stored.is_closed) == ("orange", False)

    handle = page.get_by_role("button", name="Przesuń „Negocjacje” strzałkami")
    handle.focus()
    for _press in range(2):
        with page.expect_response("**/sort/"):
            page.keyboard.press("ArrowUp")
    expect(handle).to_be_focused()
    assert [status.name for status in LeadStatus.objects.all()] == [
        "Nowy",
        "Kwalifikacja",
        "Propozycja",
        "Negocjacje",
        "Wygrana",
        "Porażka",
    ]

    page.get_by_role("link", name="Negocjacje", exact=True).click()
    dialog.get_by_label("Sukces").check()
    dialog.get_by_role("button", name="Zapisz").click()
    expect(dialog.get_by_text("musi być też oznaczony jako „Zamknięta”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    stored.refresh_from_db()
    assert not stored.is_won


def test_drags_a_row(new_page: NewPage, ewa: User, funnel: FunnelCast) -> None:
    page = new_page(ewa)
    page.goto("/settings/statuses/")
    handles = page.locator("[data-handle]")
    with page.expect_response("**/sort/"):
        handles.nth(2).drag_to(handles.nth(0))
    assert next(iter(LeadStatus.objects.all())).name == "Propozycja"


def test_replaces_what_is_in_use(new_page: NewPage, ewa: User, funnel: FunnelCast) -> None:
    old, new = Campaign.objects.create(name="Gogle"), Campaign.objects.create(name="Google")
    lead = LeadFactory(status=funnel.new, campaign=old)
    page = new_page(ewa)
    page.goto("/settings/campaigns/")

    page.get_by_role("link", name="Usuń „Gogle”").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Leady")
    assert_accessible(page)
    dialog.get_by_role("combobox", name="Zastąp wszędzie przez").click()
    dialog.get_by_role("option", name="Google").click()
    dialog.get_by_role("button", name="Zastąp").click()

    expect(dialog).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("Zastąpiono „Gogle” przez „Google” i usunięto.")
    lead.refresh_from_db()
    assert lead.campaign == new
    assert not Campaign.objects.filter(pk=old.pk).exists()


def test_archives_a_status_and_moves_its_leads(new_page: NewPage, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.proposal)
    page = new_page(ewa)
    page.goto("/settings/statuses/")

    page.get_by_role("link", name="Archiwizuj „Propozycja”").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(lead.number)
    dialog.get_by_role("button", name="Archiwizuj").click()
    expect(dialog.get_by_text("Wybierz, co stanie się z tymi leadami")).to_be_visible()
    dialog.get_by_label("Przenieś do").select_option("Porażka")
    dialog.get_by_label("Powód porażki").select_option("Za drogo")
    assert_accessible(page)
    dialog.get_by_role("button", name="Archiwizuj").click()
    expect(dialog).to_be_hidden()

    lead.refresh_from_db()
    funnel.proposal.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (funnel.lost, funnel.too_expensive)
    assert funnel.proposal.is_archived


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_changes_the_matrix_by_keyboard_and_moves_stranded_leads(
    new_page: NewPage, ewa: User, funnel: FunnelCast, viewport: dict[str, int] | None
) -> None:
    service = LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.qualified])
    lead = LeadFactory(name="Awaria pompy", status=funnel.qualified, type=service)
    page = new_page(ewa, **({"viewport": viewport} if viewport else {}))
    page.goto("/settings/matrix/")
    assert_accessible(page)

    page.get_by_label("Serwis – Nowy").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Serwis – Kwalifikacja")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Zapisz").click()

    expect(page.get_by_role("link", name=f"{lead.number} Awaria pompy")).to_be_visible()
    assert load_funnel().ticks[service.pk] == {funnel.new.pk, funnel.qualified.pk}
    assert_accessible(page)
    page.get_by_label("Przenieś do").select_option("Propozycja")
    page.get_by_role("button", name="Zapisz zmianę").click()

    expect(page.locator("#toasts")).to_contain_text("Przeniesiono 1 lead.")
    lead.refresh_from_db()
    assert lead.status == funnel.proposal
    assert load_funnel().ticks[service.pk] == {funnel.new.pk, funnel.proposal.pk}
