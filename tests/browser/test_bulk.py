"""Bulk changes in a real browser: selecting, changing, undoing; with the mouse and with the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from leads.models import BulkRun, Lead
from leads.services import bulk
from leads.services.bulk_work import work_on
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User) -> list[Lead]:
    strict = rows.LeadTypeFactory(name="Przetarg", allows=[funnel.new])
    made = [LeadFactory(name=f"Lead {n}", status=funnel.new, sales_person=ola) for n in range(4)]
    return [*made, LeadFactory(name="Uparty", status=funnel.new, sales_person=ola, type=strict)]


def row_of(page: Page, lead: Lead):
    return page.locator(f"tr[data-lead-id='{lead.pk}']")


def test_select_change_and_undo(
    new_page: Callable[..., Page], ola: User, leads: list[Lead], funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    bar = page.get_by_role("region", name="Zaznaczone leady")
    expect(bar).to_be_hidden()

    row_of(page, leads[0]).get_by_role("checkbox").check()
    expect(bar).to_contain_text("Zaznaczono: 1")
    row_of(page, leads[3]).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(bar).to_contain_text("Zaznaczono: 4")
    row_of(page, leads[4]).get_by_role("checkbox").check()
    expect(page.get_by_label("Zaznacz całą stronę")).to_be_checked()
    assert_accessible(page)

    bar.get_by_role("button", name="Status", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Zmień 5 leadów")).to_be_visible()
    assert_accessible(page, within="#modal")
    dialog.locator("#id_value-ts-control").click()
    page.get_by_role("option", name="Propozycja").click()
    dialog.get_by_role("button", name="Zmień 5 leadów").click()

    expect(dialog).to_contain_text("4 zmienione, 1 odrzucony:")
    expect(dialog).to_contain_text("nie jest dozwolony dla typu „Przetarg”")
    expect(dialog.get_by_role("link", name=f"{leads[4].pk:06d} Uparty")).to_be_visible()
    assert_accessible(page, within="#modal")
    assert Lead.objects.filter(status=funnel.proposal).count() == 4
    expect(row_of(page, leads[0]).locator(".lj-col-status")).to_contain_text("Propozycja")
    expect(bar).to_be_hidden()

    dialog.get_by_role("button", name="Cofnij").click()
    page.locator("#confirm").get_by_role("button", name="Cofnij").click()
    expect(dialog).to_contain_text("4 cofnięte")
    assert Lead.objects.filter(status=funnel.new).count() == 5
    dialog.get_by_role("button", name="Zamknij").last.click()
    expect(row_of(page, leads[0]).locator(".lj-col-status")).to_contain_text("Nowy")


def test_with_the_keyboard_alone(
    new_page: Callable[..., Page], ola: User, leads: list[Lead], funnel: FunnelCast
) -> None:
    page = new_page(ola)
    page.goto("/leads/")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(row_of(page, leads[4]).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+X")
    bar = page.get_by_role("region", name="Zaznaczone leady")
    expect(bar).to_contain_text("Zaznaczono: 3")
    page.keyboard.press("x")
    expect(bar).to_contain_text("Zaznaczono: 2")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("x")

    bar.get_by_role("button", name="Porażka").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Powód porażki")).to_be_focused()
    page.keyboard.type("Za")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Oznacz 1 lead jako porażkę")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("1 zmieniony")
    assert Lead.objects.get(is_lost=True) == leads[2]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_all_that_match_over_the_pages_in_the_background(
    new_page: Callable[..., Page], ola: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "IN_REQUEST", 10)
    monkeypatch.setattr(bulk.work_on_bulk, "delay", lambda pk: None)
    for number in range(53):
        LeadFactory(name=f"Lead {number}", status=funnel.new, sales_person=ola)
    rows.LeadPriorityFactory(name="Pilny", colour="red")
    page = new_page(ola, viewport=PHONE)
    page.goto("/leads/?sort=id")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Zaznacz całą stronę").check()
    bar = page.get_by_role("region", name="Zaznaczone leady")
    expect(bar).to_contain_text("Zaznaczono: 50")
    page.locator("#page-after").click()
    expect(page.locator("tr[data-lead-id]")).to_have_count(3)
    expect(bar).to_contain_text("Zaznaczono: 50")
    page.locator("#page-before").click()
    bar.get_by_role("button", name="Zaznacz wszystkie pasujące").click()
    expect(bar).to_contain_text("Zaznaczono: 53")

    bar.get_by_role("button", name="Priorytet").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id_value-ts-control").click()
    page.get_by_role("option", name="Pilny").click()
    dialog.get_by_role("button", name="Zmień 53 leady").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    expect(dialog).to_contain_text("0 z 53 leadów")
    assert_accessible(page, within="#modal")
    assert not Lead.objects.exclude(priority=None).exists()

    work_on(BulkRun.objects.get().pk)
    expect(dialog).to_contain_text("53 zmienione")
    expect(dialog.get_by_role("button", name="Cofnij")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Ostatnia zmiana zbiorcza").click()
    expect(dialog).to_contain_text("Priorytet leadu: Pilny")
    expect(dialog).to_contain_text("53 zmienione")


def test_on_a_phone(new_page: Callable[..., Page], ola: User, leads: list[Lead]) -> None:
    page = new_page(ola, viewport=PHONE)
    page.goto("/leads/")
    row_of(page, leads[1]).get_by_role("checkbox").check()
    row_of(page, leads[2]).get_by_role("checkbox").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.get_by_role("region", name="Zaznaczone leady").get_by_role("button", name="Usuń", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 zaznaczone leady zostaną trwale usunięte. Tego nie można cofnąć.")
    dialog.get_by_role("button", name="Usuń 2 leady").click()
    expect(dialog).to_contain_text("2 usunięte")
    expect(dialog.get_by_role("button", name="Cofnij")).to_have_count(0)
    assert Lead.objects.count() == 3


def test_another_filter_ends_the_selection(new_page: Callable[..., Page], ola: User, leads: list[Lead]) -> None:
    page = new_page(ola)
    page.goto("/leads/")
    row_of(page, leads[1]).get_by_role("checkbox").check()
    bar = page.get_by_role("region", name="Zaznaczone leady")
    expect(bar).to_be_visible()

    page.keyboard.press("F6")

    expect(page.locator("#lead-count")).to_have_text("5 leadów")
    expect(bar).to_be_hidden()
    expect(row_of(page, leads[1]).get_by_role("checkbox")).not_to_be_checked()
