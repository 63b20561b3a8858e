"""Saved views in a real browser: kept, opened, changed, shared, pinned, made the default."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Lead, SavedView
from tests.browser.conftest import PHONE, assert_accessible, box
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User, marek: User) -> list[Lead]:
    return [
        LeadFactory(name="Wózek", status=funnel.new, sales_person=ola),
        LeadFactory(name="Cement", status=funnel.new, sales_person=marek),
        LeadFactory(name="Stary", status=funnel.won, sales_person=ola),
    ]


def menu(page: Page, name: str) -> None:
    page.get_by_role("button", name="Zapisane widoki").click()
    page.locator("#saved-views .dropdown-menu").get_by_text(name).click()


def test_save_open_change_and_update(new_page: Callable[..., Page], ola: User, leads: list[Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    page.keyboard.press("F6")
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    menu(page, "Zapisz bieżący widok…")
    dialog = page.get_by_role("dialog")
    assert_accessible(page, within="#modal")
    dialog.get_by_label("Nazwa").fill("Moje otwarte")
    dialog.get_by_role("button", name="Zapisz").click()

    tab = page.get_by_role("link", name="Moje otwarte").first
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    page.keyboard.press("F7")
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(tab).to_contain_text("(zmieniony)")
    expect(page).to_have_url(re.compile(r"view=\d+"))
    assert_accessible(page)

    menu(page, "Zaktualizuj „Moje otwarte”")
    expect(page.get_by_text("Zaktualizowano widok „Moje otwarte”.")).to_be_visible()
    expect(tab).not_to_contain_text("(zmieniony)")
    page.get_by_role("link", name="Wyczyść filtry").click()
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page).to_have_url(re.compile(r"/leads/\?view=0$"))
    tab.click()
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    assert SavedView.objects.get().query == "state=both&mine=1"


def test_manage_with_the_keyboard(new_page: Callable[..., Page], ola: User, marek: User, leads: list[Lead]) -> None:
    SavedView.objects.create(owner=marek, name="Marka", is_shared=True, query="q=cement", columns=["name"])
    view = SavedView.objects.create(owner=ola, name="Mój", query="mine=1", columns=["name", "status"])
    page = new_page(ola)
    page.goto("/leads/")
    page.get_by_role("button", name="Zapisane widoki").focus()
    page.keyboard.press("Enter")
    page.locator("#view-list").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Marka")).to_be_visible()
    expect(dialog.get_by_role("button", name="Edytuj: Marka")).to_have_count(0)
    assert_accessible(page, within="#modal")

    page.locator(f"#view-default-{view.pk}").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#view-default-{view.pk}")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"#view-default-{view.pk}")).to_be_focused()
    page.goto("/leads/")
    expect(page).to_have_url(re.compile(rf"view={view.pk}"))
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    expect(page.locator("th.lj-col-partner")).to_have_count(0)
    menu(page, "Bez widoku")
    expect(page.locator("#lead-count")).to_have_text("2 leady")

    menu(page, "Zarządzaj widokami…")
    dialog.get_by_role("button", name="Usuń: Mój").click()
    page.locator("#confirm").get_by_role("button", name="Usuń").click()
    expect(page.get_by_text("Usunięto widok „Mój”.")).to_be_visible()
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Marka"]


def test_cells_keep_the_columns_of_the_view(new_page: Callable[..., Page], ola: User, leads: list[Lead]) -> None:
    view = SavedView.objects.create(owner=ola, name="Wąski", columns=["name", "expected_close"])
    page = new_page(ola)
    page.goto(f"/leads/views/{view.pk}/")
    row = page.locator(f"tr[data-lead-id='{leads[0].pk}']")
    row.focus()
    page.keyboard.press("e")
    field = row.get_by_label("Spodziewane zamknięcie, 0")
    expect(field).to_be_focused()
    page.keyboard.type("06.05.2031")
    page.keyboard.press("Enter")
    expect(row.locator(".lj-col-expected_close")).to_contain_text("06.05.2031")
    expect(row.locator("td")).to_have_count(3)
    expect(row).to_be_focused()


def test_on_a_phone(new_page: Callable[..., Page], ola: User, leads: list[Lead]) -> None:
    for number in range(6):
        view = SavedView.objects.create(owner=ola, name=f"Bardzo długa nazwa widoku numer {number}", query="mine=1")
        view.choices.create(user=ola, is_pinned=True, place=number)
    page = new_page(ola, viewport=PHONE)
    page.goto("/leads/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Zapisane widoki").click()
    expect(page.locator("#view-create")).to_be_visible()
    menu = box(page.locator("#saved-views .dropdown-menu"))
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= PHONE["width"]
