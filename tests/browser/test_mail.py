"""The tab Email in a real browser: worked off by keys, and safe to read whatever is in it; in Polish."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Request, expect

from communications.html.safe import sanitise_message
from communications.models import MailAccount, Message
from communications.services.linking import link_parsed
from crm.models import User
from leads.models import Lead
from tests.browser.conftest import PHONE, assert_accessible, expect_page
from tests.cast import FunnelCast
from tests.communications.tricks import BEACON, TRICKS
from tests.factories.calls import TelephonyFactory
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory

TEXT = "Dzień dobry, proszę o ofertę."


@pytest.fixture
def account(ola: User) -> MailAccount:
    return MailAccountFactory(name="Biuro")


def test_what_waits_is_worked_off_by_keys(
    new_page: Callable[..., Page], ola: User, account: MailAccount, funnel: FunnelCast
) -> None:
    lead = LeadFactory(name="Krzesła do biura", email="anna@klient.test", sales_person=ola)
    for subject, values in (
        ("Reklama", {"kind": "list"}),
        ("Re: Krzesła", {"from_address": "anna@klient.test", "from_name": "Anna Lis"}),
        ("Zapytanie o stoły", {"html": sanitise_message(f"<p>{TEXT}</p>")}),
    ):
        MessageFactory(account=account, subject=subject, text=TEXT, **values)
    page = new_page(ola)
    page.goto("/leads/emails/")
    rows = page.locator("#email-table tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator("#badge-emails")).to_have_text("3")

    # The row that has the focus is shown beside the list.
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_be_focused()
    pane = page.locator("#mail-pane")
    expect(pane.get_by_role("heading", name="Zapytanie o stoły")).to_be_visible()
    expect(pane.frame_locator("iframe").get_by_text(TEXT)).to_be_visible()
    assert_accessible(page)

    # D: the suggested lead is chosen already.
    page.keyboard.press("ArrowDown")
    expect(pane.get_by_role("button", name=re.compile("Dołącz do leadu .* Krzesła do biura"))).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#modal")).to_be_visible()
    expect(page.locator("#modal").get_by_role("radio")).to_be_checked()
    assert_accessible(page)
    page.keyboard.press("Control+s")
    expect(rows).to_have_count(2)
    expect(page.locator(".lj-toast")).to_contain_text("został dołączony")
    assert Message.objects.get(subject="Re: Krzesła").lead == lead

    # I: ignored, and taken back by the message that tells of it.
    rows.nth(1).focus()
    page.keyboard.press("i")
    expect(rows).to_have_count(1)
    expect(page.locator("#badge-emails")).to_have_text("1")
    page.get_by_role("button", name="Cofnij").last.click()
    expect(rows).to_have_count(2)

    # What comes in is shown without asking, and an answer on the lead by itself.
    new = MessageFactory(account=account, subject="Nowe pytanie")
    link_parsed(ids=[new.pk])
    expect(rows).to_have_count(3)
    expect(page.locator("#badge-emails")).to_have_text("3")

    # U: the lead's card opens.
    page.locator("#email-table tr", has_text="Zapytanie o stoły").focus()
    page.keyboard.press("u")
    expect_page(page, r"/leads/\d+/$")
    made = Lead.objects.get(name="Zapytanie o stoły")
    assert Message.objects.get(subject="Zapytanie o stoły").lead == made
    page.get_by_role("tab", name=re.compile("Email")).click()
    fold = page.locator("#lead-emails summary")
    expect(fold).to_contain_text("Jan Kowalski")
    fold.click()
    expect(page.locator("#lead-emails iframe")).to_be_visible()
    assert_accessible(page, within="#lead-emails")


def test_a_reply_is_new_until_it_is_read(
    new_page: Callable[..., Page], ola: User, account: MailAccount, funnel: FunnelCast
) -> None:
    lead = LeadFactory(name="Biurka", sales_person=ola, status=funnel.won)
    first = MessageFactory(account=account, lead=lead)
    reply = MessageFactory(account=account, subject="Re: Biurka", references=[first.message_id])
    link_parsed(ids=[reply.pk])

    TelephonyFactory()  # with its tab the row of tabs is wider than the phone
    page = new_page(ola, viewport=PHONE)
    page.goto("/")
    block = page.locator("[data-block=replies]")
    expect(block).to_contain_text("Re: Biurka")
    assert_accessible(page, within="[data-block=replies]")
    block.get_by_role("link", name=re.compile("Biurka")).last.click()
    fold = page.locator(f"#lead-emails .mail-fold[data-message-id='{reply.pk}']")
    expect(fold).to_have_class(re.compile("is-new"))
    fold.locator("summary").click()
    expect(fold).not_to_have_class(re.compile("is-new"))
    expect(fold.locator(".mail-text")).to_contain_text("proszę o ofertę")

    page.goto("/")
    expect(page.locator("#my-day")).to_contain_text("Żadna odpowiedź nie czeka na przeczytanie.")
    page.goto("/leads/emails/?ready=0")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("tr", has_text="Re: Biurka").locator(".mail-line").click()
    expect_page(page, f"/leads/emails/{reply.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_message_is_as_high_as_its_text(new_page: Callable[..., Page], ola: User, account: MailAccount) -> None:
    short = MessageFactory(account=account, html="<p>Dzień dobry</p>")
    table = '<table width="700" height="900" bgcolor="#eee"><tr><td style="height:100vh">Gazetka</td></tr></table>'
    long = MessageFactory(account=account, html=sanitise_message(f"{table}<p>{TEXT * 40}</p>"))
    inner = "frame => { const { scrollHeight, clientHeight } = frame.contentDocument.documentElement;"
    inner += " return scrollHeight - clientHeight }"
    page = new_page(ola)
    page.goto(f"/leads/emails/{short.pk}/")
    frame = page.locator(".mail-frame")
    expect(page.frame_locator(".mail-frame").get_by_text("Dzień dobry")).to_be_visible()
    page.wait_for_function("document.querySelector('.mail-frame').offsetHeight < 100")

    page.goto(f"/leads/emails/{long.pk}/")
    page.wait_for_function("document.querySelector('.mail-frame').offsetHeight > 1000")
    assert frame.evaluate(inner) <= 0
    wide = frame.evaluate("frame => frame.offsetHeight")
    page.set_viewport_size(PHONE)  # narrower, so higher; and its own bar for the wide table does not cover the text
    page.wait_for_function(f"document.querySelector('.mail-frame').offsetHeight > {wide}")
    assert frame.evaluate(inner) <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_nothing_of_a_message_runs_or_asks_for_anything(
    new_page: Callable[..., Page], ola: User, account: MailAccount
) -> None:
    picture = f'<p>Początek</p><img src="{BEACON}/obrazek.png" width="50" height="50" alt="obrazek">'
    # As it came, as if nobody had cleaned it when it was stored.
    message = MessageFactory(account=account, subject="Sztuczki", html=picture + "".join(TRICKS))
    page = new_page(ola)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.context.route(f"{BEACON}**", lambda route: route.fulfill(status=200, content_type="image/png", body=b""))

    page.goto(f"/leads/emails/{message.pk}/")
    frame = page.frame_locator(".mail-frame")
    expect(frame.get_by_text("Początek")).to_be_visible()
    page.wait_for_load_state("networkidle")

    own = str(page.context._impl_obj._options["baseURL"])
    assert [request.url for request in asked if not request.url.startswith((own, "data:"))] == []
    sandbox = page.locator(".mail-frame").get_attribute("sandbox")
    assert sandbox == "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    inside = page.frame(f"mail-frame-{message.pk}")
    assert inside is not None
    assert frame.locator("script, form, input, iframe, object, svg, style[media], base, meta[http-equiv]").count() == 0
    moved = "body => [...body.querySelectorAll('*')].filter(e => getComputedStyle(e).position !== 'static').length"
    assert frame.locator("body").evaluate(moved) == 0
    assert frame.locator("a[href^='https://ok.test']").first.get_attribute("rel") == "noopener noreferrer"
    # The page around it is whole: its buttons are where they were, its address is the same.
    expect(page.get_by_role("link", name="Oryginalna wiadomość")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Utwórz lead"))).to_be_visible()
    assert page.url.endswith(f"/leads/emails/{message.pk}/")

    # Images, and images alone, when they are asked for; they are not told who asks.
    with page.expect_request(lambda request: request.url.startswith(BEACON)):
        page.get_by_role("link", name="Pokaż obrazki").click()
    expect(frame.get_by_text("Początek")).to_be_visible()
    page.wait_for_load_state("networkidle")
    outside = [request for request in asked if request.url.startswith(BEACON)]
    assert {request.resource_type for request in outside} == {"image"}
    assert not any("referer" in request.headers for request in outside)
    assert settings.SESSION_COOKIE_NAME not in str([request.headers for request in outside])
