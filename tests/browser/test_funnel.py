"""„Lejek” in a real browser: looked at, filtered, broken down, followed, on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.reports.test_funnel import travel


@pytest.fixture
def ways(funnel: FunnelCast, ola: User, marek: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.won, sales_person=ola)
    travel(funnel, funnel.new, funnel.proposal, sales_person=ola)
    travel(funnel, funnel.new, funnel.qualified, funnel.lost, sales_person=marek)
    travel(funnel, funnel.new)


def test_a_funnel_looked_into(new_page: Callable[..., Page], ewa: User, ways: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/?rows=status")
    page.get_by_role("navigation", name="Raporty").get_by_role("link", name="Lejek").click()
    expect(page).to_have_url(re.compile(r"/reports/leads/funnel/$"))
    expect(page.get_by_role("link", name="Raport leadów")).to_have_attribute("aria-current", "page")
    expect(page.locator("#funnel-picture li")).to_have_count(4)
    expect(page.locator("#lead-count")).to_have_text("4 leady")
    assert_accessible(page)

    page.get_by_role("button", name="Podziel według").click()
    page.locator("#by-sales_person").click()
    expect(page).to_have_url(re.compile(r"/funnel/\?by=sales_person$"))
    expect(page.locator("#funnel-parts tbody tr")).to_have_count(3)
    page.locator("#filter-mine + label").click()
    expect(page.get_by_text("Żaden lead nie wszedł w status")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?mine=1&by=sales_person$"))
    page.locator("#unfilter-none").click()
    expect(page.locator("#funnel-parts tbody tr")).to_have_count(3)
    expect(page.locator("#filter-mine")).not_to_be_checked()

    page.get_by_role("button", name="Wejścia w status").click()
    page.get_by_role("textbox", name="od", exact=True).nth(0).fill("03.03.2026")
    page.locator("#funnel-days").get_by_role("button", name="Pokaż").click()
    expect(page).to_have_url(re.compile(r"\?by=sales_person&entered_from=2026-03-03$"))
    expect(page.get_by_role("button", name="Wejścia w status")).to_contain_text("03.03.2026 – …")
    expect(page.locator("#lead-count")).to_have_text("3 leady")
    assert_accessible(page)

    page.get_by_role("button", name="Zapisane raporty").click()
    page.locator("#report-create").click()
    page.get_by_role("dialog").get_by_label("Nazwa").fill("Lejek od marca")
    page.get_by_role("dialog").get_by_role("button", name="Zapisz").click()
    expect(page.get_by_text("Zapisano raport „Lejek od marca”.")).to_be_visible()
    expect(page.locator(".lj-view")).to_have_text("Lejek od marca")
    assert_accessible(page)

    row = page.locator("#funnel-table tr", has_text="Kwalifikacja")
    row.get_by_role("link").nth(2).click()
    expect(page).to_have_url(re.compile(r"/leads/\?state=all&group=funnel"))
    expect(page.locator("#lead-count")).to_have_text("1 lead")
    expect(page.locator(".lj-chips")).to_contain_text("Kwalifikacja: przegrane (03.03.2026 – …)")


def test_a_funnel_on_a_phone(new_page: Callable[..., Page], ola: User, ways: None) -> None:
    phone = new_page(ola, viewport=PHONE)
    phone.goto("/reports/leads/funnel/?by=type")
    expect(phone.locator("#funnel-parts")).to_be_attached()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page fits"
    assert_accessible(phone)


def test_the_dashboard_leads_to_its_leads(new_page: Callable[..., Page], ewa: User, ola: User, ways: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/")
    page.get_by_role("navigation", name="Raporty").get_by_role("link", name="Pulpit").click()
    tile = page.get_by_role("region", name="Otwarte leady")
    expect(tile).to_be_visible()
    assert_accessible(page)
    tile.get_by_role("link", name="2", exact=True).click()
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    page.go_back()
    page.get_by_role("region", name="Prognoza").get_by_role("link", name="Prognoza").click()
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page).to_have_url(re.compile(r"rows=close_month"))

    phone = new_page(ola, viewport=PHONE)
    phone.goto("/reports/leads/dashboard/")
    expect(phone.get_by_role("link", name="Moje leady")).to_have_attribute("aria-current", "true")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page fits"
    assert_accessible(phone)
