"""`make run`: the servers, the web server, a worker and beat, kept alive together and ended together."""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from crm.embedded import commands
from crm.embedded.checks import check_address, check_given_servers, is_loopback, port_number
from crm.embedded.errors import EmbeddedError
from crm.embedded.home import PROJECT, Home, open_home
from crm.embedded.processes import PR_SET_CHILD_SUBREAPER, die_with_parent, prctl, wait_until
from crm.embedded.servers import Server, Servers, start_servers

SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A program that ran this long was well: its next end counts as the first.
WELL_AFTER = 60.0
PATIENCE = 15.0
LOOPBACK = "127.0.0.1"


@dataclass
class Watched:
    """One program that is started again whenever it ends."""

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0
    due: float = 0
    pause: float = SHORTEST_PAUSE / 2

    def tend(self, now: float) -> bool:
        """Start the program when it is due. When it has ended, say so in one line, set the time to try again: True."""
        if self.process is not None:
            if self.process.poll() is None:
                return False
            self._fail(now, _how_it_ended(self.process.returncode))
            return True
        if now >= self.due:
            self._try_to_start(now)
        return False

    def _try_to_start(self, now: float) -> None:
        try:
            self.process, self.started = self.start(), now
        except (EmbeddedError, OSError) as error:
            self._fail(now, f"could not start ({error})")

    def _fail(self, now: float, how: str) -> None:
        self.pause = SHORTEST_PAUSE if now - self.started > WELL_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.process, self.due = None, now + self.pause
        say(f"{self.name} {how}; starting it again in {self.pause:g} s")


class Supervisor:
    """The programs of one installation, until a signal ends them."""

    def __init__(self, home: Home, *, host: str, port: int) -> None:
        """Nothing is started yet; signals are taken over, so that an early Ctrl+C ends all too."""
        self.home = home
        self.host = host
        self.port = port
        self.stopping = False
        self.preparing: subprocess.Popen[bytes] | None = None
        self.servers: list[Watched] = []
        self.programs: list[Watched] = []
        # Held for as long as this process lives: the mail server of the demo may die, its ports stay its own.
        self.mail_sockets: list[socket.socket] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def run(self, servers: Servers, *, demo: bool) -> int:
        """Prepare the installation, keep its programs running until a signal, end them. Returns the exit code."""
        if demo:
            self.mail_sockets = [socket.create_server((LOOPBACK, 0)) for _which in ("imap", "smtp")]
        environment = self._environment(servers)
        code, logins = self._prepare(environment, demo=demo)
        if self.stopping or code:
            return 0 if self.stopping else 1
        lines = {
            "web": commands.web(host=self.host, port=self.port),
            "worker": commands.worker(),
            "beat": commands.beat(schedule=str(self.home.path / "celerybeat-schedule")),
        }
        self.servers = [_watched_server(server) for server in servers.started]
        self.programs = [Watched(name, partial(start, line, environment)) for name, line in lines.items()]
        folder = self.home.path / "demo-mail"
        if demo and (folder / "settings.json").is_file():
            line = commands.demo_mail(folder, self.mail_sockets)
            begin = partial(start, line, environment, keep=[one.fileno() for one in self.mail_sockets])
            self.programs.append(Watched("demo mail", begin))
        greeting = [f"Lejek runs at {self._url()} (Ctrl+C ends it)", *logins]
        greet_at = 0.0
        while not self.stopping:
            now = time.monotonic()
            ended = [program for program in (*self.servers, *self.programs) if program.tend(now)]
            if ended:
                self._end_orphans()
            if greeting and now >= greet_at:
                if self._answers():
                    say("\n".join(greeting))
                    greeting = []
                greet_at = time.monotonic() + 0.3
            time.sleep(0.1)
        return 0

    def end(self) -> None:
        """End the programs and wait for them; servers are left to whoever started them."""
        running = [program.process for program in self.programs if program.process and program.process.poll() is None]
        for process in running:
            process.terminate()
        if not wait_until(lambda: all(process.poll() is not None for process in running), seconds=PATIENCE):
            for process in running:
                process.kill()
                process.wait()
        self._end_orphans()

    def _prepare(self, environment: dict[str, str], *, demo: bool) -> tuple[int, list[str]]:
        """Migrate, load seed and demo data; return the exit code and the lines to greet with."""
        command = [sys.executable, "manage.py", "prepare_installation", *(["--demo"] if demo else [])]
        if not is_loopback(self.host):
            command.append("--exposed")
        if self.stopping:
            return 0, []
        say("Preparing the database")
        self.preparing = start(command, environment, stdout=subprocess.PIPE)
        printed, _nothing = self.preparing.communicate()
        return self.preparing.returncode, printed.decode().splitlines()

    def _environment(self, servers: Servers) -> dict[str, str]:
        environment = servers.environment()
        environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
        environment.setdefault("GRANIAN_WORKERS", "2")
        environment.setdefault("CELERY_WORKER_CONCURRENCY", "2")
        # Celery warns of root; whoever runs this on a machine of root's alone knows it.
        environment.setdefault("PYTHONWARNINGS", "ignore::UserWarning:celery.platforms")
        if self.mail_sockets:
            environment["DEMO_MAIL_PORTS"] = ",".join(str(one.getsockname()[1]) for one in self.mail_sockets)
        names = ["localhost", "127.0.0.1", "[::1]", self.host, socket.gethostname()]
        environment.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys(names)))
        return environment

    def _url(self) -> str:
        host = self.host if self.host not in ("0.0.0.0", "::") else socket.gethostname()
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status < 500
        return False

    def _end_orphans(self) -> None:
        """Kill what a program left behind when it was killed itself: its children have become this process's."""
        known = {program.process.pid for program in (*self.servers, *self.programs) if program.process}
        for pid in _children(os.getpid()):
            if pid not in known:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        if self.preparing and self.preparing.returncode is None:
            self.preparing.terminate()


