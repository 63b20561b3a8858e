"""An e-mail account in a browser: a wrong password told in words, the folders of the server, and the first messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import expect

from communications.models import MailAccount, Message
from config.celery import app
from tests.browser.conftest import PHONE, assert_accessible
from tests.communications.dovecot import PASSWORD, running_dovecot
from tests.communications.mails import mail


@pytest.fixture
def celery_worker(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A real worker on the real Redis, in a thread."""
    settings.MEDIA_ROOT = tmp_path / "media"
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="WARNING"):
        yield


def test_a_manager_connects_the_mailbox_of_the_office(new_page, ewa, ola, settings, celery_worker):
    with running_dovecot() as dovecot:
        settings.MAIL_CA_FILE = dovecot.ca_file
        dovecot.add_user("biuro@lejek.test")
        dovecot.add_folder("biuro@lejek.test", "Sent")
        dovecot.deliver("biuro@lejek.test", mail("Pierwsza"))
        page = new_page(ewa)
        page.goto("/settings/email-accounts/")
        expect(page.get_by_role("heading", name="Nie ma jeszcze wspólnego konta e-mail")).to_be_visible()
        page.get_by_role("link", name="Nowe konto e-mail").first.click()

        page.get_by_label("Adres e-mail").fill("biuro@lejek.test")
        page.get_by_label("Hasło", exact=True).fill("nie to")
        page.get_by_label("Serwer IMAP").fill(dovecot.host)
        page.get_by_label("Port IMAP").fill(str(dovecot.tls_port))
        page.get_by_role("button", name="Testuj serwer").click()
        expect(page.get_by_role("alert")).to_contain_text("Serwer nie przyjmuje tego loginu i hasła")
        assert_accessible(page, within="main")

        page.get_by_label("Hasło", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Testuj serwer").click()
        expect(page.get_by_text("Odbieranie działa")).to_be_visible()
        expect(page.get_by_label("Sent (wiadomości wysłane)")).to_be_checked()
        assert not MailAccount.objects.exists()

        page.get_by_role("button", name="Zapisz").click()
        expect(page.get_by_role("heading", name="Stan", exact=True)).to_be_visible()
        expect(page.locator("#account-health")).to_contain_text("Działa")  # the page asks by itself
        assert Message.objects.get().subject == "Pierwsza"
        assert_accessible(page, within="main")
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        page.goto("/settings/email-accounts/")
        expect(page.locator("#account-table")).to_contain_text("Działa")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_accessible(page, within="main")

    own = new_page(ola)
    own.goto("/profile/email-accounts/")
    expect(own.get_by_role("heading", name="Nie ma jeszcze konta e-mail")).to_be_visible()
