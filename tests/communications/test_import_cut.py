"""Connections that break off in the middle of a message, hang, or speak nonsense: nothing is lost, nothing twice."""

import socket
import threading

import pytest
from django.utils import timezone

from communications.imap import connection, fetching
from communications.models import Message, Problem
from communications.services.importing import import_account
from tests.communications.cutting_proxy import cutting_proxy
from tests.communications.mails import fetch_all, mail

pytestmark = pytest.mark.django_db


def test_a_connection_cut_in_the_middle_of_a_message(dovecot, mailbox, monkeypatch):
    monkeypatch.setattr(fetching, "BATCH", 4)
    monkeypatch.setattr(fetching, "WHOLE", 40_000)
    monkeypatch.setattr(fetching, "PIECE", 10_000)
    with cutting_proxy(dovecot.tls_port) as proxy:
        account = mailbox(imap_port=proxy.port)
        originals = {mail(str(number), body="x" * (60_000 if number % 5 == 0 else 3_000)) for number in range(16)}
        for original in sorted(originals):
            dovecot.deliver(account.login, original)

        # From the greeting on, through all of the batches and pieces.
        for budget in (500, 4_000, 9_000, 20_000, 31_000, 45_000, 58_000, 70_000):
            proxy.budget = budget
            import_account(account_id=account.pk)
            account.health.refresh_from_db()
            assert account.health.problem == Problem.CUT
            stored = [bytes(message.raw.open().read()) for message in Message.objects.all()]
            assert len(stored) == len(set(stored))
            assert set(stored) <= originals
        proxy.budget = None
        fetch_all(account)

    assert proxy.cuts >= 8
    assert {bytes(message.raw.open().read()) for message in Message.objects.all()} == originals
    assert Message.objects.count() == 16
    account.health.refresh_from_db()
    assert account.health.problem == ""


def test_a_server_that_hangs_is_left_and_told_of(dovecot, mailbox, monkeypatch):
    monkeypatch.setattr(connection, "TIMEOUT", 1)
    with cutting_proxy(dovecot.tls_port) as proxy:
        account = mailbox(imap_port=proxy.port)
        dovecot.deliver(account.login, mail(body="x" * 30_000))
        proxy.budget, proxy.hangs = 10_000, True

        import_account(account_id=account.pk)

    account.health.refresh_from_db()
    assert account.health.problem == Problem.TIMEOUT
    assert account.health.next_at > timezone.now()


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"* BYE no\r\n"])
def test_what_is_no_mail_server_is_told_of(mailbox, said):
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        client, _address = listener.accept()
        client.sendall(said)
        client.close()

    threading.Thread(target=answer, daemon=True).start()
    account = mailbox(imap_port=listener.getsockname()[1], imap_security="starttls")

    import_account(account_id=account.pk)

    listener.close()
    account.health.refresh_from_db()
    assert account.health.problem in (Problem.CUT, Problem.SERVER)
