"""A real Chromium on a live server. A page that writes an error to its console fails its test."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from crm.models import User
from crm.sessions import SessionStore
from tests.infra.installation import until

# Playwright's loop runs in this thread; Django would take it for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED = "Failed to load resource: the server responded with a status of 4"
REFUSED_BY_HTMX = "Response Status Error Code 4"
CUT = ("Failed to load resource: net::ERR_INTERNET_DISCONNECTED", "htmx:sendError")  # what a test does to a page
DROPPED_BY_HTMX = ("htmx:sendAbort", "htmx:afterRequest")  # a request that a newer one took the place of
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; a condition is waited for, on a busy machine too

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """The system's Chromium; as root it must run without its sandbox."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "No Chromium: install it with `apt-get install chromium`."
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, transactional_db: None, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own: `new_page(user)`, with options of Playwright's contexts."""
    cache.clear()  # attempts to sign in, counted there, outlive a test
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _is_expected(message.text):
            errors.append(f"{message.text} ({message.location.get('url')})")

    def open_page(user: User | None = None, **options: object) -> Page:
        context = chromium.new_context(
            **{  # type: ignore[arg-type]
                "base_url": live_server.url,
                "locale": "pl-PL",
                "timezone_id": "Europe/Warsaw",
                "viewport": DESKTOP,
                "reduced_motion": "reduce",
                **options,
            }
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if user is not None:
            sign_in(page, user)
        return page

    yield open_page
    found = list(errors)  # what closing cuts off is no error
    for context in contexts:
        context.close()
    until(_nothing_is_answered, "A request of the closed pages is still being answered.")
    assert not found, f"The browser's console has errors: {found}"


def _nothing_is_answered() -> bool:
    """Whether no server works for a page that was left: emptying the tables meanwhile would be a deadlock."""
    if any("process_request_thread" in thread.name for thread in threading.enumerate()):  # those of the live server
        return False
    with connection.cursor() as cursor:  # the ASGI server is a process of its own
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone() == (0,)


def _is_expected(text: str) -> bool:
    # Chromium and HTMX report each answer of 4xx as an error; tests look at what the page says about it.
    return text.startswith(
        ("Failed to load resource: the server responded with a status of 4", REFUSED_BY_HTMX, *DROPPED_BY_HTMX, *CUT)
    )


def sign_in(page: Page, user: User) -> None:
    """Give the browser of `page` a session of `user`, without the login page."""
    client = Client()
    client.force_login(user)
    base_url = str(page.context._impl_obj._options["baseURL"])
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])


def expect_page(page: Page, address: str) -> None:
    """Wait until `page` has come to `address` (a pattern) and its scripts listen: the next keys go to them."""
    expect(page).to_have_url(re.compile(address))
    page.wait_for_load_state()


def box(element: Locator) -> FloatRect:
    """Where an element stands, in pixels of the window. Found and measured in one step: it may be drawn anew."""
    expect(element).to_be_visible()
    measured: FloatRect = element.evaluate_all(
        "([one]) => { const { x, y, width, height } = one.getBoundingClientRect(); return { x, y, width, height } }"
    )
    return measured


def end_session_at(page: Page, address: str, *, method: str = "POST") -> None:
    """Take the session away in the moment `page` sends its next such request (`address`: a pattern), as if it expired.

    Not before: a page that hears of others' changes asks by itself, and its dialog would stand over the next click.
    """
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]

    def end(route: Route) -> None:
        if route.request.method == method:
            SessionStore(key).delete()
        route.fallback()

    page.route(re.compile(address), end)


def assert_accessible(page: Page, *, within: str = "html") -> None:
    """No finding of axe-core, in the light and in the dark theme. The frame of a mail has no scripts, axe's neither."""
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "([root, rules]) => axe.run(root, { runOnly: rules, resultTypes: ['violations'], iframes: false })"
            ".then(result => result.violations.map(rule => "
            "`${rule.id}: ${rule.help}\\n`"
            " + rule.nodes.map(node => `    ${node.target} ${node.failureSummary}`).join('\\n')))",
            [within, RULES],
        )
        assert not found, f"{page.url} ({theme}):\n" + "\n".join(found)
    page.evaluate("() => { document.documentElement.dataset.theme = 'light' }")
