"""Import of e-mail from a Dovecot on this machine, beside its floor: the same UIDs fetched one by one by bare imaplib.

`python -m bench.mail 10000` measures one mailbox in a process of its own, so that its memory is the import's alone, and
prints the figures as JSON.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from random import Random
from time import perf_counter, process_time

WORDS = ("oferta", "zapytanie", "proszę", "cena", "dostawa", "hala", "regał", "wózek", "termin", "faktura", "montaż")
SMALL, LARGE = 1_000, 10_000


def measured(url: str) -> dict[str, dict[str, float]]:
    """The figures of a small and of a large mailbox, imported into the database at `url`."""
    import os

    results = {}
    for messages in (SMALL, LARGE):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bench.mail", str(messages)],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"},
            stdout=subprocess.PIPE,
            check=True,
        )
        results[str(messages)] = json.loads(done.stdout)
    return results


def line(results: dict[str, dict[str, float]]) -> str:
    """The figures in words."""
    small, large = results[str(SMALL)], results[str(LARGE)]
    return (
        f"E-mail import from Dovecot, {LARGE} messages by one worker: {large['import_rate']:.0f}/s stored"
        f" ({large['import_rate'] / large['floor_rate']:.0%} of the floor's {large['floor_rate']:.0f}/s),"
        f" then {large['read_rate']:.0f}/s read;"
        f" memory {small['memory_mb']:.0f} → {large['memory_mb']:.0f} MB from {SMALL} to {LARGE} messages"
    )


def message(number: int) -> bytes:
    """A message like those that come: a text, its HTML, and now and then an attachment."""
    random = Random(number)
    words = " ".join(random.choice(WORDS) for _ in range(120))
    head = (
        f"Return-Path: <klient{number}@example.com>\n"
        "Received: from mx.example.com by lejek.test; Mon, 23 Nov 2026 10:00:00 +0100\n"
        f"From: Klient {number} <klient{number}@example.com>\nTo: Biuro <biuro@lejek.test>\n"
        f"Subject: Zapytanie {number}\nMessage-ID: <{number}@example.com>\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m"\n\n'
    )
    text = (
        '--m\nContent-Type: multipart/alternative; boundary="a"\n\n'
        f"--a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}\n"
        f"--a\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<p>{words}</p>\n--a--\n"
    )
    file = f'--m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="oferta{number}.pdf"\n'
    file += f"Content-Transfer-Encoding: base64\n\n{'JVBERi0x' * 900}\n" if number % 10 == 0 else ""
    return (head + text + (file if number % 10 == 0 else "") + "--m--\n").replace("\n", "\r\n").encode()


def main(messages: int) -> None:
    """Fill a mailbox, fetch it by the floor and by the application, and print what it took."""
    import django

    django.setup()
    from django.conf import settings

    import communications.oauth  # noqa: F401 - what a worker has loaded long ago
    from communications.models import AccountHealth, AccountSecrets, MailAccount, MailFolder, Message
    from communications.services.importing import import_account
    from communications.services.reading import read_account
    from tests.communications.dovecot import PASSWORD, running_dovecot

    with running_dovecot() as server:
        settings.MAIL_CA_FILE = server.ca_file
        login = "bench@lejek.test"
        server.add_user(login)
        for number in range(messages):
            server.deliver(login, message(number))
        with server.client(login) as client:
            client.select("INBOX", readonly=True)  # Dovecot numbers them now, and not while it is measured
            floor = _timed(lambda: _fetch_one_by_one(client))
        account = MailAccount.objects.create(
            name="Bench", from_address=login, login=login, imap_host=server.host, imap_port=server.tls_port
        )
        AccountHealth.objects.create(account=account)
        AccountSecrets.objects.create(account=account, password=PASSWORD)
        MailFolder.objects.create(account=account, name="INBOX")
        base = _memory()
        imported = _timed(lambda: import_account(account_id=account.pk, seconds=3600))
        after_import = _memory()
        read = _timed(lambda: read_account(account_id=account.pk))
        assert Message.objects.filter(account=account, parse_state="parsed").count() == messages
        figures = {
            "messages": messages,
            "floor_rate": messages / floor[0],
            "import_rate": messages / imported[0],
            "read_rate": messages / read[0],
            "import_cpu_ms": imported[1] / messages * 1000,
            "read_cpu_ms": read[1] / messages * 1000,
            "floor_cpu_ms": floor[1] / messages * 1000,
            "memory_before_mb": base,
            "memory_import_mb": after_import,
            "memory_mb": _memory(),
        }
        _clean(account)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def _fetch_one_by_one(client) -> None:  # type: ignore[no-untyped-def]
    for uid in client.uid("SEARCH", "ALL")[1][0].split():
        client.uid("FETCH", uid, "(BODY.PEEK[])")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    began, spent = perf_counter(), process_time()
    work()
    return perf_counter() - began, process_time() - spent


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _clean(account) -> None:  # type: ignore[no-untyped-def]
    from communications.services.accounts import delete_account

    delete_account(account=account, by=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
