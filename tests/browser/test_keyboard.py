"""Nothing needs a mouse: the list and the card by keys alone, the help sheet, and keys that rest; in Polish."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import Lead
from tests.browser.conftest import assert_accessible, expect_page
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User) -> dict[str, Lead]:
    return {name: LeadFactory(name=name, status=funnel.new, sales_person=ola) for name in ("Cement", "Piasek")}


def test_from_the_list_through_the_card_and_back(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto("/leads/")

    page.keyboard.press("ArrowDown")
    expect(page.locator("tr[data-href]").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("tr[data-href]").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_page(page, rf"/leads/{leads['Cement'].pk}/")

    page.get_by_label("Nazwa", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Cement gr n / ? x")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#modal")).to_be_hidden()
    page.keyboard.press("Control+s")
    expect(page.locator(".lj-toast")).to_be_visible()
    assert Lead.objects.get(pk=leads["Cement"].pk).name == "Cement gr n / ? x"

    page.keyboard.press("Escape")
    expect(page.get_by_label("Nazwa", exact=True)).not_to_be_focused()
    expect_page(page, rf"/leads/{leads['Cement'].pk}/")
    page.keyboard.press("Escape")
    expect_page(page, r"/leads/$")

    page.keyboard.press("f")
    page.keyboard.type("piasek")
    expect(page.locator("tr[data-href]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr[data-href]")).to_be_focused()


def test_escape_does_not_lose_what_is_not_saved(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto(f"/leads/{leads['Cement'].pk}/")
    page.locator("#lead-form[data-guarded]").wait_for()
    page.get_by_label("Nazwa", exact=True).fill("Inna nazwa")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    expect(page.get_by_label("Nazwa", exact=True)).to_have_value("Inna nazwa")
    expect_page(page, rf"/leads/{leads['Cement'].pk}/")


@pytest.mark.parametrize(
    ("path", "shown", "absent"),
    [
        ("/leads/", "Zaznacz wiersz", "Przesuń kartę"),
        ("/leads/board/", "Przesuń kartę", "Zaznacz wiersz"),
        ("/partners/", "Otwórz wiersz w nowej karcie", "Zaznacz wiersz"),
        ("card", "Wróć do listy", "Zaznacz wiersz"),
    ],
)
def test_the_help_sheet_of_each_page(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead], path: str, shown: str, absent: str
) -> None:
    page = new_page(ola)
    page.goto(f"/leads/{leads['Cement'].pk}/" if path == "card" else path)

    page.keyboard.press("?")

    sheet = page.get_by_role("dialog", name="Skróty klawiszowe")
    expect(sheet).to_contain_text(shown)
    expect(sheet).to_contain_text("Szukaj wszędzie")
    expect(sheet).not_to_contain_text(absent)
    assert_accessible(page, within="#modal")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_g_and_a_letter_open_the_pages(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    PartnerFactory(name="Żubr")
    page = new_page(ola)
    page.goto("/")
    for letter, address in (
        ("l", "/leads/"),
        ("k", "/leads/board/"),
        ("p", "/partners/"),
        ("o", "/products/"),
        ("d", "/"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect_page(page, rf":\d+{address}$")
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r":\d+/$"), timeout=1000)  # sales people have no settings

    page.goto("/partners/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_page(page, r"/partners/\d+/")
    page.keyboard.press("Escape")
    expect_page(page, r"/partners/$")
