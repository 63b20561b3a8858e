"""The mail server of the demo: a year of letters that are imported, e-mails that go out, customers who answer."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from communications.demo import mailbox as demo
from communications.demo.mail_server.letters import Archive
from communications.imap.connection import imap_server
from communications.imap.parse import parse
from communications.models import MailAccount, Message, OutgoingMail
from communications.services.checking import check_imap
from config.env import BASE_DIR
from crm.embedded.processes import die_with_parent, wait_until
from tests.communications.mails import fetch_all
from tests.communications.sending import delivered, queued
from tests.factories.communications import MailAccountFactory
from tests.factories.leads import LeadFactory

LETTERS = 90
UNTIL = datetime(2026, 3, 30, tzinfo=ZoneInfo("Europe/Warsaw"))  # the clock has changed the day before


@pytest.fixture
def office(db) -> MailAccount:
    return MailAccountFactory(
        name="Biuro", login=demo.DEMO_ADDRESS, from_address=demo.DEMO_ADDRESS, from_name="Lejek – magazyny",
        imap_host=demo.HOST,
    )  # fmt: skip


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    listening = [socket.create_server(("127.0.0.1", 0)) for _which in range(2)]
    yield listening
    for one in listening:
        one.close()


@pytest.fixture
def connected(office, sockets, settings, tmp_path, monkeypatch) -> MailAccount:
    """The account as `make run` connects it: with fewer letters, and without the pauses that are for people."""
    monkeypatch.setattr(demo, "LETTERS", {demo.DEMO_ADDRESS: LETTERS})
    monkeypatch.setattr(demo, "PACE", 0)
    monkeypatch.setattr(demo, "ANSWERED_AFTER", 0)
    settings.DEMO_MAIL_PORTS = [one.getsockname()[1] for one in sockets]
    settings.DEMO_MAIL_FOLDER = tmp_path / "demo-mail"
    settings.DEMO_MAIL_CERTIFICATE = str(tmp_path / "demo-mail" / "certificate.pem")
    settings.MAIL_TRUSTED_HOSTS = [f"localhost:{port}" for port in settings.DEMO_MAIL_PORTS]
    settings.MEDIA_ROOT = tmp_path / "media"
    demo.connect_mailbox()
    return MailAccount.objects.select_related("secrets", "health").get()


@pytest.fixture
def server(connected, sockets, settings) -> Iterator[subprocess.Popen[bytes]]:
    numbers = [one.fileno() for one in sockets]
    process = subprocess.Popen(
        [sys.executable, "-m", "communications.demo.mail_server", settings.DEMO_MAIL_FOLDER, *map(str, numbers)],
        cwd=BASE_DIR, pass_fds=numbers, preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip
    yield process
    process.terminate()
    assert process.wait(20) == 0


def test_a_year_of_letters_is_fetched_once_and_none_of_it_waits(connected, server):
    subjects = fetch_all(connected)

    archive = Archive(connected.from_address, connected.from_name, LETTERS, UNTIL)
    assert len(subjects) == LETTERS + archive.sent_count
    messages = Message.objects.all()
    assert messages.filter(direction="out").count() == archive.sent_count > 5
    assert not messages.to_process().exists()
    assert not messages.filter(parse_state="failed").exists()
    assert messages.filter(kind="list").exists()
    answers = messages.filter(direction="in", subject__startswith="Re: ")
    asked = set(messages.values_list("message_id", flat=True))
    assert answers
    assert all(set(one.references) <= asked for one in answers)
    connected.health.refresh_from_db()
    assert (connected.health.first_done, connected.health.behind) == (len(subjects), 0)

    assert fetch_all(connected) == subjects


def test_what_is_sent_arrives_and_is_answered_on_its_lead(connected, server, ola):
    lead = LeadFactory(email="jan@klient.test", sales_person=ola)
    MailAccount.objects.update(history_from=None, start_date=timezone.localdate())
    connected.refresh_from_db()

    mail = delivered(queued(lead, connected, ola, subject="Oferta – żółć"))

    assert mail.state == OutgoingMail.State.SENT
    # The sent one is known by its Message-ID; the answer opens no lead, it is on the one that was written from.
    assert wait_until(lambda: len(fetch_all(connected)) == 2, seconds=20)
    answer = Message.objects.get(direction="in")
    assert (answer.subject, answer.from_address) == ("Re: Oferta – żółć", "jan@klient.test")
    assert (answer.lead, answer.is_reply, answer.in_reply_to) == (lead, True, mail.message.message_id)
    assert mail.message.places.get().folder.name == "Sent"


def test_nothing_is_changed_and_nobody_else_gets_in(connected, server):
    right = imap_server(connected)

    assert [folder.name for folder in check_imap(right).folders] == ["INBOX", "Sent"]
    connected.secrets.password = "zgadnij"
    with translation.override("pl"):
        assert "nie przyjmuje tego loginu i hasła" in check_imap(imap_server(connected)).problem


def test_the_accounts_learn_new_ports_and_keep_their_letters(connected, settings):
    first = json.loads((settings.DEMO_MAIL_FOLDER / "settings.json").read_text())
    connected.health.first_look_at = connected.health.fetched_at = timezone.now()
    connected.health.problem, connected.health.failures = "cut", 3
    connected.health.save()
    settings.DEMO_MAIL_PORTS = [40001, 40002]

    demo.connect_mailbox()

    account = MailAccount.objects.select_related("secrets", "health").get()
    second = json.loads((settings.DEMO_MAIL_FOLDER / "settings.json").read_text())
    assert (account.imap_port, account.smtp_port) == (40001, 40002)
    assert account.secrets.password == second["password"] != first["password"]
    assert {name: first[name] for name in ("uidvalidity", "until")} == {
        name: second[name] for name in ("uidvalidity", "until")
    }
    assert (account.health.problem, account.health.failures) == ("", 0)
    assert account.health.first_look_at is not None
    assert {folder.name: folder.is_sent for folder in account.folders.all()} == {"INBOX": False, "Sent": True}
    assert os.stat(settings.DEMO_MAIL_FOLDER / "settings.json").st_mode & 0o077 == 0


@pytest.mark.parametrize("change", [{"imap_host": "imap.firma.test"}, {"login": "inny@lejek.test"}])
def test_an_account_that_people_made_their_own_is_left_alone(connected, settings, change):
    MailAccount.objects.update(**change)
    before = MailAccount.objects.values().get()

    demo.connect_mailbox()

    assert MailAccount.objects.values().get() == before
    assert not (settings.DEMO_MAIL_FOLDER / "settings.json").exists()


def test_letters_are_always_the_same_and_in_their_order():
    archive, again = (Archive(demo.DEMO_ADDRESS, "Lejek – magazyny", LETTERS, UNTIL) for _which in range(2))

    moments = [archive.arrived(number) for number in range(1, LETTERS + 1)]
    assert moments == sorted(moments)
    assert moments[0].date() == (UNTIL - timedelta(weeks=52)).date()
    assert all(moment < UNTIL and moment.weekday() < 5 and 8 <= moment.hour < 17 for moment in moments)
    for number in range(1, LETTERS + 1):
        parsed = parse(archive.letter(number))
        assert archive.letter(number) == again.letter(number)
        assert (parsed.date, parsed.incomplete) == (archive.arrived(number), False)
        assert parsed.subject
        assert parsed.text
    for number in range(1, archive.sent_count + 1):
        parsed = parse(archive.answer(number))
        assert parsed.attachments[0].content.startswith(b"%PDF-1.4")
        assert parsed.sender_address == demo.DEMO_ADDRESS
