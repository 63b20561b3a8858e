"""Sending over a real SMTP server: what arrives, what its refusals mean, and that nothing is sent twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from communications.mail_writing import Mailbox, enclose
from communications.models import MailAccount, Message, OutgoingMail, Security
from communications.services.deliver_mail import PAUSES, deliver_mail, due_mails, give_up_interrupted
from communications.services.send_mail import discard_mail, mark_sent, queue_mail, send_again
from communications.smtp_problems import explain
from crm.errors import RuleError
from crm.models import User
from leads.models import Lead
from tests.communications.sending import delivered, letter, parsed, queued, sending_account
from tests.communications.smtp_server import TOKEN, MailServer, running_smtp
from tests.factories.communications import MessageFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # the whole connection is in TLS
]
State = OutgoingMail.State
Worker = Callable[[], AbstractContextManager[None]]


# --- What arrives -----------------------------------------------------------------------------------------------------


def test_a_message_arrives_as_it_was_written(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    with worker():
        mail = queued(
            lead,
            account,
            ola,
            html="<p>Dzień <b>dobry</b></p>",
            cc=[Mailbox("szef@klient.test")],
            files=enclose([("Oferta Łódź.txt", b"a\nb\r\nc"), ("a/b.eml", b"From: x\n\ny")]),
        )

    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.problem) == (State.SENT, 1, "")
    assert smtp.logins == ["smtp-biuro"]
    (envelope,) = smtp.received
    assert (envelope.mail_from, envelope.rcpt_tos) == ("biuro@lejek.test", ["jan@klient.test", "szef@klient.test"])
    arrived = parsed(envelope.content)
    assert arrived["Subject"] == "Oferta – żółć"
    assert arrived["From"] == "Biuro Łódź <biuro@lejek.test>"
    assert (arrived["To"], arrived["Cc"]) == ("Jan Żak <jan@klient.test>", "szef@klient.test")
    assert arrived["Message-ID"] == f"<{mail.message.message_id}>"
    assert mail.message.message_id.endswith("@lejek.test")
    assert arrived.get_body(("plain",)).get_content().strip() == "Dzień dobry"
    assert "<b>dobry</b>" in arrived.get_body(("html",)).get_content()
    files = {part.get_filename(): part.get_payload(decode=True) for part in arrived.iter_attachments()}
    assert files == {"Oferta Łódź.txt": b"a\nb\r\nc", "b.eml": b"From: x\n\ny"}


def test_it_is_stored_on_the_lead_as_it_was_sent(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    with worker():
        mail = queued(lead, account, ola, files=enclose([("a.txt", b"abc")]))

    message = Message.objects.get()
    assert message.raw.read() == smtp.received[0].original_content
    assert (message.direction, message.lead, message.linked_by) == (Message.Direction.OUT, lead, ola)
    assert (message.subject, message.text) == ("Oferta – żółć", "Dzień dobry")
    assert message.to == [{"name": "Jan Żak", "address": "jan@klient.test"}]
    assert [(row.name, row.size, row.file.read()) for row in message.attachments.all()] == [("a.txt", 3, b"abc")]
    assert mail.message == message
    assert not message.needs_processing


def test_an_answer_stands_in_the_thread(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, worker: Worker
) -> None:
    first = MessageFactory(account=account, message_id="b@klient.test", references=["a@klient.test"], lead=lead)

    with worker():
        queued(lead, account, ola, answers=first)

    arrived = parsed(smtp.received[0].content)
    assert arrived["In-Reply-To"] == "<b@klient.test>"
    assert arrived["References"] == "<a@klient.test> <b@klient.test>"
    sent = Message.objects.get(direction="out")
    assert (sent.in_reply_to, sent.references) == ("b@klient.test", ["a@klient.test", "b@klient.test"])


def test_starttls_and_a_token(tmp_path: Path, settings: Any, lead: Lead, ola: User, worker: Worker) -> None:
    with running_smtp(tmp_path, security=Security.STARTTLS) as (server, authority):
        settings.MAIL_CA_FILE, settings.MEDIA_ROOT = authority, tmp_path
        account = sending_account(server, smtp_security=Security.STARTTLS, sign_in="google")
        account.secrets.access_token = TOKEN
        account.secrets.expires_at = timezone.now() + timedelta(hours=1)
        account.secrets.save()
        with worker():
            mail = queued(lead, account, ola)
        mail.refresh_from_db()
        assert (mail.state, mail.details) == (State.SENT, "")
        assert server.logins == ["smtp-biuro"]

        account.secrets.access_token = "stary"
        account.secrets.save()
        with worker():
            refused = queued(lead, account, ola)
        refused.refresh_from_db()
        assert (refused.state, refused.problem) == (State.FAILED, "token")
        assert len(server.received) == 1


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "problem", "details"),
    [
        ({"mail": "451 4.3.2 Try later"}, "sender", "451 4.3.2 Try later"),
        (
            {"recipients": {"jan@klient.test": "450 4.2.1 Greylisted"}},
            "recipient",
            "jan@klient.test: 450 4.2.1 Greylisted",
        ),
        ({"data": "452 4.3.1 Full"}, "content", "452 4.3.1 Full"),
        ({"sign_in": "454 4.7.0 Temporary"}, "password", "454 4.7.0 Temporary"),
        ({"drops": "mail"}, "cut", ""),
    ],
)
def test_what_passes_is_tried_again_later(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, script: dict[str, Any], problem: str, details: str
) -> None:
    mail = queued(lead, account, ola)
    for name, value in script.items():
        setattr(smtp.script, name, value)

    delivered(mail)

    assert (mail.state, mail.problem, mail.details, mail.tries) == (State.WAITING, problem, details, 1)
    assert mail.is_retried
    assert timedelta(seconds=50) < mail.due_at - timezone.now() < timedelta(seconds=61)
    assert explain(mail)
    assert not smtp.received
    assert mail.pk not in due_mails()
    delivered(mail)  # not before its time
    assert mail.tries == 1

    smtp.script.__init__()  # type: ignore[misc]
    OutgoingMail.objects.update(due_at=timezone.now())
    assert due_mails() == [mail.pk]
    delivered(mail)
    assert (mail.state, mail.problem, mail.tries) == (State.SENT, "", 2)
    assert len(smtp.received) == 1


@pytest.mark.parametrize(
    ("script", "problem", "words"),
    [
        ({"mail": "550 5.7.1 Not yours"}, "sender", "nie pozwala temu kontu wysyłać"),
        ({"mail": "552 5.3.4 Too big"}, "content", "odrzucił wiadomość"),
        ({"recipients": {"szef@klient.test": "550 5.1.1 No such user"}}, "recipient", "odrzucił adres odbiorcy"),
        ({"data": "554 5.7.1 Spam"}, "content", "odrzucił wiadomość"),
        ({"sign_in": "535 5.7.8 No"}, "password", "nie przyjmuje tego loginu"),
    ],
)
def test_what_stays_wrong_fails_at_once_with_the_reason(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, script: dict[str, Any], problem: str, words: str
) -> None:
    mail = queued(lead, account, ola, cc=[Mailbox("szef@klient.test")])
    for name, value in script.items():
        setattr(smtp.script, name, value)

    delivered(mail)

    assert (mail.state, mail.problem) == (State.FAILED, problem)
    assert words in explain(mail)
    assert not smtp.received  # to nobody, also when one of two recipients was refused


def test_after_the_last_attempt_it_has_failed(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = queued(lead, account, ola)
    smtp.script.mail = "451 Later"
    for _attempt in range(len(PAUSES) + 1):
        OutgoingMail.objects.update(due_at=timezone.now())
        delivered(mail)

    assert (mail.state, mail.tries) == (State.FAILED, len(PAUSES) + 1)
    assert not due_mails()


def test_a_server_that_is_not_there_and_one_that_nobody_trusts(
    smtp: MailServer, lead: Lead, ola: User, settings: Any
) -> None:
    nowhere = sending_account(smtp, smtp_host="smtp.nie-ma-takiego.invalid")
    assert delivered(queued(lead, nowhere, ola)).problem == "host_unknown"
    closed = sending_account(smtp, smtp_port=1)
    assert delivered(queued(lead, closed, ola)).problem == "refused"
    plain = sending_account(smtp, smtp_host="127.0.0.1")  # the certificate is one of localhost
    mail = delivered(queued(lead, plain, ola))
    assert (mail.state, mail.problem) == (State.FAILED, "certificate")
    settings.MAIL_CA_FILE = ""
    assert delivered(queued(lead, sending_account(smtp), ola)).problem == "certificate"
    assert not smtp.received


def test_an_account_switched_off_meanwhile_sends_nothing(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User
) -> None:
    mail = queued(lead, account, ola)
    MailAccount.objects.update(is_active=False)

    assert (delivered(mail).state, mail.problem) == (State.FAILED, "account")
    assert not smtp.connections


# --- Never twice ------------------------------------------------------------------------------------------------------


def test_a_connection_lost_after_the_text_leaves_it_unknown(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User
) -> None:
    mail = queued(lead, account, ola)
    smtp.script.drops = "data"

    delivered(mail)

    assert (mail.state, mail.problem) == (State.UNKNOWN, "interrupted")
    assert len(smtp.received) == 1
    assert not due_mails()
    deliver_mail(mail_id=mail.pk)
    assert len(smtp.received) == 1


def test_a_user_decides_about_the_unknown(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = queued(lead, account, ola)
    OutgoingMail.objects.update(state=State.UNKNOWN)
    mark_sent(mail=mail, by=ola)
    mail.refresh_from_db()
    assert (mail.state, mail.settled_by) == (State.SENT, ola)
    with pytest.raises(RuleError):
        send_again(mail=mail, by=ola)

    OutgoingMail.objects.update(state=State.UNKNOWN)
    send_again(mail=mail, by=ola)
    with pytest.raises(RuleError):
        send_again(mail=mail, by=ola)  # a second click
    assert delivered(mail).state == State.SENT
    assert [parsed(sent.content)["Message-ID"] for sent in smtp.received] == [f"<{mail.message.message_id}>"]


def test_a_worker_at_it_keeps_others_away(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    mail = queued(lead, account, ola)
    OutgoingMail.objects.update(state=State.SENDING, due_at=timezone.now())

    deliver_mail(mail_id=mail.pk)
    assert give_up_interrupted() == 0  # it has only just been claimed

    mail.refresh_from_db()
    assert mail.state == State.SENDING
    assert not smtp.received
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=10))
    assert give_up_interrupted() == 1
    mail.refresh_from_db()
    assert mail.state == State.UNKNOWN


def test_the_same_form_twice_is_one_message(smtp: MailServer, account: MailAccount, lead: Lead, ola: User) -> None:
    written = letter(lead)
    first = queue_mail(letter=written, account=account, by=ola, key="abc")
    second = queue_mail(letter=written, account=account, by=ola, key="abc")

    assert first == second
    assert Message.objects.count() == 1


def test_what_did_not_go_out_can_be_taken_away(
    smtp: MailServer, account: MailAccount, lead: Lead, ola: User, tmp_path: Path, worker: Worker
) -> None:
    mail = queued(lead, account, ola, files=enclose([("a.txt", b"abc")]))
    with worker():
        discard_mail(mail=mail, by=ola)

    assert not Message.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    sent = queued(lead, account, ola)
    OutgoingMail.objects.update(state=State.SENT)
    with pytest.raises(RuleError):
        discard_mail(mail=sent, by=ola)
    assert Message.objects.exists()
