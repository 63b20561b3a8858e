"""An installation of its own whose PostgreSQL, Redis and workers can be killed and started again."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery

from config.env import BASE_DIR
from crm.embedded.home import delete_data, open_home
from crm.embedded.postgres import Postgres
from crm.embedded.redis_server import Redis
from tests.communications.dovecot import PASSWORD, Dovecot

SET_UP = """
import django, sys; django.setup()
from communications.models import AccountHealth, AccountSecrets, MailAccount, MailFolder
login, port, password = sys.argv[1:]
account = MailAccount.objects.create(
    name=login, from_address=login, login=login, imap_host="localhost", imap_port=port
)
AccountHealth.objects.create(account=account)
AccountSecrets.objects.create(account=account, password=password)
MailFolder.objects.create(account=account, name="INBOX")
print(account.pk)
"""


class Rig:
    """The servers and workers of one installation, and a look into its database."""

    def __init__(self, home: Path, dovecot: Dovecot) -> None:
        self.home = open_home(home)
        self.postgres, self.redis = Postgres(self.home), Redis(self.home)
        self.dovecot = dovecot
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.postgres.start(attached=True)
        self.redis.start(attached=True)
        self.run("manage.py", "migrate", "--verbosity", "0")

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *arguments], cwd=BASE_DIR, env=self.environment(), check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "LEJEK_HOME": str(self.home.path),
            "LEJEK_EMBEDDED_FAST": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "MAIL_CA_FILE": self.dovecot.ca_file,
            "MAIL_TRUSTED_HOSTS": "localhost",
        }

    def add_account(self, login: str, *, port: int) -> int:
        return int(self.run("-c", SET_UP, login, str(port), PASSWORD))

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "celery", "-A", "config", "-q", "worker", "--concurrency=1",
             "--without-gossip", "--without-mingle", "-n", f"w{len(self.workers)}@%h"],
            cwd=BASE_DIR, env=self.environment(), start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def kill_worker(self, worker: subprocess.Popen[bytes]) -> None:
        """SIGKILL, to the worker and the processes that do its work."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def ask(self, task: str, *arguments: Any) -> None:
        """Queue a task, as beat does."""
        with Celery(broker=self.redis.url) as app:
            app.send_task(f"communications.tasks.{task}", args=arguments)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]

    def count(self) -> int:
        """How many messages are stored."""
        return int(self.query("SELECT count(*) FROM communications_message")[0][0])

    def stop(self) -> None:
        for worker in list(self.workers):
            self.kill_worker(worker)
        self.redis.stop()
        self.postgres.stop()
        delete_data(self.home)


@contextmanager
def running_rig(dovecot: Dovecot) -> Iterator[Rig]:
    """A started installation without workers."""
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        rig = Rig(Path(folder) / "home", dovecot)
        try:
            rig.start()
            yield rig
        finally:
            rig.stop()
