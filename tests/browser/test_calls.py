"""Połączenia in a real browser: the tab worked off by keys, and a call that rings, on the real ASGI server."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from communications.models import Call, TelephonyAccount
from communications.telephony.simulator import ANSWERED, Beat, Simulated
from crm.models import User
from leads.models import Lead
from tests.asgi import AsgiServer
from tests.browser.conftest import PHONE, assert_accessible
from tests.cast import FunnelCast
from tests.factories.calls import CallFactory, TelephonyFactory
from tests.factories.leads import LeadFactory

Browse = Callable[..., Page]
NUMBER = "+48600100200"


@pytest.fixture
def calls(ola: User, funnel: FunnelCast) -> list[Call]:
    """Five calls, the newest first; the first one's number is that of a lead."""
    account, now = TelephonyFactory(), timezone.now()
    LeadFactory(name="Regały do hali", status=funnel.new, phone="600 100 200", phone_e164=NUMBER, sales_person=ola)
    LeadFactory(name="Wózek widłowy", status=funnel.new, sales_person=ola)
    return [
        CallFactory(
            account=account,
            employee=ola,
            number=f"+486001002{n:02d}",
            started_at=now - timedelta(minutes=20 + n),
            result="no_answer" if n == 1 else "answered",
        )
        for n in range(5)
    ]


