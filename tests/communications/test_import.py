"""Fetching from a real Dovecot: what is stored, once each, and what stays as it was on the server."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.utils import timezone

from communications.imap import fetching
from communications.locks import Job
from communications.models import Attachment, MailFolder, Message, MessagePlace, Problem, Security
from communications.services import importing, reading
from communications.services.importing import due_accounts, import_account
from tests.communications.mails import fetch_all, mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_message_is_stored_whole_and_read(dovecot, mailbox, security):
    port = dovecot.tls_port if security == Security.TLS else dovecot.starttls_port
    account = mailbox(imap_security=security, imap_port=port)
    raw = mail("Zażółć", message_id="abc@klient.test", extra="In-Reply-To: <old@lejek.test>\nCc: ktos@klient.test\n")
    arrived = timezone.now().replace(microsecond=0)
    dovecot.deliver(account.login, raw, arrived=arrived)

    fetch_all(account)

    message = Message.objects.get(account=account)
    assert message.raw.open().read() == raw
    assert (message.size, bytes(message.digest)) == (len(raw), sha256(raw).digest())
    assert (message.subject, message.from_name, message.from_address) == ("Zażółć", "Jan Kowalski", "jan@klient.test")
    assert message.to == [{"name": "", "address": "biuro@lejek.test"}]
    assert message.cc == [{"name": "", "address": "ktos@klient.test"}]
    assert (message.message_id, message.in_reply_to) == ("abc@klient.test", "old@lejek.test")
    assert message.received_at == message.sent_at == arrived
    assert message.text.strip() == "Proszę o ofertę."
    assert (message.direction, message.parse_state, message.is_old) == ("in", "parsed", False)
    account.health.refresh_from_db()
    assert (account.health.problem, account.health.behind, account.health.failures) == ("", 0, 0)
    assert account.health.fetched_at is not None
    assert account.health.first_look_at is not None


def test_nothing_changes_on_the_server(dovecot, mailbox):
    account = mailbox()
    for number in range(3):
        dovecot.deliver(account.login, mail(str(number)))
    with dovecot.client(account.login) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Flagged)")
        client.store("2", "+FLAGS", r"(\Seen)")

    assert fetch_all(account) == ["0", "1", "2"]

    with dovecot.client(account.login) as client:
        client.select("INBOX", readonly=True)
        flags = [line.decode() for line in client.fetch("1:*", "(FLAGS)")[1]]
    assert [("Seen" in line, "Flagged" in line, "Deleted" in line) for line in flags] == [
        (False, True, False),
        (True, False, False),
        (False, False, False),
    ]


def test_what_is_new_comes_once(dovecot, mailbox, monkeypatch):
    monkeypatch.setattr(fetching, "BATCH", 3)
    account = mailbox()
    for number in range(7):
        dovecot.deliver(account.login, mail(str(number)))
    assert fetch_all(account) == [str(number) for number in range(7)]

    assert len(fetch_all(account)) == 7
    dovecot.deliver(account.login, mail("7"))

    assert fetch_all(account) == [str(number) for number in range(8)]
    assert MessagePlace.objects.filter(message__account=account).count() == 8


def test_messages_without_an_id_and_with_the_same_text_are_messages_like_others(dovecot, mailbox):
    account = mailbox()
    for _ in range(3):
        dovecot.deliver(account.login, mail("To samo"))

    assert fetch_all(account) == ["To samo"] * 3
    assert len(fetch_all(account)) == 3


def test_a_folder_numbered_anew_brings_nothing_twice_and_loses_nothing(dovecot, mailbox):
    account = mailbox()
    for number in range(5):
        dovecot.deliver(account.login, mail(str(number)))
    fetch_all(account)
    before = MailFolder.objects.get(account=account).uidvalidity

    (dovecot.folder(account.login) / "dovecot-uidlist").unlink()
    for index in dovecot.folder(account.login).glob("dovecot.index*"):
        index.unlink()
    dovecot.deliver(account.login, mail("nowa"))

    assert sorted(fetch_all(account)) == ["0", "1", "2", "3", "4", "nowa"]
    folder = MailFolder.objects.get(account=account)
    assert folder.uidvalidity != before
    assert MessagePlace.objects.filter(folder=folder, uidvalidity=folder.uidvalidity).count() == 6


def test_a_message_that_was_moved_is_the_same_message(dovecot, mailbox):
    account = mailbox(folders=("Oferty",))
    dovecot.add_folder(account.login, "Oferty")
    dovecot.deliver(account.login, mail("Przeniesiona"))
    fetch_all(account)

    with dovecot.client(account.login) as client:
        client.select("INBOX")
        client.uid("MOVE", "1", "Oferty")

    assert fetch_all(account) == ["Przeniesiona"]
    assert MessagePlace.objects.filter(message__account=account).count() == 2


def test_folders_have_names_of_any_letters(dovecot, mailbox):
    account = mailbox(folders=("Zażółć & gęślą",))
    dovecot.add_folder(account.login, "Za&AXwA8wFCAQc- &- g&ARkBWw-l&AQU-")
    dovecot.deliver(account.login, mail("W folderze"), folder="Za&AXwA8wFCAQc- &- g&ARkBWw-l&AQU-")

    assert fetch_all(account) == ["W folderze"]


def test_a_missing_folder_is_told_of_and_holds_no_other_back(dovecot, mailbox):
    account = mailbox(folders=("Znikły",))
    dovecot.deliver(account.login, mail("Jest"))

    assert fetch_all(account) == ["Jest"]
    account.health.refresh_from_db()
    assert account.health.problem == Problem.FOLDER
    assert "doesn't exist" in account.health.details


def test_start_date_and_older_messages(dovecot, mailbox):
    today = timezone.localdate()
    account = mailbox(start_date=today, history_from=today - timedelta(days=10))
    for days in (40, 11, 10, 3, 0):
        moment = timezone.now().replace(hour=12, minute=0) - timedelta(days=days)
        dovecot.deliver(account.login, mail(str(days)), arrived=moment)

    assert sorted(fetch_all(account)) == ["0", "10", "3"]
    assert sorted(Message.objects.filter(is_old=True).values_list("subject", flat=True)) == ["10", "3"]
    assert [message.subject for message in Message.objects.to_process()] == ["0"]


def test_sent_messages_are_those_of_the_owner(dovecot, mailbox):
    account = mailbox(folders=("Sent",))
    dovecot.add_folder(account.login, "Sent")
    dovecot.deliver(account.login, mail("Wysłana"), folder="Sent")
    ours = Message.objects.create(
        account=account, direction="out", parse_state="parsed", subject="Nasza", message_id="ours@lejek.test",
        received_at=timezone.now(), sent_at=timezone.now(),
    )  # fmt: skip
    dovecot.deliver(account.login, mail("Nasza", message_id="ours@lejek.test"), folder="Sent")

    assert sorted(fetch_all(account)) == ["Nasza", "Wysłana"]
    assert Message.objects.get(subject="Wysłana").direction == "out"
    assert ours.places.count() == 1
    assert not Message.objects.to_process().exists()


def test_one_broken_account_does_not_hold_the_other_back(dovecot, mailbox):
    broken, good = mailbox(), mailbox()
    broken.secrets.password = "nie to"
    broken.secrets.save()
    dovecot.deliver(good.login, mail("Dobra"))

    assert set(due_accounts()) == {broken.pk, good.pk}
    assert due_accounts() == []
    assert (fetch_all(broken), fetch_all(good)) == ([], ["Dobra"])

    broken.health.refresh_from_db()
    assert (broken.health.problem, broken.health.failures) == (Problem.PASSWORD, 1)
    assert broken.health.failing_since is not None
    assert broken.health.next_at - timezone.now() > importing.FETCH_EVERY  # no hammering with a wrong password
    broken.secrets.password = good.secrets.password
    broken.secrets.save()
    fetch_all(broken)
    broken.health.refresh_from_db()
    assert (broken.health.problem, broken.health.failing_since, broken.health.failures) == ("", None, 0)


def test_a_paused_account_is_left_alone(dovecot, mailbox):
    account = mailbox(is_active=False)
    dovecot.deliver(account.login, mail())

    assert due_accounts() == []
    assert fetch_all(account) == []


def test_while_one_worker_has_an_account_another_one_does_nothing(dovecot, mailbox):
    account = mailbox()
    dovecot.deliver(account.login, mail())

    other = connection.copy()
    with closing(other), other.cursor() as of_another_worker:
        of_another_worker.execute("SELECT pg_advisory_lock(%s, %s)", [Job.IMPORT, account.pk])
        assert import_account(account_id=account.pk) is False
        assert not Message.objects.exists()
        of_another_worker.execute("SELECT pg_advisory_unlock(%s, %s)", [Job.IMPORT, account.pk])

    assert fetch_all(account) == ["Zapytanie"]


def test_the_first_look_tells_how_far_it_is(dovecot, mailbox, monkeypatch):
    monkeypatch.setattr(fetching, "BATCH", 2)
    account = mailbox()
    for number in range(5):
        dovecot.deliver(account.login, mail(str(number)))

    times = iter([0.0, 0.0, 0.0, 99.0])
    monkeypatch.setattr(importing.time, "monotonic", lambda: next(times, 99.0))
    assert import_account(account_id=account.pk, seconds=10) is True

    account.health.refresh_from_db()
    assert (account.health.first_done, account.health.first_total, account.health.behind) == (4, 5, 1)
    assert account.health.is_first_look
    monkeypatch.undo()
    fetch_all(account)
    account.health.refresh_from_db()
    assert (account.health.first_done, account.health.first_total, account.health.behind) == (5, 5, 0)
    assert not account.health.is_first_look


def test_messages_deleted_during_the_import_are_no_trouble(dovecot, mailbox, monkeypatch):
    monkeypatch.setattr(fetching, "BATCH", 2)
    account = mailbox()
    for number in range(6):
        dovecot.deliver(account.login, mail(str(number)))
    real_store = importing.store

    def store_and_delete(**values):
        if not Message.objects.exists():
            with dovecot.client(account.login) as client:
                client.select("INBOX")
                client.uid("STORE", "3:4", "+FLAGS", r"(\Deleted)")
                client.expunge()
        return real_store(**values)

    monkeypatch.setattr(importing, "store", store_and_delete)

    assert fetch_all(account) == ["0", "1", "4", "5"]
    account.health.refresh_from_db()
    assert account.health.problem == ""


def test_a_large_message_comes_in_pieces_and_a_huge_one_by_its_header(dovecot, mailbox, monkeypatch):
    account = mailbox()
    large = mail("Duża", body="x" * 2_500_000)
    dovecot.deliver(account.login, mail("Mała"))
    dovecot.deliver(account.login, large)
    dovecot.deliver(account.login, mail("Ogromna", body="y" * 5_000_000))
    monkeypatch.setattr(fetching, "LARGEST", 4_000_000)

    assert fetch_all(account) == ["Mała", "Duża", "Ogromna"]

    assert Message.objects.get(subject="Duża").raw.open().read() == large
    huge = Message.objects.get(subject="Ogromna")
    assert (huge.is_skipped, huge.size > 5_000_000, huge.raw.size < 1000) == (True, True, True)
    assert huge.from_address == "jan@klient.test"


def test_a_killed_worker_s_file_is_written_over(dovecot, mailbox):
    account = mailbox()
    dovecot.deliver(account.login, mail("Cała"))
    fetch_all(account)
    message = Message.objects.get()
    path = message.raw.path
    Message.objects.all().delete()
    with open(path, "wb") as half:
        half.write(b"Subject: Po")
    MailFolder.objects.update(last_uid=0)

    fetch_all(account)

    again = Message.objects.get()
    assert again.raw.path == path
    assert again.raw.open().read() == mail("Cała")


def test_a_message_that_breaks_the_reading_is_kept_and_can_be_read_again(dovecot, mailbox, monkeypatch):
    account = mailbox()
    for subject in ("dobra", "zła", "druga dobra"):
        dovecot.deliver(account.login, mail(subject))
    real_parse = reading.parse_file

    def parse_file(file, *, size):
        raw = file.read()
        file.seek(0)
        if "zła".encode() in raw:
            raise RecursionError("too deep")
        return real_parse(file, size=size)

    monkeypatch.setattr(reading, "parse_file", parse_file)
    assert sorted(fetch_all(account)) == ["", "dobra", "druga dobra"]
    failed = Message.objects.unparsed().get()
    assert failed.parse_error == "RecursionError: too deep"
    assert failed.raw.open().read() == mail("zła")

    monkeypatch.undo()
    reading.read_again(messages=[failed])
    reading.read_account(account_id=account.pk)

    failed.refresh_from_db()
    assert (failed.subject, failed.parse_state, failed.parse_error) == ("zła", "parsed", "")


def test_what_a_lost_task_left_is_read_once_for_each_account(dovecot, mailbox):
    accounts = [mailbox(), mailbox()]
    for account in accounts:
        for number in range(3):
            dovecot.deliver(account.login, mail(str(number)))
        import_account(account_id=account.pk)

    assert reading.accounts_to_read() == [account.pk for account in accounts]
    assert [reading.read_account(account_id=account.pk) for account in accounts] == [3, 3]
    assert reading.accounts_to_read() == []


def test_a_message_that_kills_its_reader_is_given_up_in_the_end(dovecot, mailbox, monkeypatch):
    account = mailbox()
    for subject in ("dobra", "zabójcza"):
        dovecot.deliver(account.login, mail(subject))
    while import_account(account_id=account.pk):
        pass
    real_parse = reading.parse_file

    def parse_file(file, *, size):
        raw = file.read()
        file.seek(0)
        if "zabójcza".encode() in raw:
            raise SystemExit  # as a kill: nothing catches it
        return real_parse(file, size=size)

    monkeypatch.setattr(reading, "parse_file", parse_file)
    for _ in range(reading.MOST_TRIES):
        with pytest.raises(SystemExit):
            reading.read_account(account_id=account.pk)
    reading.read_account(account_id=account.pk)

    assert Message.objects.get(parse_state="parsed").subject == "dobra"
    assert Message.objects.unparsed().get().parse_error == Message.INTERRUPTED


def test_attachments_are_stored_once_however_often_it_is_read(dovecot, mailbox):
    account = mailbox()
    boundary = 'Content-Type: multipart/mixed; boundary="b"\n'
    raw = (
        f"From: jan@klient.test\nSubject: Oferta\n{boundary}\n--b\nContent-Type: text/plain\n\nW zalaczniku.\n"
        "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=oferta.pdf\n"
        "Content-Transfer-Encoding: base64\n\nJVBERi0=\n--b--\n"
    )
    dovecot.deliver(account.login, raw.replace("\n", "\r\n").encode())
    fetch_all(account)
    message = Message.objects.get()

    reading.read_again(messages=[message])
    reading.read_account(account_id=account.pk)

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.content_type, attachment.size) == ("oferta.pdf", "application/pdf", 5)
    assert attachment.file.open().read() == b"%PDF-"
    message.refresh_from_db()
    assert message.has_attachments


def test_an_impossible_date_does_not_lead_the_list(dovecot, mailbox):
    account = mailbox()
    arrived = datetime(2026, 11, 20, 10, tzinfo=UTC)
    account.start_date = arrived.date()
    account.save()
    dovecot.deliver(
        account.login, mail("Z przyszłości", extra="Date: Fri, 1 Jan 2038 10:00:00 +0100\n"), arrived=arrived
    )

    fetch_all(account)

    message = Message.objects.get()
    assert message.date == datetime(2038, 1, 1, 9, tzinfo=UTC)
    assert message.sent_at == arrived
