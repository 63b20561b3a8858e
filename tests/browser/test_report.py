"""„Raport leadów” in a real browser: put together by mouse and keys, sorted, folded, drawn, followed, kept, printed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.models import User
from reports.models import SavedReport
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User, marek: User) -> None:
    for owner, status, city, revenue in (
        (ola, funnel.new, "Łódź", 100), (ola, funnel.qualified, "Łódź", 200), (ola, funnel.won, "", 300),
        (marek, funnel.new, "Sopot", 1000), (None, funnel.new, "Sopot", None),
    ):  # fmt: skip
        LeadFactory(sales_person=owner, status=status, city=city, expected_revenue=revenue)


def zone(page: Page, name: str) -> Locator:
    return page.locator(f'[data-zone="{name}"] [data-pieces]')


def labels(page: Page) -> Locator:
    return page.locator("#report-table tbody tr:not([hidden]) th")


def test_a_report_put_together_by_mouse_and_by_keys(new_page: Callable[..., Page], ewa: User, leads: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/?rows=status")
    expect(page.get_by_role("navigation").get_by_role("link", name="Raport leadów")).to_have_attribute(
        "aria-current", "page"
    )
    expect(labels(page)).to_have_text(["Nowy", "Kwalifikacja", "Wygrana", "Razem"])
    assert_accessible(page)

    # By the lists: a measure and a dimension across.
    page.get_by_label("Dodaj miarę").select_option("revenue")
    expect(page.get_by_role("columnheader", name="Spodziewany przychód")).to_be_visible()
    expect(page.locator("#add-measures")).to_be_focused()
    page.get_by_label("Dodaj do wierszy").select_option("sales_person")
    expect(labels(page)).to_have_count(9)
    expect(page).to_have_url(re.compile(r"rows=status.sales_person&measures=count.revenue"))

    # By keys: order, the other zone, away.
    page.locator("#piece-sales_person").focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"rows=sales_person.status"))
    expect(page.locator("#piece-sales_person")).to_be_focused()
    page.locator("#piece-status").press("ArrowDown")
    expect(page).to_have_url(re.compile(r"rows=sales_person&across=status"))
    expect(zone(page, "across")).to_contain_text("Status leadu")
    expect(page.locator("#piece-status")).to_be_focused()
    page.locator("#piece-revenue").press("Delete")
    expect(page.get_by_role("columnheader", name="Spodziewany przychód")).to_have_count(0)

    # By the mouse: from the columns to the rows, and a field out of the palette.
    page.locator("#piece-status").drag_to(zone(page, "rows"))
    expect(page).to_have_url(re.compile(r"rows=(sales_person.status|status.sales_person)$"))
    page.get_by_text("Wszystkie pola do przeciągania").click()
    page.locator('[data-palette] [data-name="city"]').drag_to(zone(page, "across"))
    expect(page).to_have_url(re.compile(r"across=city"))
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"across=city"))
    expect(labels(page)).to_have_count(9)


def test_folded_sorted_coloured_and_followed(new_page: Callable[..., Page], ewa: User, leads: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/?rows=sales_person.status&across=city")
    expect(labels(page)).to_have_count(9)
    page.get_by_role("button", name="Zwiń lub rozwiń: Ola Żak").press("Enter")
    expect(labels(page)).to_have_count(6)
    expect(page).to_have_url(re.compile(r"&fold=sales_person%3A\d+$"))
    page.reload()
    expect(labels(page)).to_have_count(6)
    page.get_by_role("button", name="Zwiń wszystkie", exact=True).click()
    expect(page).to_have_url(re.compile(r"&fold=\*$"))
    expect(labels(page)).to_have_text(["Marek Ćwik", "Ola Żak", "brak", "Razem"])
    page.get_by_role("columnheader", name="Razem").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Razem")).to_have_attribute("aria-sort", "descending")
    expect(labels(page)).to_have_text(["Ola Żak", "Marek Ćwik", "brak", "Razem"])  # still folded
    expect(page).to_have_url(re.compile(r"order=-count&fold=\*$"))
    page.goto("/reports/leads/?rows=sales_person&across=city.status")
    page.get_by_role("button", name="Zwiń lub rozwiń: Łódź").click()
    heads = page.locator("#report-table thead tr:nth-child(2) th:not([hidden])")
    expect(heads).to_have_text(["Razem", "Nowy", "Razem", "Wygrana", "Razem"])
    expect(page.locator("#report-table tbody tr").first.locator("td:not([hidden])")).to_have_count(6)
    page.get_by_role("button", name="Rozwiń wszystkie").click()
    expect(heads).to_have_count(7)
    page.goto("/reports/leads/?rows=sales_person&across=city&order=-count")
    page.get_by_role("button", name="Mapa ciepła").click()
    expect(page.locator("td.lj-heat-6").first).to_be_attached()
    page.get_by_role("button", name="Wartości").click()
    page.locator("#show-row").click()
    expect(page.locator("#report-table")).to_contain_text("66,7%")
    assert_accessible(page)

    page.get_by_role("button", name="Interwał dat").click()
    page.locator("#unfilter-received-this_year").click()
    expect(page.get_by_text("Żaden lead nie pasuje do filtrów")).to_be_visible()
    expect(page.locator('#lead-filter [name="received_in"]')).to_have_value("this_year")
    page.get_by_role("button", name="Interwał dat").click()
    own = page.locator("#unfilter-received")
    own.get_by_label("od", exact=True).fill("01.01.2020")
    own.get_by_role("button", name="Pokaż").click()
    expect(page).to_have_url(re.compile(r"/\?received_from=2020-01-01&rows="))
    expect(page.locator('#lead-filter [name="received_in"]')).to_have_value("")
    page.locator("#unfilter-1").click()
    expect(labels(page)).to_have_count(4)
    page.keyboard.press("F8")
    expect(page.locator("#lead-count")).to_have_text("4 leady")
    expect(page).to_have_url(re.compile(r"state=open.*rows=sales_person&across=city"))

    ola = page.locator("#report-table tr", has_text="Ola Żak")
    ola.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/leads/\?state=open&group=sales_person"))
    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page.locator(".lj-chips")).to_contain_text("Sprzedawca: Ola Żak")
    page.locator("#filter-mine + label").click()
    expect(page.locator("#lead-count")).to_have_text("0 leadów")
    expect(page.locator(".lj-chips")).to_contain_text("Sprzedawca: Ola Żak")


def test_a_chart_in_both_themes_and_on_paper(new_page: Callable[..., Page], ewa: User, leads: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/?rows=sales_person&across=status&measures=count.revenue")
    page.get_by_role("button", name="Bez wykresu").click()
    page.locator("#chart-stacked").click()
    chart = page.get_by_role("img", name=re.compile("Wykres: Liczba leadów"))
    expect(chart.locator("canvas")).to_be_visible()
    light = chart.screenshot()
    assert_accessible(page)
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark' }")
    expect(chart.locator("canvas")).to_be_visible()
    assert chart.screenshot() != light
    page.evaluate("() => { document.documentElement.dataset.theme = 'light' }")
    page.locator("#of-revenue").click()
    expect(page.get_by_role("img", name=re.compile("Wykres: Spodziewany przychód"))).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Wykres"))
    expect(chart.locator("canvas")).to_be_visible()
    chart.hover()

    page.emulate_media(media="print")
    expect(page.locator(".lj-sidebar")).to_be_hidden()
    expect(page.locator("[data-builder]")).to_be_hidden()
    expect(page.locator("#report-table")).to_be_visible()
    expect(page.get_by_role("heading", name="Raport leadów").last).to_be_visible()


def test_kept_and_shared(new_page: Callable[..., Page], ewa: User, ola: User, leads: None) -> None:
    page = new_page(ewa)
    page.goto("/reports/leads/?rows=sales_person&across=status")
    page.get_by_role("button", name="Zapisane raporty").click()
    page.locator("#report-create").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nazwa").fill("Zespół")
    dialog.get_by_label("Udostępnij wszystkim").check()
    assert_accessible(page, within="#modal")
    dialog.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_text("Zapisano raport „Zespół”.")).to_be_visible()
    saved = SavedReport.objects.get()
    assert (saved.query, saved.is_shared) == ("rows=sales_person&across=status", True)

    phone = new_page(ola, viewport=PHONE)
    phone.goto("/reports/leads/")
    phone.get_by_role("button", name="Zapisane raporty").click()
    phone.get_by_role("link", name="Zespół").click()
    expect(labels(phone)).to_have_text(["Marek Ćwik", "Ola Żak", "brak", "Razem"])
    expect(zone(phone, "rows")).to_be_hidden()
    phone.get_by_role("button", name="Układ raportu").click()
    phone.get_by_label("Dodaj miarę").select_option("revenue")
    expect(phone.get_by_role("columnheader", name="Spodziewany przychód").first).to_be_attached()
    expect(zone(phone, "measures")).to_be_visible()  # and stays
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page fits"
    assert_accessible(phone)
    phone.get_by_role("link", name="Tabela", exact=True).click()
    expect(phone.locator("tr[data-lead-id]")).to_have_count(5)
    assert_accessible(phone)
    phone.get_by_role("button", name="Zapisane raporty").click()
    expect(phone.get_by_role("button", name=re.compile("Zaktualizuj"))).to_have_count(0)
