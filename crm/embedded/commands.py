"""The command lines of the three programs that Lejek is made of, for `make run` and for docker-compose.yml alike, and
of the mail server of the demo.
"""

from collections.abc import Sequence
from pathlib import Path
from socket import socket


def web(*, host: str, port: int) -> list[str]:
    """The web server; the number of its processes comes from GRANIAN_WORKERS (default 1)."""
    options = [
        "--interface",
        "asginl",
        "--no-ws",
        "--http",
        "1",
        "--log-level",
        "warning",
        "--host",
        host,
        "--port",
        str(port),
    ]
    # An open stream of live events counts as a request under way, for hours.
    return ["granian", *options, "--backpressure", "4096", "config.asgi:application"]


def worker() -> list[str]:
    """A Celery worker; the number of its processes comes from CELERY_WORKER_CONCURRENCY (default: one a core)."""
    return _celery("worker", "--without-gossip", "--without-mingle")


def beat(*, schedule: str) -> list[str]:
    """Celery beat, of which exactly one may run; `schedule` is the file where it keeps what ran last."""
    return _celery("beat", "--schedule", schedule, "--pidfile=")


def demo_mail(folder: Path, sockets: Sequence[socket]) -> list[str]:
    """The mail server of the demo, on listening sockets that it inherits: one for IMAP, one for SMTP."""
    numbers = [str(one.fileno()) for one in sockets]
    return ["communications.demo.mail_server", str(folder), *numbers]


def _celery(program: str, *options: str) -> list[str]:
    return ["celery", "--app", "config", "--quiet", program, "--loglevel", "WARNING", *options]
