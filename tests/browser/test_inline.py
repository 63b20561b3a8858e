"""Changing values in their place in the list, with the mouse and with the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Lead
from leads.services import update_lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    rows.LeadPriorityFactory(name="Pilny", colour="red")
    LeadFactory(name="Inny", status=funnel.new, sales_person=ola)
    return LeadFactory(name="Wózek widłowy", status=funnel.new, sales_person=ola)


def row_of(page: Page, lead: Lead):
    return page.locator(f"tr[data-lead-id='{lead.pk}']")


def test_with_the_keyboard_alone(
    new_page: Callable[..., Page], ola: User, marek: User, lead: Lead, funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    row = row_of(page, lead)

    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    page.keyboard.press("e")
    status = row.get_by_label("Status leadu, 0")
    expect(status).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    expect(status).to_have_count(0)

    page.keyboard.press("e")
    expect(status).to_be_focused()
    page.keyboard.type("Prop")
    page.keyboard.press("Enter")
    expect(row.locator(".lj-col-status")).to_have_text("Propozycja")
    expect(row).to_be_focused()
    assert Lead.objects.get(pk=lead.pk).status == funnel.proposal

    page.keyboard.press("e")
    expect(status).to_be_focused()
    page.keyboard.press("Tab")
    expect(row.get_by_label("Sprzedawca, 0")).to_be_focused()
    page.keyboard.type("Marek")
    page.keyboard.press("Tab")
    expect(row.get_by_label("Spodziewane zamknięcie, 0")).to_be_focused()
    assert Lead.objects.get(pk=lead.pk).sales_person == marek
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row_of(page, Lead.objects.get(name="Inny"))).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_lost_asks_for_the_reason_in_the_cell(
    new_page: Callable[..., Page], ola: User, lead: Lead, funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    row = row_of(page, lead)

    row.locator(".lj-col-status").hover()
    row.get_by_role("button", name="Zmień: Status leadu").click()
    row.get_by_label("Status leadu, 0").select_option(label="Porażka")
    reason = row.get_by_label("Powód porażki, 0")
    expect(reason).to_be_focused()
    row.get_by_role("button", name="Zapisz").click()
    expect(row.get_by_role("alert")).to_contain_text("Wybierz powód porażki.")
    assert Lead.objects.get(pk=lead.pk).is_open
    assert_accessible(page)

    row.get_by_label("Powód porażki, 0").select_option(label="Za drogo")  # by mouse: saved at once
    expect(row.locator(".lj-col-status")).to_have_text("Porażka")
    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.status, stored.lost_reason) == (funnel.lost, funnel.too_expensive)


def test_a_second_editor_is_told_with_both_values(
    new_page: Callable[..., Page], ola: User, ewa: User, lead: Lead, funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    row = row_of(page, lead)
    row.focus()
    page.keyboard.press("e")
    expect(row.get_by_label("Status leadu, 0")).to_be_focused()
    update_lead(lead=lead, values={"status": funnel.qualified}, by=ewa)

    page.keyboard.type("Prop")
    page.keyboard.press("Enter")
    problem = row.get_by_role("alert")
    for text in ("Ewa Lis", "Kwalifikacja", "Propozycja"):
        expect(problem).to_contain_text(text)
    assert Lead.objects.get(pk=lead.pk).status == funnel.qualified

    page.keyboard.press("Escape")
    expect(row.locator(".lj-col-status")).to_have_text("Kwalifikacja")
    expect(row).to_be_focused()


def test_a_lost_connection_keeps_the_cell(new_page: Callable[..., Page], ola: User, lead: Lead) -> None:
    page = new_page(ola, viewport=PHONE)
    page.goto("/leads/")
    row = row_of(page, lead)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    row.get_by_role("button", name="Zmień: Spodziewane zamknięcie").click()
    row.get_by_label("Spodziewane zamknięcie, 0").fill("2031-05-06")
    page.route("**/cells/**", lambda route: route.fulfill(status=403, body=""))
    row.get_by_role("button", name="Zapisz").click()
    expect(page.locator("#toasts")).to_contain_text("Nie masz uprawnień")
    assert Lead.objects.get(pk=lead.pk).expected_close is None
    page.unroute("**/cells/**")

    row.get_by_role("button", name="Zapisz").click()

    expect(row.locator(".lj-col-expected_close")).to_contain_text("06.05.2031")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
