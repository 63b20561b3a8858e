"""A streaming replica of the PostgreSQL that the tests run on, made as an administrator makes one."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg

from crm.embedded.home import lejek_home, open_home
from crm.embedded.postgres import FAST_OPTIONS, OPTIONS, Postgres, programs
from crm.embedded.processes import run_as, spawn_server
from tests.infra.installation import until


@dataclass(frozen=True)
class Replica:
    """A running replica; `folder` is where its socket lies."""

    folder: str
    process: "subprocess.Popen[bytes]"

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://lejek@/{database}?host={quote(self.folder, safe='/')}"

    def ask(self, query: str) -> Any:
        """The one value that a query answers there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def kill(self) -> None:
        """End it as a failing machine does."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)


@contextmanager
def running_replica() -> Iterator[Replica]:
    """A replica that follows the embedded PostgreSQL of this test run; it is gone afterwards."""
    primary = os.environ["DATABASE_URL"]
    home = open_home(lejek_home())
    assert primary == Postgres(home).url, "The replica is made of the embedded PostgreSQL: run without DATABASE_URL."
    cluster, bin_folder = home.data / "replica", programs(home.account)
    socket = home.make_folder(home.data / "replica-run")
    shutil.rmtree(cluster, ignore_errors=True)
    server = urlsplit(primary)._replace(path="/postgres").geturl()
    copy = [bin_folder / "pg_basebackup", "--pgdata", cluster, "--write-recovery-conf", "--checkpoint=fast"]
    run_as(home.account, [*copy, "--dbname", server], folder=home.data)
    options = OPTIONS | FAST_OPTIONS | {"unix_socket_directories": str(socket)}
    command = [bin_folder / "postgres", "-D", cluster]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with open(home.data / "replica.log", "ab") as log:
        process = spawn_server(command, account=home.account, folder=home.data, log=log, ends=signal.SIGQUIT)
    replica = Replica(str(socket), process)
    try:
        until(lambda: _answers(replica), lambda: (home.data / "replica.log").read_text()[-2000:])
        yield replica
    finally:
        if process.poll() is None:
            replica.kill()
        shutil.rmtree(cluster)


def _answers(replica: Replica) -> bool:
    try:
        return bool(replica.ask("SELECT pg_is_in_recovery()"))
    except psycopg.OperationalError:
        return False
