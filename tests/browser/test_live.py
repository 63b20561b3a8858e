"""Open pages learn of what others do, on the real ASGI server: one stream a browser, handed over, resumed or polled."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from crm.live.publish import CHANNEL, client
from crm.models import NotificationKind, SystemSettings, User, Visibility
from crm.services.notifications import notify
from leads.models import Lead
from leads.services import create_lead, delete_lead, update_lead
from leads.services.activities import plan_activity
from leads.services.comments import add_comment
from tests.asgi import AsgiServer
from tests.browser.conftest import PATIENCE, PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.crm import ActivityTypeFactory, LeadPriorityFactory
from tests.factories.leads import LeadFactory

Browse = Callable[..., Page]


@pytest.fixture
def browse(new_page: Browse, asgi_server: AsgiServer) -> Browse:
    """A page of the ASGI server."""

    def open_page(user: User, path: str, **options: object) -> Page:
        page = new_page(user, base_url=asgi_server.url, **options)
        page.goto(path)
        return page

    return open_page


def _state(page: Page, name: str) -> None:
    expect(page.locator(f"html[data-live='{name}']")).to_be_attached()


def _row(page: Page, pk: int) -> object:
    return page.locator(f"#lead-table tr[data-lead-id='{pk}']")


def test_a_changed_row_is_renewed_in_its_place(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    priority = LeadPriorityFactory(colour="red")
    leads = [LeadFactory(name=f"Lead {number}", status=funnel.new, sales_person=ola) for number in range(40)]
    page = browse(ola, "/leads/")
    _state(page, "stream")
    page.evaluate("window.sameDocument = true")
    changed = _row(page, leads[5].pk)
    kept = _row(page, leads[3].pk)
    if kept.locator("input[type=checkbox]").count():
        kept.locator("input[type=checkbox]").check()
    changed.focus()
    page.evaluate("window.scrollTo(0, 300)")
    place = page.evaluate("window.scrollY + document.querySelector('.lj-table-wrap').scrollTop")
    update_lead(lead=leads[5], values={"name": "Zmieniony", "status": funnel.qualified, "priority": priority}, by=ewa)
    expect(changed).to_contain_text("Zmieniony")
    expect(changed).to_contain_text("Kwalifikacja")
    expect(changed).to_have_class("lj-priority-red")
    expect(changed).to_be_focused()
    if kept.locator("input[type=checkbox]").count():
        expect(kept.locator("input[type=checkbox]")).to_be_checked()
    assert page.evaluate("window.scrollY + document.querySelector('.lj-table-wrap').scrollTop") == place
    assert page.evaluate("window.sameDocument")
    delete_lead(lead=leads[4], by=ewa)
    gone = _row(page, leads[4].pk)
    expect(gone).to_contain_text("Usunięty")
    expect(gone).to_have_class("is-gone")
    assert_accessible(page)


def test_an_open_cell_is_left_alone(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, "/leads/")
    _state(page, "stream")
    row = _row(page, lead.pk)
    row.focus()
    page.keyboard.press("e")
    cell = row.locator("[data-cell-form]")
    expect(cell).to_be_visible()
    update_lead(lead=lead, values={"name": "Hala"}, by=ewa)
    expect(row).to_contain_text("Hala")
    expect(cell).to_be_visible()


def test_tab_saves_an_open_cell_whose_row_was_renewed(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, "/leads/")
    _state(page, "stream")
    held: list[Route] = []
    page.route("**/leads/rows/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/leads/rows/**"):
        update_lead(lead=lead, values={"name": "Hala"}, by=ewa)
    row = _row(page, lead.pk)
    row.focus()
    page.keyboard.press("e")
    expect(row.get_by_label("Status leadu")).to_be_focused()
    held[0].continue_()
    expect(row).to_contain_text("Hala")

    page.keyboard.type("Prop")
    page.keyboard.press("Tab")
    expect(row.get_by_label("Sprzedawca")).to_be_focused()
    expect(row.locator(".lj-col-status")).to_contain_text("Propozycja")
    assert Lead.objects.get(pk=lead.pk).status == funnel.proposal


def test_new_leads_are_told_of_not_pushed_in(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new, sales_person=ola)
    page = browse(ola, "/leads/?mine=1")
    _state(page, "stream")
    create_lead(values={"name": "Cudzy", "sales_person": ewa}, by=ewa)
    create_lead(values={"name": "Nowość", "sales_person": ola}, by=ewa)
    news = page.get_by_role("link", name="1 nowy lead – pokaż")
    expect(news).to_be_visible()
    expect(page.locator("#lead-table")).not_to_contain_text("Nowość")
    assert_accessible(page)
    news.click()
    expect(page.locator("#lead-table")).to_contain_text("Nowość")
    expect(page.locator("#lead-table")).not_to_contain_text("Cudzy")
    expect(page.locator("#lead-news")).to_be_empty()


def test_a_stranger_sees_nothing_of_it(browse: Browse, ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    row = SystemSettings.objects.current()
    row.sales_visibility = Visibility.OWN
    row.save()
    lead, own = (LeadFactory(status=funnel.new, sales_person=person) for person in (ola, marek))
    page = browse(marek, "/leads/")
    _state(page, "stream")
    page.evaluate("document.addEventListener('lejek:live', ({ detail }) => { (window.heard ??= []).push(detail.ids) })")
    update_lead(lead=lead, values={"name": "Tajny"}, by=ewa)
    update_lead(lead=own, values={"name": "Własny"}, by=ewa)
    expect(_row(page, own.pk)).to_contain_text("Własny")
    assert page.evaluate("window.heard") == [[own.pk]]
    expect(page.locator("body")).not_to_contain_text("Tajny")


def test_the_card_says_that_it_is_out_of_date(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, f"/leads/{lead.pk}/")
    _state(page, "stream")
    page.get_by_label("Nazwa", exact=True).fill("Moja nazwa")
    update_lead(lead=lead, values={"email": "biuro@firma.pl"}, by=ewa)
    expect(page.locator("#lead-notice")).to_contain_text("Ewa Lis")
    expect(page.get_by_label("Nazwa", exact=True)).to_have_value("Moja nazwa")
    delete_lead(lead=lead, by=ewa)
    expect(page.locator("#lead-gone")).to_be_visible()
    expect(page.get_by_label("Nazwa", exact=True)).to_have_value("Moja nazwa")


def test_the_blocks_of_the_card_follow(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, f"/leads/{lead.pk}/")
    _state(page, "stream")
    draft = page.locator("#comments textarea").first
    draft.fill("Piszę właśnie")
    add_comment(lead=lead, text="Klient dzwonił", by=ewa)
    values = {"type": ActivityTypeFactory(), "summary": "Oddzwonić", "due_on": timezone.localdate()}
    plan_activity(of=lead, values=values, by=ewa)
    expect(page.locator("#comment-list")).to_contain_text("Klient dzwonił")
    expect(page.locator("#comment-count")).to_have_text("1")
    expect(page.locator("#activities")).to_contain_text("Oddzwonić")
    expect(draft).to_have_value("Piszę właśnie")
    expect(page.locator("#lead-notice .lj-alert")).to_have_count(0)


def test_a_late_answer_takes_no_comment_away(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, f"/leads/{lead.pk}/")
    _state(page, "stream")
    expect(page.locator("#comment-form")).to_be_visible()
    address = f"**/leads/{lead.pk}/comments/"
    early = page.request.get(f"/leads/{lead.pk}/comments/", headers={"HX-Request": "true"})
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    with page.expect_request(address):
        add_comment(lead=lead, text="Klient dzwonił", by=ewa)
    page.get_by_label("Komentarz", exact=True).fill("Oddzwonię jutro")
    page.get_by_role("button", name="Dodaj komentarz").click()
    expect(page.locator("#comment-list")).to_contain_text("Oddzwonię jutro")
    held[0].fulfill(response=early)

    expect(page.locator("#comment-list")).to_contain_text("Klient dzwonił")
    expect(page.locator("#comment-list .comment")).to_have_count(2)
    expect(page.locator("#comment-list")).to_contain_text("Oddzwonię jutro")
    expect(page.locator("#comment-count")).to_have_text("2")


def test_ones_own_save_is_no_news(browse: Browse, ola: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, f"/leads/{lead.pk}/")
    _state(page, "stream")
    page.get_by_label("Nazwa", exact=True).fill("Moja nazwa")
    with page.expect_response(lambda response: "/notice/" in response.url) as asked:
        page.keyboard.press("Control+s")
    assert asked.value.status == 204
    expect(page.locator("#lead-notice .lj-alert")).to_have_count(0)


def test_eight_tabs_share_one_stream(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    first = browse(ola, "/leads/")
    _state(first, "stream")
    tabs = [first.context.new_page() for _ in range(7)]
    for tab in tabs:
        tab.goto("/leads/")
        _state(tab, "follow")
    opened: list[str] = []
    first.context.on("request", lambda request: opened.append(request.url) if "/live/" in request.url else None)
    update_lead(lead=lead, values={"name": "Dla wszystkich"}, by=ewa)
    for tab in (first, *tabs):
        tab.bring_to_front()
        expect(_row(tab, lead.pk)).to_contain_text("Dla wszystkich")
    assert opened == []
    # The tab that reads the stream is closed: another one takes over, and misses nothing.
    first.close()
    update_lead(lead=lead, values={"name": "Po zamknięciu"}, by=ewa)
    for tab in tabs:
        tab.bring_to_front()
        expect(_row(tab, lead.pk)).to_contain_text("Po zamknięciu")
    states = [tab.evaluate("document.documentElement.dataset.live") for tab in tabs]
    assert sorted(states) == [*["follow"] * 6, "stream"]


def test_the_stream_goes_on_when_redis_is_back(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, "/leads/")
    _state(page, "stream")
    for connection in client().client_list(_type="pubsub"):
        client().client_kill_filter(_id=connection["id"])
    update_lead(lead=lead, values={"name": "Tymczasem"}, by=ewa)
    expect(_row(page, lead.pk)).to_contain_text("Tymczasem")
    update_lead(lead=lead, values={"name": "Potem"}, by=ewa)
    expect(_row(page, lead.pk)).to_contain_text("Potem")
    assert client().pubsub_numsub(CHANNEL)[0][1] >= 1


def test_the_board_follows(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = browse(ola, "/leads/board/")
    _state(page, "stream")
    update_lead(lead=lead, values={"name": "Hala", "status": funnel.qualified}, by=ewa)
    column = page.locator(f"[data-status-id='{funnel.qualified.pk}']").first
    expect(column).to_contain_text("Hala")


@pytest.mark.parametrize("without", ["streams", "locks"])
def test_polling_takes_the_place_of_streams(
    new_page: Browse, asgi_server: AsgiServer, ola: User, ewa: User, funnel: FunnelCast, without: str
) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=ola)
    page = new_page(ola, base_url=asgi_server.url)
    no_locks = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"
    if without == "locks":
        page.add_init_script(no_locks)
    else:
        page.route("**/live/?*", lambda route: route.fulfill(status=204))
    page.goto("/leads/")
    _state(page, "poll")
    update_lead(lead=lead, values={"name": "Zapytany"}, by=ewa)
    expect(_row(page, lead.pk)).to_contain_text("Zapytany", timeout=PATIENCE)


def test_the_bell_rings(browse: Browse, ola: User, ewa: User, funnel: FunnelCast) -> None:
    page = browse(ola, "/leads/", viewport=PHONE)
    _state(page, "stream")
    bell = page.locator("#bell")
    expect(bell.locator(".lj-bell-count")).to_have_count(0)
    notify(user=ola, kind=NotificationKind.MENTION, what="000001 Biuro", url="/partners/", by=ewa, details="@Ola!")
    expect(bell.locator(".lj-bell-count")).to_have_text("1")
    bell.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#bell-menu")
    expect(menu).to_contain_text("Wspomniano o Tobie: 000001 Biuro")
    assert_accessible(page, within="#bell-menu")  # what it lies over is partly out of reach meanwhile
    notify(user=ola, kind=NotificationKind.MENTION, what="000002 Hala", url="/partners/", by=ewa)
    expect(menu).to_contain_text("000002 Hala")  # also while it is open
    menu.get_by_role("link", name="000001 Biuro").click()
    page.wait_for_url("**/partners/")
    expect(page.locator("#bell .lj-bell-count")).to_have_text("1")
    page.goto("/notifications/")
    assert_accessible(page)
    page.get_by_role("button", name="Oznacz wszystkie jako przeczytane").first.click()
    expect(page.locator(".is-unread")).to_have_count(0)
    expect(page.locator("#bell .lj-bell-count")).to_have_count(0)
