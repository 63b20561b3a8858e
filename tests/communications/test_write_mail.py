"""What keeps an e-mail from being queued: recipients, headers, attachments, accounts; and what other apps send."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from communications.locks import Job, only_one
from communications.mail_writing import Mailbox, enclose, parse_recipients
from communications.models import MailAccount, Message
from crm.errors import RuleError
from crm.models import User
from leads.mailing import MailFile, mail_sender
from leads.models import Lead
from tests.communications.sending import delivered, parsed, queued, sending_account
from tests.communications.smtp_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # the whole connection is in TLS
]
Worker = Callable[[], AbstractContextManager[None]]


# --- What is refused before -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to": []}, "to"),
        ({"to": [Mailbox(f"a{n}@b.test") for n in range(21)]}, "to"),
        ({"subject": " \n "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"text": "  "}, "body"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        queued(lead, account, ola, **values)

    assert refused.value.field == field
    assert not Message.objects.exists()


def test_an_account_of_somebody_else_is_refused(smtp: MailServer, lead: Lead, ola: User, marek: User) -> None:
    with pytest.raises(RuleError) as refused:
        queued(lead, sending_account(smtp, owner=marek), ola)

    assert refused.value.field == "account"


def test_headers_can_t_be_injected(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = queued(lead, account, ola, subject="Oferta\r\nBcc: zly@x.test", to=parse_recipients("a@b.test", field="to"))
    with pytest.raises(RuleError):
        parse_recipients("a@b.test\r\nBcc: zly@x.test", field="to")

    delivered(mail)

    arrived = parsed(smtp.received[0].content)
    assert arrived["Bcc"] is None
    assert arrived["Subject"] == "Oferta Bcc: zly@x.test"
    assert smtp.received[0].rcpt_tos == ["a@b.test"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jan@klient.test", ["jan@klient.test"]),
        ("Jan Żak <jan@klient.test>; biuro@x.test,", ["jan@klient.test", "biuro@x.test"]),
        ('"Nowak, Jan" <jan@klient.test>, JAN@klient.test', ["jan@klient.test"]),
        ("", []),
    ],
)
def test_recipients_are_read_from_a_line(typed: str, found: list[str]) -> None:
    assert [mailbox.address for mailbox in parse_recipients(typed, field="to")] == found


@pytest.mark.parametrize("typed", ["żółć@klient.test", "jan@łódź.test", "jan", "jan@", "a b@x.test", "Jan <jan>"])
def test_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_recipients(f"dobry@x.test, {typed}", field="cc")

    assert refused.value.field == "cc"


def test_attachments_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("communications.mail_writing.MAX_ATTACHED", 2 * 2**20)
    with pytest.raises(RuleError, match="2 MB"):
        enclose([("a", b"x" * 2**20), ("b", b"x" * 2**20), ("c", b"x")])
    with pytest.raises(RuleError, match="pusty"):
        enclose([("pusty.txt", b"")])


# --- Other apps -------------------------------------------------------------------------------------------------------


def test_other_apps_send_through_the_contract(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    MailAccount.objects.update(signature="Ola Żak\nLejek")
    sender = mail_sender()
    assert sender.can_send(user=ola)

    with worker():
        pk = sender.send(
            to="jan@klient.test",
            subject="Faktura FV/1",
            body="W załączeniu faktura.",
            by=ola,
            lead=lead,
            files=[MailFile("FV-1.pdf", b"%PDF-1.4 x")],
            key="invoice:1",
        )

    assert sender.states([pk]) == {pk: "sent"}
    arrived = parsed(smtp.received[0].content)
    assert arrived.get_body(("plain",)).get_content().splitlines()[-3:] == ["-- ", "Ola Żak", "Lejek"]
    assert [part.get_content_type() for part in arrived.iter_attachments()] == ["application/pdf"]


def test_who_has_no_account_is_told(ola: User) -> None:
    assert not mail_sender().can_send(user=ola)
    with pytest.raises(RuleError) as refused:
        mail_sender().send(to="a@b.test", subject="x", body="y", by=ola)
    assert refused.value.field == "account"


def test_the_lock_of_sending_is_free_afterwards(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = delivered(queued(lead, account, ola))
    with only_one(Job.SEND, mail.pk) as is_alone:
        assert is_alone
