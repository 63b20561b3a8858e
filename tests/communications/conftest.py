"""Mail servers and mailboxes of the tests."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from communications.models import MailAccount, MailFolder
from crm.models import User
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.communications.sending import sending_account, smtp, smtp_process
from tests.communications.smtp_server import MailServer
from tests.factories.communications import MailAccountFactory
from tests.factories.leads import LeadFactory

__all__ = ["smtp", "smtp_process"]

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(running: Dovecot, settings: Any) -> Dovecot:
    """A real IMAP server whose certificate the application trusts."""
    settings.MAIL_CA_FILE = running.ca_file
    return running


@pytest.fixture
def mailbox(dovecot: Dovecot, db: None) -> Callable[..., MailAccount]:
    """Makes an account with an empty mailbox on the server; `folders` are fetched beside INBOX."""

    def make(*, folders: tuple[str, ...] = (), **values: Any) -> MailAccount:
        login = f"box{next(NUMBERS)}@lejek.test"
        dovecot.add_user(login)
        account: MailAccount = MailAccountFactory(
            **{
                "login": login,
                "from_address": login,
                "imap_host": dovecot.host,
                "imap_port": dovecot.tls_port,
                **values,
            }
        )
        account.secrets.password = PASSWORD
        account.secrets.save()
        for name in folders:
            MailFolder.objects.create(account=account, name=name, is_sent=name == "Sent")
        return account

    return make


@pytest.fixture
def account(smtp: MailServer) -> MailAccount:
    """A shared account that sends; some files have one of their own."""
    return sending_account(smtp)


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    """Ola's lead that can be written to; some files have one of their own."""
    return LeadFactory(name="Regały", status=funnel.new, sales_person=ola, email="jan@klient.test")
