"""Search everywhere in a real browser: keys, groups, what was opened lately, a phone; in Polish."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from crm.models import User
from leads.models import Lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User) -> dict[str, Lead]:
    partner = PartnerFactory(name="Łabędź S.A.", nip="1234563218")
    ProductFactory(name="Łańcuch")
    return {
        "łożyska": LeadFactory(name="Łożyska", status=funnel.proposal, sales_person=ola, partner=partner),
        "łopaty": LeadFactory(name="Łopaty", status=funnel.new, phone="600 100 200", phone_e164="+48600100200"),
    }


def options(page: Page) -> Locator:
    """What was found; the page below has lists with options of its own."""
    return page.locator("#palette-results").get_by_role("option")


def chosen(page: Page) -> str:
    """What the arrows have come to, as the box tells it to a screen reader."""
    option = page.locator("#palette-text").get_attribute("aria-activedescendant")
    return page.locator(f"#{option} .lj-palette-title").inner_text()


def test_by_keys_alone(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/partners/")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Szukaj wszędzie")).to_be_focused()
    page.keyboard.type("lo", delay=20)
    expect(options(page).filter(has_text="Łopaty")).to_be_visible()
    expect(page.get_by_role("group", name="Leady").get_by_role("option")).to_have_count(2)
    expect(page.locator("#palette-status")).to_have_text("2 wyniki")
    assert chosen(page) == "Łopaty"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "Łożyska"
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "Łopaty", "the arrows go round"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(rf"/leads/{leads['łożyska'].pk}/"))


@pytest.mark.parametrize("typed", ["600100200", "+48 600 100 200", "0048600100200"])
def test_a_phone_number_in_any_spelling(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead], typed: str
) -> None:
    page = new_page(ola)
    page.goto("/leads/")

    page.keyboard.press("/")
    page.keyboard.type(typed)
    expect(options(page)).to_have_count(1)
    expect(page.locator(".lj-palette-hint mark")).to_have_text("600 100 200")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(rf"/leads/{leads['łopaty'].pk}/"))


def test_what_was_opened_lately_stands_there_first(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto(f"/leads/{leads['łopaty'].pk}/")
    page.goto(f"/leads/{leads['łożyska'].pk}/")
    page.goto("/products/")

    page.keyboard.press("Control+k")

    recent = page.get_by_role("group", name="Ostatnio otwierane").get_by_role("option")
    expect(recent).to_have_text([re.compile("Łożyska"), re.compile("Łopaty")])
    expect(page.get_by_role("option", name="Nowy lead")).to_be_visible()
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "Łopaty" not in stored
    assert "opaty" not in stored, "the browser keeps no customer's data"


def test_escape_nothing_found_and_keys_in_a_dialog(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    page.keyboard.press("Control+k")
    page.keyboard.type("xyzxyz")
    expect(page.locator("#palette-results")).to_contain_text("Nic nie znaleziono dla „xyzxyz”")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()
    assert_accessible(page, within="#palette")

    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()

    page.keyboard.press("?")
    expect(page.locator("#modal")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("n")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/leads/$"))


def test_a_slow_answer_never_replaces_a_newer_one(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    held: list[Route] = []
    page.route(re.compile(r"/search/\?q=lo$"), lambda route: held.append(route))
    page.keyboard.press("Control+k")
    with page.expect_request(re.compile(r"/search/\?q=lo$")):
        page.keyboard.type("lo")
    page.keyboard.type("z")
    expect(options(page)).to_have_count(1)
    for route in held:
        route.continue_()

    expect(options(page)).to_have_text([re.compile("Łożyska")])


def test_no_connection_says_so(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    page.keyboard.press("Control+k")
    expect(options(page).first).to_be_visible()
    page.route(re.compile(r"/search/"), lambda route: route.fulfill(status=404, body=""))
    page.keyboard.type("lo")

    expect(page.locator("#palette-results")).to_have_text("Wyszukiwarka nie odpowiedziała. Spróbuj ponownie za chwilę.")


def test_on_a_phone_by_the_button(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola, viewport=PHONE, has_touch=True)
    page.goto("/leads/")

    page.get_by_role("link", name="Szukaj wszędzie").tap()
    page.get_by_role("combobox", name="Szukaj wszędzie").fill("123-456-32-18")
    option = page.get_by_role("group", name="Partnerzy").get_by_role("option")
    expect(option).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page, within="#palette")
    option.tap()

    expect(page).to_have_url(re.compile(r"/partners/\d+/"))