def test_calls_are_worked_off_by_keys(new_page: Browse, ola: User, calls: list[Call]) -> None:
    page = new_page(ola)
    page.goto("/leads/calls/")
    badge, rows = page.locator("#badge-calls"), page.locator("#call-table tbody tr")
    expect(badge).to_have_text("5")
    expect(rows.nth(1)).to_contain_text("nieodebrane")
    assert_accessible(page)

    # Dołącz: the suggested lead is chosen; Enter is enough.
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#modal")).to_contain_text("Regały do hali")
    assert_accessible(page, within="#modal")
    page.keyboard.press("Enter")
    expect(badge).to_have_text("4")
    expect(page.locator(".lj-toast").first).to_contain_text("dołączono do leadu")
    assert Call.objects.get(pk=calls[0].pk).lead == Lead.objects.get(name="Regały do hali")

    # The next row has the focus. Another lead is searched for.
    expect(page.locator(f"#call-{calls[1].pk}")).to_be_focused()
    page.keyboard.press("d")
    page.locator("#attach-search").fill("wozek")
    expect(page.locator("#attach-leads")).to_contain_text("Wózek widłowy")
    page.keyboard.press("Enter")
    expect(badge).to_have_text("3")
    assert Call.objects.get(pk=calls[1].pk).lead == Lead.objects.get(name="Wózek widłowy")

    # Ignorowany, one and several, and the way back.
    expect(page.locator(f"#call-{calls[2].pk}")).to_be_focused()
    page.keyboard.press("i")
    expect(badge).to_have_text("2")
    expect(page.locator(f"#call-{calls[3].pk}")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+X")
    expect(page.locator("#inbox-bulk [data-bulk-count]")).to_have_text("2")
    assert_accessible(page)
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Żadne połączenie nie czeka")).to_be_visible()
    expect(badge).to_be_hidden()
    assert_accessible(page)
    page.locator(".lj-toast").last.get_by_role("button", name="Cofnij").click()
    expect(badge).to_have_text("2")
    assert Call.objects.filter(ignored_by=ola).count() == 1

    # Without Gotowy all are there; Utwórz opens the card of the new lead.
    page.locator("#filter-ready").click()
    expect(rows).to_have_count(5)
    expect(page).to_have_url(re.compile(r"ready=0"))
    page.locator(f"#call-{calls[3].pk}").focus()
    page.keyboard.press("u")
    expect(page.locator("#id_phone")).to_have_value("600 100 203")
    page.get_by_role("tab", name="Połączenia").click()
    expect(page.locator("#lead-calls")).to_contain_text("600 100 203")
    assert_accessible(page)


def test_on_a_phone(new_page: Browse, ola: User, calls: list[Call]) -> None:
    page = new_page(ola, viewport=PHONE, has_touch=True)
    page.goto("/leads/calls/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.locator(f"#call-{calls[0].pk} [data-inbox-attach]").tap()
    page.locator("#modal").get_by_role("button", name="Dołącz", exact=True).tap()
    expect(page.locator("#badge-calls")).to_have_text("4")
    page.goto(f"/leads/calls/{calls[0].pk}/")

    expect(page.locator("#call-card")).to_contain_text("Regały do hali")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)


def test_a_call_that_rings_opens_the_callers_lead(
    new_page: Browse, asgi_server: AsgiServer, ola: User, marek: User, funnel: FunnelCast
) -> None:
    cache.clear()
    ola.phone_extension = "101"
    ola.save()
    account = TelephonyFactory()
    lead = LeadFactory(name="Regały do hali", status=funnel.new, phone="600100200", phone_e164=NUMBER)
    page = _listening(new_page, asgi_server, ola)
    other = _listening(new_page, asgi_server, marek)

    # Within a second of the notification; the first of three may find a busy machine.
    times = []
    for _ in range(3):
        call = Simulated("generic", account.credentials, ANSWERED, NUMBER, "101")
        _send(asgi_server, call, Beat(0, "started"))
        sent = time.time()
        _send(asgi_server, call, Beat(0, "ringing"))
        pop = page.locator(f"#call-pop-{Call.objects.get(external_id=call.call_id).pk}")
        expect(pop).to_contain_text("Połączenie przychodzące")
        times.append(page.evaluate("window.shownAt") / 1000 - sent)
        if len(times) < 3:
            pop.get_by_role("button", name="Zamknij").click()
            expect(pop).to_have_count(0)
    assert min(times) < 1, times

    expect(pop.get_by_role("link", name=re.compile("Regały do hali"))).to_have_attribute("href", f"/leads/{lead.pk}/")
    expect(other.locator("[data-call-pop]")).to_have_count(0)
    assert_accessible(page)
    # It stays when another page is opened, tells how the call goes, and is linked from there.
    page.goto("/partners/")
    expect(pop).to_contain_text("Połączenie przychodzące")
    _send(asgi_server, call, Beat(0, "answered"))
    expect(pop).to_contain_text("Trwa")
    pop.get_by_role("button", name=re.compile("Dołącz do")).click()
    expect(pop.get_by_role("button", name=re.compile("Dołącz do"))).to_have_count(0)
    assert Call.objects.get(external_id=call.call_id).lead == lead
    # By keys it is closed, and does not come back.
    pop.get_by_role("button", name="Zamknij").focus()
    page.keyboard.press("Escape")
    expect(pop).to_have_count(0)
    page.goto("/leads/")
    expect(page.locator("#badge-calls")).to_have_text("2")
    expect(page.locator("[data-call-pop]")).to_have_count(0)


def test_of_an_unknown_number_a_lead_is_made(
    new_page: Browse, asgi_server: AsgiServer, ola: User, funnel: FunnelCast
) -> None:
    cache.clear()
    ola.phone_extension = "101"
    ola.save()
    account: TelephonyAccount = TelephonyFactory()
    page = _listening(new_page, asgi_server, ola, viewport=PHONE)
    call = Simulated("generic", account.credentials, ANSWERED, "+48699000111", "101")
    _send(asgi_server, call, Beat(0, "ringing"))
    pop = page.locator("[data-call-pop]")
    expect(pop).to_contain_text("Nie znamy nikogo z tym numerem")
    assert_accessible(page)

    pop.get_by_role("button", name="Utwórz").click()

    expect(page.locator("#id_phone")).to_have_value("699 000 111")
    assert Lead.objects.get().sales_person == ola


def _listening(new_page: Browse, server: AsgiServer, user: User, **options: Any) -> Page:
    page = new_page(user, base_url=server.url, **options)
    page.goto("/leads/")
    expect(page.locator("html[data-live='stream']")).to_be_attached()
    page.evaluate(
        "() => new MutationObserver(() => { window.shownAt = Date.now() })"
        ".observe(document.getElementById('call-pops'), { childList: true })"
    )
    return page


def _send(server: AsgiServer, call: Simulated, beat: Beat) -> None:
    body, headers = call.request(beat)
    answer = httpx.post(f"{server.url}/webhooks/telephony/generic/", content=body, headers=headers, timeout=30)
    assert answer.status_code == 200, (answer.text, datetime.now(UTC))
