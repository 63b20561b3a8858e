"""Duplicates and merges in a browser: found, compared, merged and taken back, with the keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import Notification, SystemSettings, User, Visibility
from leads.models import Lead, LeadMerge, LeadPair
from leads.services import create_lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory

NewPage = Callable[..., Page]


@pytest.fixture
def leads(ola: User, funnel: FunnelCast) -> tuple[Lead, Lead]:
    tags = LeadTagFactory.create_batch(2)
    one = create_lead(values={"name": "Hala w Łodzi", "phone": "600 100 200"}, tags=tags[:1], by=ola)
    two = create_lead(values={"name": "Magazyn", "phone": "600100200", "city": "Łódź"}, tags=tags[1:], by=ola)
    return one, two


def test_from_the_card_to_the_merge_and_back_by_keyboard(
    new_page: NewPage, ola: User, leads: tuple[Lead, Lead]
) -> None:
    one, two = leads
    page = new_page(ola)
    page.goto(f"/leads/{two.pk}/")
    page.locator("#lead-more").focus()
    page.keyboard.press("Enter")
    page.locator("#lead-merge").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/merge/$"))
    expect(page.locator("#merge-search")).to_be_focused()
    expect(page.locator("#merge-candidates")).to_contain_text("Ten sam numer telefonu")
    assert_accessible(page)

    page.keyboard.type("hala")
    expect(page.locator("#merge-candidates")).to_contain_text("Znalezione")
    page.get_by_role("link", name="Hala w Łodzi").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"with={one.pk}"))
    assert_accessible(page)
    name = page.get_by_role("group", name="Nazwa")
    name.get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowUp")
    expect(name.get_by_role("radio", name="Hala w Łodzi")).to_be_checked()
    page.keyboard.press("Control+s")

    expect(page).to_have_url(re.compile(rf"/leads/{one.pk}/$"))
    expect(page.locator("#id_name")).to_have_value("Hala w Łodzi")
    assert Lead.objects.get().city == "Łódź"
    assert Lead.objects.get().tags.count() == 2

    page.get_by_role("tab", name="Historia").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Szczegóły scalenia").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="przed scaleniem")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Cofnij scalenie").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Cofnij scalenie").press("Enter")
    expect(page.get_by_text("Wszystko jest tam, gdzie było.")).to_be_visible()
    assert_accessible(page)
    assert Lead.objects.count() == 2
    assert LeadMerge.objects.get().is_undone


def test_all_values_of_one_lead_at_once_on_a_phone(new_page: NewPage, ola: User, leads: tuple[Lead, Lead]) -> None:
    one, two = leads
    page = new_page(ola, viewport=PHONE)
    page.goto(f"/leads/{one.pk}/merge/?with={two.pk}")
    page.get_by_role("button", name=f"Weź wszystkie wartości z {one.number}").click()
    expect(page.get_by_role("group", name="Miasto").get_by_role("radio").first).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
    page.get_by_role("button", name="Scal leady").click()
    expect(page).to_have_url(re.compile(rf"/leads/{one.pk}/$"))
    assert Lead.objects.get().city == ""


def test_a_manager_goes_through_the_pairs(new_page: NewPage, ewa: User, leads: tuple[Lead, Lead]) -> None:
    one, two = leads
    page = new_page(ewa)
    page.goto("/leads/")
    page.get_by_role("link", name="Duplikaty").click()
    pair = page.locator(f'[data-pair="{one.pk}-{two.pk}"]')
    expect(pair).to_contain_text("Ten sam numer telefonu")
    assert_accessible(page)

    pair.get_by_role("button", name="To nie duplikat").press("Enter")
    undo = page.get_by_role("button", name="Cofnij")
    expect(undo).to_be_focused()
    assert LeadPair.objects.get().dismissed_by == ewa
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(pair).to_be_visible()
    assert not LeadPair.objects.exists()

    page.get_by_label("Co mają wspólnego").select_option(label="Podobna nazwa")
    expect(page.get_by_role("heading", name="Brak podejrzanych duplikatów")).to_be_visible()
    assert_accessible(page)


def test_asking_the_manager_about_a_lead_that_one_does_not_see(
    new_page: NewPage, marek: User, ewa: User, leads: tuple[Lead, Lead]
) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    page = new_page(marek)
    page.goto("/leads/new/")
    page.get_by_label("Telefon").press_sequentially("600100200")
    expect(page.locator("#lead-similar")).to_contain_text("Istnieje podobny lead u innego sprzedawcy")
    expect(page.locator("#lead-similar")).not_to_contain_text("Hala")
    page.get_by_role("button", name="Poproś menedżera").click()
    expect(page.locator("#lead-similar-hidden")).to_contain_text("Zapytano menedżera.")
    assert_accessible(page)
    assert {row.what for row in Notification.objects.filter(user=ewa)} == {str(lead) for lead in leads}
