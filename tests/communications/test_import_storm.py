"""A large mailbox imported while workers are killed and servers restarted: afterwards every message is there once."""

import hashlib
import random
import time

import pytest

from tests.communications.dovecot import running_dovecot
from tests.communications.mails import mail
from tests.communications.rig import running_rig
from tests.infra.installation import until

MESSAGES = 10_000
BLOWS = 14
LOGIN = "storm@lejek.test"


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_messages_through_kills_and_restarts(seed):
    chance = random.Random(seed)
    with running_dovecot() as dovecot, running_rig(dovecot) as rig:
        dovecot.add_user(LOGIN)
        originals = {}
        for number in range(MESSAGES):
            original = mail(f"Zapytanie {number}", message_id="" if number % 7 == 0 else f"{number}@klient.test")
            originals[hashlib.sha256(original).digest()] = f"Zapytanie {number}"
            dovecot.deliver(LOGIN, original)
        account = rig.add_account(LOGIN, port=dovecot.tls_port)

        def start_together():
            while len(rig.workers) < 2:
                rig.start_worker()
            for _ in range(2):
                rig.ask("import_mail", account)
            rig.ask("read_mail", account)

        def kill():
            rig.kill_worker(chance.choice(rig.workers))

        def restart_redis():
            rig.redis.stop()
            rig.redis.start(attached=True)

        def restart_postgres():
            rig.postgres.stop()
            rig.postgres.start(attached=True)

        start_together()
        blows = 0
        for blow in range(BLOWS):
            before = rig.count()
            if before == MESSAGES:
                break
            until(lambda before=before: rig.count() > before, "nothing comes in", seconds=180)
            pause = time.monotonic() + chance.uniform(0, 0.4)
            until(lambda pause=pause: time.monotonic() > pause, "")
            [kill, kill, restart_redis, kill, restart_postgres][blow % 5]()
            blows += 1
            start_together()
        assert blows >= 3  # it was hit while it was at it
        until(lambda: rig.count() == MESSAGES, lambda: f"{rig.count()} are there", seconds=600)
        rig.ask("start_due_mail")
        unread = "SELECT count(*) FROM communications_message WHERE parse_state <> 'parsed'"
        until(lambda: rig.query(unread)[0][0] == 0, "not all were read", seconds=600)

        rows = rig.query("SELECT digest, subject, raw FROM communications_message")
        assert len(rows) == MESSAGES
        assert {bytes(digest): subject for digest, subject, _raw in rows} == originals
        for digest, _subject, raw in rows:
            assert hashlib.sha256((rig.home.path / "media" / raw).read_bytes()).digest() == bytes(digest)
        files = sum(1 for path in (rig.home.path / "media" / "mail" / "raw").rglob("*") if path.is_file())
        assert files == MESSAGES  # nothing of the killed ones lies about
        assert rig.query("SELECT count(*), count(DISTINCT uid) FROM communications_messageplace") == [
            (MESSAGES, MESSAGES)
        ]
        with dovecot.client(LOGIN) as client:
            client.select("INBOX", readonly=True)
            assert client.search(None, "UNSEEN")[1][0].split() == [str(n + 1).encode() for n in range(MESSAGES)]
