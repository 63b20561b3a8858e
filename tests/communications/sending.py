"""A running SMTP server for tests, accounts that send through it, and what is sent."""

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from communications.mail_writing import Mailbox
from communications.models import MailAccount, OutgoingMail
from communications.services.deliver_mail import deliver_mail
from communications.services.send_mail import Letter, queue_mail
from crm.models import User
from leads.models import Lead
from tests.communications.smtp_server import PASSWORD, MailServer, running_smtp
from tests.factories.communications import MailAccountFactory


@pytest.fixture(scope="module")
def smtp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailServer, str]]:
    with running_smtp(tmp_path_factory.mktemp("smtp")) as found:
        yield found


@pytest.fixture
def smtp(smtp_process: tuple[MailServer, str], settings: Any, tmp_path: Path) -> MailServer:
    """A real SMTP server that has got nothing yet and takes everything; uploads lie in a folder of the test."""
    server, authority = smtp_process
    settings.MAIL_CA_FILE, settings.MEDIA_ROOT = authority, tmp_path
    server.__init__(port=server.port)  # type: ignore[misc]
    return server


def sending_account(server: MailServer, **values: Any) -> MailAccount:
    """A shared account that sends through `server`."""
    account: MailAccount = MailAccountFactory(
        **{
            "from_address": "biuro@lejek.test",
            "from_name": "Biuro Łódź",
            "smtp_host": server.host,
            "smtp_port": server.port,
            "smtp_login": "smtp-biuro",
            **values,
        }
    )
    account.secrets.smtp_password = PASSWORD
    account.secrets.save()
    return account


def letter(lead: Lead | None, **values: Any) -> Letter:
    given = {"to": [Mailbox("jan@klient.test", "Jan Żak")], "subject": "Oferta – żółć", "text": "Dzień dobry", **values}
    return Letter(lead=lead, **given)


def queued(lead: Lead | None, account: MailAccount, by: User, **values: Any) -> OutgoingMail:
    return queue_mail(letter=letter(lead, **values), account=account, by=by)


def delivered(mail: OutgoingMail) -> OutgoingMail:
    """`mail` after a worker has tried to send it."""
    deliver_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    return mail


def parsed(raw: bytes) -> Any:
    return email.message_from_bytes(raw, policy=email.policy.default)