def run_everything(path: Path, *, ends_with_parent: bool) -> int:
    """Check, start and supervise everything; the exit code. EmbeddedError, with nothing made, when it cannot be."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = port_number(os.environ.get("PORT") or "8000")
    check_address(host, port)
    check_given_servers()
    home = open_home(path)
    with _only_one(home):
        if prctl is not None:
            prctl(PR_SET_CHILD_SUBREAPER, 1)
            if ends_with_parent:
                die_with_parent(signal.SIGTERM, parent=os.getppid())()
        supervisor = Supervisor(home, host=host, port=port)
        servers = start_servers(home, attached=True)
        try:
            return supervisor.run(servers, demo=os.environ.get("DEMO") != "0")
        finally:
            supervisor.end()
            servers.stop()


def start(
    command: list[str], environment: dict[str, str], *, stdout: int | None = None, keep: Collection[int] = ()
) -> "subprocess.Popen[bytes]":
    """Start a program in this process group; it ends when this process does. It inherits the files `keep`.

    Ctrl+C reaches it too, but as long as it is starting up it does not mind: this process ends it in good order.
    """
    end_with_us = die_with_parent(signal.SIGTERM)

    def before_it_runs() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        end_with_us()

    return subprocess.Popen(
        command if command[0] == sys.executable else [sys.executable, "-m", *command],
        env=environment,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        preexec_fn=before_it_runs,
        pass_fds=keep,
    )


def say(text: str) -> None:
    """Print a line to the terminal at once."""
    print(text, flush=True)


def _watched_server(server: Server) -> Watched:
    def start_again() -> "subprocess.Popen[bytes]":
        server.start(attached=True)
        assert server.child is not None
        return server.child

    return Watched(type(server).__name__, start_again, process=server.child, started=time.monotonic())


def _how_it_ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _children(parent: int) -> list[int]:
    """The processes that have `parent` as theirs now (Linux; elsewhere none is known)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may hold anything; the state and the parent follow it.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def _only_one(home: Home) -> Iterator[None]:
    with open(home.path / "run.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"Lejek runs from {home.path} already: stop it first, or set LEJEK_HOME.") from None
        yield
