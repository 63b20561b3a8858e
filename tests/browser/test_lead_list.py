"""The list of leads in a real browser: filter, address, back, columns, keys; in Polish."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Lead
from tests.browser.conftest import PHONE, assert_accessible, box
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User, marek: User) -> dict[str, Lead]:
    """Three open leads and a closed one."""
    red = rows.LeadPriorityFactory(name="Pilny", colour="red")
    return {
        "wózek": LeadFactory(name="Wózek widłowy", status=funnel.new, sales_person=ola, priority=red),
        "łożyska": LeadFactory(name="Łożyska", status=funnel.proposal, sales_person=marek, city="Łódź"),
        "cement": LeadFactory(name="Cement", status=funnel.new, sales_person=marek),
        "stary": LeadFactory(name="Stary", status=funnel.won, sales_person=ola),
    }


def names(page: Page) -> list[str]:
    return page.locator("tr[data-lead-id] .lj-col-name").all_inner_texts()


def test_filter_address_back_and_reload(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    expect(page.locator("#lead-count")).to_have_text("3 leady")
    assert names(page) == ["Cement", "Łożyska", "Wózek widłowy"]

    page.keyboard.press("F6")
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    expect(page).to_have_url(re.compile(r"/leads/\?mine=1$"))
    assert names(page) == ["Wózek widłowy"]
    expect(page.get_by_label("Moje leady")).to_be_checked()

    page.keyboard.press("F7")
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page).to_have_url(re.compile(r"/leads/\?state=both&mine=1$"))
    page.keyboard.press("F8")
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    assert names(page) == ["Stary"]

    page.go_back()
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page.get_by_label("Otwarta")).to_be_checked()
    page.reload()
    expect(page.locator("#lead-count")).to_have_text("2 leady")

    page.get_by_role("link", name="Wyczyść filtry").click()
    expect(page.locator("#lead-count")).to_have_text("3 leady")
    expect(page).to_have_url(re.compile(r"/leads/$"))
    expect(page.get_by_label("Moje leady")).not_to_be_checked()


def test_typing_keeps_the_focus_and_chips_take_filters_away(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto("/leads/")

    page.keyboard.press("f")
    page.keyboard.type("lodz", delay=20)
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    assert names(page) == ["Łożyska"]
    expect(page.locator("#lead-search-text")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=lodz$"))

    page.get_by_role("link", name="Szukane: lodz").click()
    expect(page.locator("#lead-count")).to_have_text("3 leady")
    expect(page.locator("#lead-search-text")).to_have_value("")

    page.locator("#filter-status-ts-control").click()
    page.get_by_role("option", name="Propozycja").click()
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    expect(page.get_by_role("link", name="Status leadu: Propozycja")).to_be_visible()

    page.locator("#lead-search-text").fill("nie ma takiego")
    expect(page.get_by_role("heading", name="Żaden lead nie pasuje do filtrów")).to_be_visible()
    page.locator("#unfilter-none").click()
    expect(page.locator("#lead-count")).to_have_text("3 leady")


def test_sort_keys_and_columns(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/")

    page.get_by_role("link", name="Nazwa", exact=True).click()
    expect(page.locator("th.lj-col-name")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["Cement", "Łożyska", "Wózek widłowy"]
    page.get_by_role("link", name="Nazwa", exact=True).click()
    expect(page.locator("th.lj-col-name")).to_have_attribute("aria-sort", "descending")
    assert names(page) == ["Wózek widłowy", "Łożyska", "Cement"]
    expect(page.locator("#sort-name")).to_be_focused()

    page.get_by_role("link", name="Kolumny").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Miasto", exact=True).check()
    dialog.get_by_label("Telefon", exact=True).check()
    dialog.get_by_label("ID", exact=True).uncheck()
    dialog.get_by_role("button", name="Przesuń kolumnę Nazwa", exact=True).focus()
    page.keyboard.press("ArrowDown")
    dialog.get_by_role("button", name="Zapisz").click()
    expect(page.locator("th.lj-col-city")).to_be_visible()
    expect(page.locator("th.lj-col-id")).to_have_count(0)
    heads = page.locator("thead th").all_inner_texts()
    assert heads.index("Status leadu") < heads.index("Nazwa")
    assert names(page) == ["Wózek widłowy", "Łożyska", "Cement"], "the order of the rows stays"

    page.locator("#lead-search-text").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/leads/{leads['łożyska'].pk}/$"))
    page.go_back()
    page.locator(f"tr[data-lead-id='{leads['cement'].pk}']").dblclick()
    expect(page).to_have_url(re.compile(rf"/leads/{leads['cement'].pk}/$"))


def test_export_downloads_what_is_filtered(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/?q=wozek")

    page.get_by_role("button", name="Eksport").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()

    content = download.value.path().read_text(encoding="utf-8-sig")
    assert "Wózek widłowy" in content
    assert "Cement" not in content
    assert re.fullmatch(r"leady-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    expect(page.locator("#lead-export")).not_to_have_attribute("aria-busy", "true")


def test_on_a_phone_the_panel_is_a_drawer_and_rows_are_cards(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola, viewport=PHONE)
    page.goto("/leads/")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("link", name="Wózek widłowy")).to_be_visible()
    expect(page.locator("#lead-filter")).not_to_be_visible()
    page.get_by_role("button", name="Filtry").click()
    page.locator("label[for=filter-mine]").click()
    expect(page.locator("#lead-count")).to_have_text("1 lead")


@pytest.mark.parametrize("path", ["/leads/", "/leads/?status=abc", "/leads/?q=nic", "/leads/columns/"])
def test_the_list_is_accessible(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead], path: str) -> None:
    page = new_page(ola)
    page.goto(path)

    assert_accessible(page)


def columns_in_sight(page: Page) -> int:
    return page.evaluate(
        "() => { const right = document.querySelector('.lj-table-wrap').getBoundingClientRect().right + 1;"
        " return [...document.querySelectorAll('#lead-table th')]"
        ".filter(th => th.getBoundingClientRect().right <= right).length }"
    )


def test_most_columns_are_in_sight_and_the_name_stays(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    Lead.objects.update(expected_revenue=1_184_500, probability=35, expected_close="2026-12-24")
    page = new_page(ola)
    page.goto("/leads/")

    expect(page.locator("#lead-filter")).to_be_visible()
    assert columns_in_sight(page) >= 9
    page.set_viewport_size({"width": 1000, "height": 800})
    page.locator(".lj-table-wrap").evaluate("wrap => { wrap.scrollLeft = wrap.scrollWidth }")
    wrap, name = (box(page.locator(place).first) for place in (".lj-table-wrap", "td.lj-col-name"))
    assert abs(name["x"] - wrap["x"]) <= 2


def test_the_filters_are_folded_on_a_narrower_screen_until_somebody_opens_them(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola, viewport={"width": 1280, "height": 800})
    page.goto("/leads/")

    expect(page.locator("#lead-filter")).not_to_be_visible()
    page.get_by_role("button", name="Filtry").click()
    expect(page.locator("#lead-filter")).to_be_visible()
    page.reload()
    expect(page.locator("#lead-filter")).to_be_visible()


def test_dates_are_typed_as_people_write_them(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    Lead.objects.filter(name="Cement").update(expected_close="2026-12-05")
    page = new_page(ola, locale="en-US")
    page.goto("/leads/")

    page.locator("#filter-close_to").fill("5.12.2026")
    page.keyboard.press("Tab")
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    expect(page).to_have_url(re.compile(r"\?close_to=2026-12-05$"))
    page.reload()
    expect(page.locator("#filter-close_to")).to_have_value("05.12.2026")

    page.locator("#filter-close_to").press("Alt+ArrowDown")
    picker = page.locator("#filter-close_to + .lj-date-picker")
    expect(picker).to_have_value("2026-12-05")
    page.keyboard.press("Escape")
    picker.evaluate("(picker) => { picker.value = '2026-12-04'; picker.dispatchEvent(new Event('input')) }")
    expect(page.locator("#filter-close_to")).to_have_value("04.12.2026")
    expect(page.get_by_role("heading", name="Żaden lead nie pasuje do filtrów")).to_be_visible()

    page.locator("#filter-close_to").fill("31.02.2026")
    page.keyboard.press("Tab")
    expect(page.locator("#filter-close_to-errors")).to_contain_text("Wpisz poprawną datę, na przykład 31.12.2026.")
