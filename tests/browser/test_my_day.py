"""Mój dzień in a real browser: rows are dealt with in their place, by mouse and by keys; in Polish."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import ActivityType, User
from leads.models import Activity, Lead
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User) -> dict[str, Lead]:
    now, today = timezone.now(), timezone.localdate()
    common = {"status": funnel.new, "sales_person": ola, "description": "<p>Opis</p>"}
    late = today - timedelta(days=3)
    leads = {
        "cement": LeadFactory(name="Cement", **common, expected_close=late),
        "piasek": LeadFactory(name="Piasek", **common, expected_close=late + timedelta(days=1)),
        "wapno": LeadFactory(name="Wapno", **{**common, "description": ""}, expected_close=today),
        "gips": LeadFactory(name="Gips", **common, expected_close=today, status_entered_at=now - timedelta(days=30)),
    }
    kind = ActivityType.objects.create(name="Telefon", icon="phone", colour="blue")
    Activity.objects.create(summary="Zadzwonić", type=kind, due_on=today, assignee=ola, lead=leads["gips"])
    return leads


def test_the_day_is_worked_off(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/")
    overdue = page.locator("[data-block=overdue]")
    expect(overdue.locator(".lj-count")).to_have_text("2")
    assert_accessible(page)

    # By keys: to the first row, to its button, a quick choice.
    overdue.get_by_role("link", name="Cement").focus()
    page.keyboard.press("ArrowDown")
    expect(overdue.get_by_role("link", name="Piasek")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name=re.compile("Za tydzień"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(overdue.locator(".lj-count")).to_have_text("1")
    expect(page.locator(".lj-toast").first).to_contain_text("spodziewane zamknięcie")
    expect(overdue.get_by_role("link", name="Piasek")).to_be_focused()
    assert Lead.objects.get(pk=leads["cement"].pk).expected_close == timezone.localdate() + timedelta(days=7)

    # It was the wrong row: back, and once more.
    page.get_by_role("button", name="Cofnij").click()
    expect(overdue.locator(".lj-count")).to_have_text("2")
    assert Lead.objects.get(pk=leads["cement"].pk).expected_close == leads["cement"].expected_close
    Lead.objects.filter(pk=leads["cement"].pk).update(expected_close=timezone.localdate())
    page.reload()

    # In a dialog: a description, a status.
    page.get_by_role("button", name=re.compile("Opisz lead")).click()
    page.locator("#modal trix-editor").click()
    page.keyboard.type("Wysłać ofertę")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-block=undescribed]")).to_have_count(0)
    expect(page.get_by_text("Każdy lead ma opis.")).to_be_visible()
    assert "Wysłać ofertę" in Lead.objects.get(pk=leads["wapno"].pk).description

    page.locator("[data-block=stuck]").get_by_role("button", name=re.compile("Zmień status")).click()
    assert_accessible(page, within="#modal")
    page.locator("#modal select").select_option(label="Porażka")
    page.keyboard.press("Control+s")
    expect(page.locator("#modal")).to_contain_text("Wybierz powód porażki.")
    page.get_by_label("Powód porażki").select_option(label="Za drogo")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-block=stuck]")).to_have_count(0)
    assert Lead.objects.get(pk=leads["gips"].pk).is_lost

    # An activity, and the last lead: then everything is done.
    page.get_by_role("button", name="Oznacz jako wykonane: Zadzwonić").click()
    page.locator("#modal textarea").fill("Odebrał")
    page.locator("#modal").get_by_role("button", name="Wykonane", exact=True).click()
    expect(page.locator("[data-block=activities]")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Termin")).click()
    page.get_by_role("button", name=re.compile("Koniec kwartału")).click()
    expect(page.get_by_role("heading", name="Wszystko zrobione")).to_be_visible()
    assert_accessible(page)


def test_what_another_did_is_not_overwritten(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/")
    Lead.objects.filter(pk=leads["cement"].pk).update(name="Cement biały")

    page.locator("[data-block=overdue]").get_by_role("button", name=re.compile("^Termin")).first.click()
    page.get_by_role("button", name=re.compile("Za tydzień")).click()

    expect(page.locator(".lj-toast")).to_contain_text("Ktoś inny zapisał")
    expect(page.get_by_role("link", name="Cement biały")).to_be_visible()
    assert Lead.objects.get(pk=leads["cement"].pk).expected_close == leads["cement"].expected_close


def test_on_a_phone(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola, viewport=PHONE, has_touch=True)
    page.goto("/")

    expect(page.locator("[data-block=overdue]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name=re.compile("^Termin")).first.tap()
    page.get_by_role("button", name=re.compile("Za miesiąc")).tap()

    expect(page.locator("[data-block=overdue] .lj-count")).to_have_text("1")


def test_all_of_a_block_stand_in_the_list(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    page.goto("/")

    page.get_by_role("link", name="Pokaż wszystkie: Po spodziewanym zamknięciu").click()

    expect(page.locator("#lead-count")).to_have_text("2 leady")
    expect(page.get_by_role("link", name="Do zrobienia: po spodziewanym zamknięciu")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(r":\d+/$"))
