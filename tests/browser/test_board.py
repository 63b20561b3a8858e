"""The board in a real browser: the mouse, a finger, the keys, two people at once, a refusal, a lost connection."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from crm.models import LeadStatus, User
from leads.models import BoardPosition, Lead
from leads.services import update_lead
from tests.browser.conftest import PHONE, assert_accessible, box
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory


@pytest.fixture
def leads(funnel: FunnelCast, ola: User, marek: User) -> dict[str, Lead]:
    """Three new leads, the last made on top, and one in the next column."""
    red = rows.LeadPriorityFactory(name="Pilny", colour="red")
    return {
        "cement": LeadFactory(name="Cement", status=funnel.new, sales_person=marek, expected_revenue=100),
        "wózek": LeadFactory(name="Wózek", status=funnel.new, sales_person=ola, priority=red, expected_revenue=250),
        "regał": LeadFactory(name="Regał", status=funnel.new, sales_person=ola),
        "paleta": LeadFactory(name="Paleta", status=funnel.qualified, sales_person=ola),
    }


@pytest.fixture
def board(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> Iterator[Page]:
    """The board of Ola, ready."""
    page = new_page(ola)
    open_board(page)
    return page


def open_board(page: Page, query: str = "") -> None:
    page.goto(f"/leads/board/{query}")
    expect(page.locator(".board-total span").first).to_be_visible()


def column(page: Page, status: LeadStatus) -> Locator:
    return page.locator(f'.board-column[data-status-id="{status.pk}"]')


def card(page: Page, lead: Lead) -> Locator:
    return page.locator(f'.board-card[data-lead-id="{lead.pk}"]')


def expect_order(page: Page, status: LeadStatus, *names: str) -> None:
    expect(column(page, status).locator(".board-card-name")).to_have_text(list(names))


def take(page: Page, lead: Lead) -> None:
    """Press the mouse on a card, once it lies still, and begin to drag it."""
    card(page, lead).hover(position={"x": 40, "y": 12})
    place = box(card(page, lead))
    page.mouse.down()
    page.mouse.move(place["x"] + 60, place["y"] + 30, steps=4)
    expect(page.locator("#board")).to_have_class(re.compile("is-dragging"))


def over(page: Page, target: Locator, *, beneath: bool = False) -> None:
    place = box(target)
    y = place["y"] + (place["height"] + 14 if beneath else place["height"] * 0.3)
    page.mouse.move(place["x"] + place["width"] / 2, y, steps=12)
    page.mouse.move(place["x"] + place["width"] / 2 + 2, y + 1, steps=3)


def status_of(lead: Lead) -> LeadStatus:
    return Lead.objects.get(pk=lead.pk).status


def test_a_drag_moves_the_card_and_both_heads(
    board: Page, leads: dict[str, Lead], funnel: FunnelCast, ola: User
) -> None:
    expect(column(board, funnel.new).locator(".board-total")).to_contain_text("3 leady")
    expect(column(board, funnel.new).locator(".board-total")).to_contain_text("350,00 zł")

    with board.expect_response(lambda answer: answer.url.endswith("/move/")) as answer:
        take(board, leads["wózek"])
        over(board, card(board, leads["paleta"]), beneath=True)
        board.mouse.up()

    assert answer.value.status == 200
    expect_order(board, funnel.qualified, "Paleta", "Wózek")
    expect_order(board, funnel.new, "Regał", "Cement")
    expect(column(board, funnel.new).locator(".board-total")).to_contain_text("2 leady")
    expect(column(board, funnel.qualified).locator(".board-total")).to_contain_text("2 leady")
    expect(column(board, funnel.qualified).locator(".board-total")).to_contain_text("250,00 zł")
    expect(board.locator("#board-status")).to_contain_text("Wózek: Kwalifikacja.")
    expect(board.locator("#board")).not_to_have_class(re.compile("is-dragging"))
    assert status_of(leads["wózek"]) == funnel.qualified
    board.reload()
    expect_order(board, funnel.qualified, "Paleta", "Wózek")


def test_a_drag_within_a_column_is_kept_for_oneself(
    board: Page, new_page: Callable[..., Page], marek: User, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")

    with board.expect_response(lambda answer: answer.url.endswith("/move/")):
        take(board, leads["regał"])
        over(board, card(board, leads["cement"]), beneath=True)
        board.mouse.up()

    expect_order(board, funnel.new, "Wózek", "Cement", "Regał")
    board.reload()
    expect_order(board, funnel.new, "Wózek", "Cement", "Regał")
    other = new_page(marek)
    open_board(other)
    expect_order(other, funnel.new, "Regał", "Wózek", "Cement")


def test_forbidden_columns_are_closed_and_the_strip_closes(
    board: Page, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    kind = rows.LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.proposal, funnel.won, funnel.lost])
    Lead.objects.filter(pk=leads["wózek"].pk).update(type=kind)
    board.reload()
    expect(board.locator(".board-strip")).to_be_hidden()

    take(board, leads["wózek"])
    expect(column(board, funnel.qualified)).to_have_class(re.compile("is-closed"))
    expect(column(board, funnel.qualified)).to_contain_text("Niedozwolony dla typu tego leadu")
    expect(column(board, funnel.proposal)).not_to_have_class(re.compile("is-closed"))
    expect(board.locator(".board-strip")).to_be_visible()
    over(board, card(board, leads["paleta"]))
    board.mouse.up()
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    expect(board.locator("#toasts")).to_contain_text("Niedozwolony dla typu tego leadu")
    assert status_of(leads["wózek"]) == funnel.new
    assert not BoardPosition.objects.exists()

    with board.expect_response(lambda answer: answer.url.endswith("/move/")):
        take(board, leads["wózek"])
        over(board, board.locator(f'.board-zone[data-status-id="{funnel.won.pk}"]'))
        board.mouse.up()
    expect_order(board, funnel.new, "Regał", "Cement")
    assert status_of(leads["wózek"]) == funnel.won


def test_porazka_asks_for_the_reason(board: Page, leads: dict[str, Lead], funnel: FunnelCast) -> None:
    zone = board.locator(".board-zone[data-lost]")
    take(board, leads["regał"])
    over(board, zone)
    board.mouse.up()
    dialog = board.locator("#modal")
    expect(dialog).to_contain_text("Za drogo")
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    dialog.get_by_role("button", name="Anuluj").click()
    expect(dialog).to_be_hidden()
    assert status_of(leads["regał"]) == funnel.new

    take(board, leads["regał"])
    over(board, zone)
    board.mouse.up()
    dialog.get_by_role("button", name="Porażka").click()
    expect(dialog).to_contain_text("Wybierz powód porażki.")
    dialog.get_by_label("Za drogo").check()
    dialog.get_by_role("button", name="Porażka").click()
    expect(dialog).to_be_hidden()
    expect_order(board, funnel.new, "Wózek", "Cement")
    assert Lead.objects.get(pk=leads["regał"].pk).lost_reason == funnel.too_expensive


def test_keys_go_from_card_to_card_and_move_them(board: Page, leads: dict[str, Lead], funnel: FunnelCast) -> None:
    board.keyboard.press("ArrowDown")
    expect(card(board, leads["regał"]).locator(".board-card-name")).to_be_focused()
    board.keyboard.press("ArrowDown")
    expect(card(board, leads["wózek"]).locator(".board-card-name")).to_be_focused()

    board.keyboard.press("Alt+ArrowUp")
    expect_order(board, funnel.new, "Wózek", "Regał", "Cement")
    expect(card(board, leads["wózek"]).locator(".board-card-name")).to_be_focused()
    board.keyboard.press("Alt+ArrowRight")
    expect_order(board, funnel.qualified, "Wózek", "Paleta")
    expect(card(board, leads["wózek"]).locator(".board-card-name")).to_be_focused()
    expect(board.locator("#board-status")).to_contain_text("Wózek: Kwalifikacja.")
    assert status_of(leads["wózek"]) == funnel.qualified

    board.keyboard.press("Tab")
    board.keyboard.press("Enter")
    dialog = board.locator("#modal")
    expect(dialog.get_by_label("Kwalifikacja")).to_be_focused()
    board.keyboard.press("ArrowDown")
    expect(dialog.get_by_label("Propozycja")).to_be_checked()
    board.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect_order(board, funnel.proposal, "Wózek")
    assert status_of(leads["wózek"]) == funnel.proposal


def test_two_people_at_once_the_later_drop_is_told(
    board: Page, new_page: Callable[..., Page], marek: User, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    other = new_page(marek)
    open_board(other)
    board.route("**/changes/**", lambda route: route.abort("internetdisconnected"))  # Ola's board has not heard yet

    with other.expect_response(lambda answer: answer.url.endswith("/move/")):
        take(other, leads["wózek"])
        over(other, column(other, funnel.proposal).locator("[data-cards]"))
        other.mouse.up()
    expect_order(other, funnel.proposal, "Wózek")

    with board.expect_response(lambda answer: answer.url.endswith("/move/")) as answer:
        take(board, leads["wózek"])
        over(board, card(board, leads["paleta"]))
        board.mouse.up()
    assert answer.value.status == 409
    expect(board.locator("#toasts")).to_contain_text("Marek Ćwik")
    expect(board.locator("#toasts")).to_contain_text("Nowy → Propozycja")
    expect_order(board, funnel.proposal, "Wózek")
    expect_order(board, funnel.qualified, "Paleta")
    assert status_of(leads["wózek"]) == funnel.proposal


def test_a_refused_drop_goes_back_and_says_why(board: Page, leads: dict[str, Lead], funnel: FunnelCast) -> None:
    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_archived=True)

    take(board, leads["wózek"])
    over(board, column(board, funnel.proposal).locator("[data-cards]"))
    board.mouse.up()

    expect(board.locator("#toasts")).to_contain_text("Propozycja")
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    expect_order(board, funnel.proposal)
    assert status_of(leads["wózek"]) == funnel.new


def test_without_a_connection_the_card_goes_back_and_can_be_tried_again(
    board: Page, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    def fail(route: Route) -> None:
        route.abort("internetdisconnected")

    board.route("**/move/", fail)
    take(board, leads["wózek"])
    over(board, card(board, leads["paleta"]))
    board.mouse.up()
    expect(board.locator("#toasts")).to_contain_text("Brak połączenia")
    expect(board.locator("#board-status")).to_have_text("Karta wróciła na swoje miejsce.")
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    assert status_of(leads["wózek"]) == funnel.new

    board.unroute("**/move/", fail)
    take(board, leads["wózek"])
    over(board, card(board, leads["paleta"]), beneath=True)
    board.mouse.up()
    expect_order(board, funnel.qualified, "Paleta", "Wózek")
    expect(card(board, leads["wózek"])).not_to_have_class(re.compile("is-saving"))
    assert status_of(leads["wózek"]) == funnel.qualified


def test_changes_of_others_appear_without_reload(
    board: Page, marek: User, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    update_lead(lead=leads["wózek"], values={"status": funnel.proposal, "name": "Wózek nowy"}, by=marek)
    Lead.objects.filter(pk=leads["regał"].pk).update(status=funnel.won)
    fresh = LeadFactory(name="Świeży", status=funnel.new)

    board.evaluate(
        "ids => document.dispatchEvent(new CustomEvent('lejek:live', { detail: { kind: 'leads', ids, by: 0 } }))",
        [leads["wózek"].pk, leads["regał"].pk, fresh.pk],
    )

    expect_order(board, funnel.new, "Świeży", "Cement")
    expect_order(board, funnel.proposal, "Wózek nowy")
    expect(column(board, funnel.new).locator(".board-total")).to_contain_text("2 leady")


def test_the_filter_is_kept_between_list_and_board(board: Page, leads: dict[str, Lead], funnel: FunnelCast) -> None:
    board.keyboard.press("F6")
    expect_order(board, funnel.new, "Regał", "Wózek")
    expect(board).to_have_url(re.compile(r"/leads/board/\?mine=1$"))
    expect(column(board, funnel.new).locator(".board-total")).to_contain_text("2 leady")
    expect(board.locator("#filter-open")).to_be_disabled()

    board.get_by_role("link", name="Lista").click()
    expect(board).to_have_url(re.compile(r"/leads/\?mine=1$"))
    board.get_by_role("link", name="Kanban").click()
    expect_order(board, funnel.new, "Regał", "Wózek")
    board.get_by_role("link", name="Moje leady").click()
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    expect(board.get_by_text("Żaden otwarty lead")).to_be_hidden()
    board.goto("/leads/board/?q=nic")
    expect(board.get_by_text("Żaden otwarty lead nie pasuje do filtrów.")).to_be_visible()
    assert_accessible(board)
    board.locator("#board-unfilter").click()
    expect_order(board, funnel.new, "Regał", "Wózek", "Cement")
    expect(board.get_by_text("Żaden otwarty lead")).to_be_hidden()


def test_a_finger_drags_and_the_dialog_moves(
    new_page: Callable[..., Page], ola: User, leads: dict[str, Lead], funnel: FunnelCast
) -> None:
    page = new_page(ola, viewport=PHONE, has_touch=True, is_mobile=True)
    open_board(page)
    touch = page.context.new_cdp_session(page)
    taken, target = box(card(page, leads["regał"])), box(card(page, leads["cement"]))
    x, y = taken["x"] + 100, taken["y"] + 15

    def send(kind: str, at: float | None) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if at is None else [{"x": x, "y": at}]})

    send("touchStart", y)
    expect(page.locator(".board-card.sortable-chosen")).to_have_count(1)  # held long enough
    end = target["y"] + target["height"] * 0.8
    for step in range(1, 11):
        send("touchMove", y + (end - y) * step / 10)
    expect(page.locator("#board")).to_have_class(re.compile("is-dragging"))
    with page.expect_response(lambda answer: answer.url.endswith("/move/")):
        send("touchEnd", None)
    expect_order(page, funnel.new, "Wózek", "Cement", "Regał")
    assert BoardPosition.objects.filter(user=ola, lead=leads["regał"]).exists()

    card(page, leads["regał"]).get_by_role("button", name="Przenieś lead").tap()
    dialog = page.locator("#modal")
    dialog.get_by_label("Na górze").check()
    dialog.get_by_role("button", name="Przenieś", exact=True).tap()
    expect(dialog).to_be_hidden()
    expect_order(page, funnel.new, "Regał", "Wózek", "Cement")


def test_nothing_hinders_anybody(new_page: Callable[..., Page], ola: User, leads: dict[str, Lead]) -> None:
    page = new_page(ola)
    open_board(page)
    assert_accessible(page)
    card(page, leads["wózek"]).hover()
    card(page, leads["wózek"]).get_by_role("button", name="Przenieś lead").click()
    expect(page.locator("#modal").get_by_label("Nowy")).to_be_focused()
    assert_accessible(page, within="#modal")
    phone = new_page(ola, viewport=PHONE)
    open_board(phone)
    assert_accessible(phone)


@pytest.mark.long
def test_a_column_of_five_thousand_is_scrolled_to_its_end(
    new_page: Callable[..., Page], ola: User, funnel: FunnelCast
) -> None:
    Lead.objects.bulk_create([Lead(name=f"Lead {n}", status=funnel.new) for n in range(5000)], batch_size=1000)
    first = Lead.objects.order_by("pk").first()
    assert first
    page = new_page(ola)
    open_board(page)
    cards = column(page, funnel.new).locator("[data-cards]")
    shown = 0
    while cards.locator(".board-more").count():
        shown = cards.locator(".board-card").count()
        cards.evaluate("list => { list.scrollTop = list.scrollHeight }")
        page.wait_for_function(
            "([id, shown]) => document.querySelectorAll(`[data-status-id='${id}'] .board-card`).length > shown",
            arg=[funnel.new.pk, shown],
        )
    expect(cards.locator(".board-card")).to_have_count(5000)
    expect(card(page, first)).to_be_visible()
    ids = cards.locator(".board-card").evaluate_all("cards => cards.map(card => Number(card.dataset.leadId))")
    assert ids == sorted(ids, reverse=True)
