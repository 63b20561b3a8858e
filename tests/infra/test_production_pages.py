"""Production for real: its web server with hashed static files, seen by a browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from config.env import BASE_DIR
from crm.embedded import commands
from tests.infra.installation import Installation, free_port, until
from tests.infra.test_production import GOOD

pytestmark = pytest.mark.long


@pytest.fixture
def production(installation: Installation, tmp_path: Path) -> Iterator[str]:
    """The address of a web server with production's settings, behind something that ended TLS."""
    addresses = dict(line.split("=", 1) for line in installation.call("start").stdout.splitlines())
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **GOOD,
        **addresses,
        "DJANGO_SETTINGS_MODULE": "tests.infra.production_settings",
        "TEST_STATIC_ROOT": str(tmp_path / "static"),
        "ALLOWED_HOSTS": "localhost",
        "BEHIND_TLS_PROXY": "true",
    }
    for command in (["collectstatic", "--noinput"], ["migrate"]):
        subprocess.run([sys.executable, "manage.py", *command, "-v0"], cwd=BASE_DIR, env=environment, check=True)
    port = free_port()
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / word) if word == "granian" else word
         for word in commands.web(host="127.0.0.1", port=port)],
        cwd=BASE_DIR, env=environment,
    )  # fmt: skip
    try:
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(30)


def test_pages_come_with_all_their_files_and_no_error(production: str) -> None:
    with ThreadPoolExecutor(1) as pool:  # the browser of another test may have its loop in this thread
        title, files, wrong = pool.submit(_open_login, production).result()

    assert title == "Zaloguj się · Lejek"
    assert not wrong
    static = [url for url in files if "/static/" in url]
    assert len(static) > 15, "modules load the modules that they import"
    assert all(len(url.rsplit("/", 1)[-1].split(".")) > 2 for url in static), f"a name without its hash: {static}"


def _open_login(address: str) -> tuple[str, list[str], list[str]]:
    """The title of the login page, the addresses that answered, and what went wrong."""
    wrong: list[str] = []
    files: list[str] = []
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(extra_http_headers={"X-Forwarded-Proto": "https"})
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda answer: (files if answer.ok else wrong).append(answer.url))
        until(lambda: _answers(page, address), "The web server does not answer.")
        wrong.clear()
        files.clear()
        page.goto(f"{address}/accounts/login/", wait_until="networkidle")
        title = page.title()
        browser.close()
    return title, files, wrong


def _answers(page, address: str) -> bool:
    try:
        return page.goto(f"{address}/accounts/login/").status == 200
    except Exception:  # Playwright's own, for a port that nobody listens to yet
        return False
