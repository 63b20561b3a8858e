"""Processes that end with the one that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from crm.embedded.home import Account

# Of <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(sent: signal.Signals, *, parent: int | None = None) -> Callable[[], None]:
    """A function for a new child: from then on the kernel sends it `sent` when its parent is gone, however it went.

    The parent is the process that calls this, unless it is named. Only Linux has it.
    """
    parent = parent or os.getpid()

    def ask_kernel() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(sent))
            if os.getppid() != parent:
                os.kill(os.getpid(), sent)

    return ask_kernel


def spawn_server(
    command: Sequence[str | Path], *, account: Account | None, folder: Path, log: IO[bytes], ends: signal.Signals | None
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, under its account; `ends` is sent to it when this process dies."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        env=server_environment(folder),
        start_new_session=True,
        preexec_fn=die_with_parent(ends) if ends else None,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def run_as(account: Account | None, command: Sequence[str | Path], *, folder: Path, text: str = "") -> str:
    """Run a command to its end under the servers' account; return what it printed, raise CalledProcessError."""
    return subprocess.run(
        command,
        input=text,
        cwd=folder,
        env=server_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    ).stdout


def server_environment(folder: Path) -> Mapping[str, str]:
    """A bare environment: no PG* variable or locale of the caller changes what a server does."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def command_line(pid: int) -> str:
    """The command line of a running process, empty when there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def pid_in(file: Path, *, of: str) -> int | None:
    """The process id on the first line of a pid file, if it is still a process with `of` in its command line."""
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if of in command_line(pid) else None


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Ask `done` again and again; True as soon as it says so, False when the time is over."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def end_process(pid: int, sent: signal.Signals, *, of: str, child: subprocess.Popen[bytes] | None = None) -> None:
    """Ask a process to end and wait for it; after half a minute it is killed."""

    def gone() -> bool:
        if child is not None:
            return child.poll() is not None
        return of not in command_line(pid)

    for wanted, seconds in ((sent, 30.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, wanted)
        if wait_until(gone, seconds=seconds):
            return
