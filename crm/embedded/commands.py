"""The command lines of the three programs that Lejek is made of, for `make run` and for docker-compose.yml alike."""


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


def _celery(program: str, *options: str) -> list[str]:
    return ["celery", "--app", "config", "--quiet", program, "--loglevel", "WARNING", *options]
