"""An installation of its own for a test: a new LEJEK_HOME, with nothing that the test run itself has set."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from config.env import BASE_DIR
from crm.embedded.processes import die_with_parent

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")


class Installation:
    """The command line of the embedded servers on a folder of the test, and what it leaves behind."""

    def __init__(self, home: Path, output: Path) -> None:
        self.home = home
        self.output = output
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self, **variables: str) -> dict[str, str]:
        """What a shell would have, plus this installation and `variables`."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return inherited | {"LEJEK_HOME": str(self.home), "PORT": str(self.port)} | variables

    def call(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `python -m crm.embedded` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "crm.embedded", *arguments],
            cwd=BASE_DIR,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def start(self, *arguments: str, **variables: str) -> psutil.Process:
        """Start one command in a process group of its own, as a shell does; what it prints goes to `output`."""
        with open(self.output, "ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "crm.embedded", *arguments],
                cwd=BASE_DIR,
                env=self.environment(**variables),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.processes.append(process)
        return psutil.Process(process.pid)

    def start_everything(self, **variables: str) -> psutil.Process:
        """`make run`, without its preparation; returns when it has printed the address."""
        printed = self.printed().count("Lejek runs at")
        supervisor = self.start("run", **variables)
        until(lambda: self.printed().count("Lejek runs at") > printed or not supervisor.is_running(), self.printed)
        return supervisor

    def printed(self) -> str:
        """Everything that started commands have printed so far."""
        return self.output.read_text() if self.output.exists() else ""

    def health(self) -> dict[str, object]:
        """What /healthz answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/healthz")
        return dict(json.loads(connection.getresponse().read()))

    def is_healthy(self) -> bool:
        """True when the web server answers and has its servers."""
        try:
            return self.health()["status"] == "ok"
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def exit_code(self) -> int:
        """Wait for the command started last."""
        return self.processes[-1].wait(timeout=90)

    def remove(self) -> None:
        """End what a failed test has left, and delete the data."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=90)
        if self.home.is_dir():
            assert self.call("destroy").returncode == 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], object], what: Callable[[], object] | str, *, seconds: float = 90) -> None:
    """Wait for a condition; its time over, fail with `what`."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, what if isinstance(what, str) else what()
        time.sleep(0.05)


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that descend from it."""
    return [process, *process.children(recursive=True)]


def child(process: psutil.Process, word: str) -> psutil.Process | None:
    """The child of a process that has `word` in its command line; None while there is none."""
    return next((found for found in process.children() if word in command(found)), None)


def command(process: psutil.Process) -> str:
    """The command line of a process, empty when it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
