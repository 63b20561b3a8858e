"""`make load`: simulated users (locust) at the whole of Lejek: granian, a worker and beat, PostgreSQL and Redis.

USERS=200 SECONDS=300    how many, and for how long
LEADS=100000             the database that they work in (made by the benchmark's generator)
POOL=10                  connections to PostgreSQL of each web process (1: it starves; then 503 is a right answer)
AWAY=postgres            stops PostgreSQL (or `redis`) in the middle for AWAY_SECONDS=10

Prints the times by kind of request, what failed and when, and the memory and connections through the run. The exit code
is 1 when something failed that may not fail.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg

from bench.databases import prepare
from bench.measure import WORDS
from bench.server import Client, serving
from crm.embedded import commands
from crm.embedded.home import lejek_home, open_home
from crm.embedded.postgres import Postgres
from crm.embedded.redis_server import Redis

USERS = int(os.environ.get("USERS", "200"))
SECONDS = int(os.environ.get("SECONDS", "300"))
LEADS = int(os.environ.get("LEADS", "100000"))
POOL = os.environ.get("POOL", "10")
WEB_PROCESSES = 2
# People come one after another, and not to a server that has just been started.
RAMP_SECONDS = min(60, SECONDS / 4)
WARM_UP = ("/", "/leads/", "/leads/board/", "/leads/emails/", "/leads/calls/", "/search/?q=x")
AWAY = os.environ.get("AWAY", "")
AWAY_SECONDS = int(os.environ.get("AWAY_SECONDS", "10"))
# After a server is back, pools and queues need a moment.
RECOVERY_SECONDS = 10
SLOWEST_REFUSAL = 5.0
SAMPLED_EVERY = 2.0


@dataclass(frozen=True)
class Sample:
    """The memory of the web processes and of the worker (MB), and the connections to the database, at a moment."""

    at: float
    web: float
    worker: float
    connections: int


def main() -> int:
    """Run the load and judge it."""
    url = prepare(LEADS)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        (place / "facts.json").write_text(json.dumps(_facts(url)), encoding="utf-8")
        server = stack.enter_context(
            serving(url, workers=WEB_PROCESSES, settings="config.settings.dev", DATABASE_POOL_SIZE=POOL)
        )
        worker = stack.enter_context(_background(url, place))
        samples: list[Sample] = []
        stack.enter_context(_sampling(samples, url, server.process, worker))
        client = Client(server.port).sign_in()
        for path in WARM_UP * WEB_PROCESSES * 2:
            client.get(path)
        locust = subprocess.Popen(_locust(server.port, place), env=_locust_environment(place))
        away = _away_in_the_middle() if AWAY else None
        locust.wait()
        failures = _lines(place / "failures.jsonl")
        rows = list(csv.DictReader((place / "load_stats.csv").open(encoding="utf-8")))
    _print_times(rows)
    _print_samples(samples)
    wrong = [failure for failure in failures if not _may_fail(failure, away)]
    _print_failures("Failed while that was right", [failure for failure in failures if failure not in wrong])
    _print_failures("Failed and may not", wrong)
    return 1 if wrong or not rows else 0


def _facts(url: str) -> dict[str, Any]:
    """What the simulated users work with: sessions of sellers and of the manager, leads, reference data."""
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.db import connections
    from django.test import Client as Browser

    from crm.models import LeadStatus, LeadTypeStatus, User
    from leads.models import Lead

    sessions = []
    for user in User.objects.filter(is_active=True).order_by("pk")[:USERS]:
        client = Browser()
        client.force_login(user)
        sessions.append(client.cookies["sessionid"].value)
    leads = list(Lead.objects.open().order_by("-pk").values_list("pk", flat=True)[:20_000])
    Random(1).shuffle(leads)
    open_statuses = LeadStatus.objects.filter(is_closed=False, is_archived=False)
    restricted = set(LeadTypeStatus.objects.values_list("type", flat=True))
    facts = {
        "sessions": sessions,
        "leads": leads,
        "sellers": list(User.objects.filter(leads__isnull=False).distinct().values_list("pk", flat=True)[:50]),
        "statuses": list(open_statuses.values_list("pk", flat=True)),
        "open_to_all": [
            status.pk for status in open_statuses if set(status.types.values_list("pk", flat=True)) >= restricted
        ],
        "words": WORDS,
    }
    connections.close_all()
    return facts


@contextmanager
def _background(url: str, place: Path) -> Iterator[psutil.Process]:
    """A worker and beat, as `make run` starts them; the worker."""
    environment = {**os.environ, "DATABASE_URL": url, "CELERY_WORKER_CONCURRENCY": "2", "EMAIL_URL": "dummymail://"}
    lines = (commands.worker(), commands.beat(schedule=str(place / "beat")))
    started = [subprocess.Popen([sys.executable, "-m", *line], env=environment) for line in lines]
    try:
        yield psutil.Process(started[0].pid)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


def _locust(port: int, place: Path) -> Sequence[str]:
    return [
        sys.executable, "-m", "locust", "-f", "bench/locustfile.py", "--headless", "--only-summary", "--skip-log",
        "-u", str(USERS), "-r", str(USERS / RAMP_SECONDS), "-t", f"{SECONDS}s", "--host", f"http://127.0.0.1:{port}",
        "--csv", str(place / "load"), "--exit-code-on-error", "0",
    ]  # fmt: skip


def _locust_environment(place: Path) -> dict[str, str]:
    own = {"LOAD_FACTS": str(place / "facts.json"), "LOAD_FAILURES": str(place / "failures.jsonl")}
    return {**os.environ, **own, "PYTHONWARNINGS": "ignore"}


def _away_in_the_middle() -> tuple[float, float]:
    """Stop a server for a while in the middle of the run; from when to when it was away."""
    home = open_home(lejek_home())
    server = Postgres(home) if AWAY == "postgres" else Redis(home)
    time.sleep(SECONDS / 2)
    start = time.time()
    server.stop()
    time.sleep(AWAY_SECONDS)
    server.start(attached=True)
    return start, time.time()


def _may_fail(failure: dict[str, Any], away: tuple[float, float] | None) -> bool:
    """Whether the failure is a refusal, in time, while there was a reason for it."""
    if failure["error"] != "503" or failure["ms"] > SLOWEST_REFUSAL * 1000:
        return False
    starves = int(POOL) * WEB_PROCESSES < 10
    return starves or (away is not None and away[0] <= failure["at"] <= away[1] + RECOVERY_SECONDS)


# --- Memory and connections -----------------------------------------------------------------------------------------


@contextmanager
def _sampling(
    samples: list[Sample], url: str, web: psutil.Process, worker: psutil.Process
) -> Iterator[None]:  # fmt: skip
    over = Event()

    def watch() -> None:
        while not over.wait(SAMPLED_EVERY):
            try:
                with psycopg.connect(url, connect_timeout=2) as connection:
                    row = connection.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                    ).fetchone()
            except psycopg.Error:
                continue
            samples.append(Sample(time.time(), _memory(web), _memory(worker), row[0] if row else 0))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _memory(process: psutil.Process) -> float:
    """The megabytes of a process and all below it, what they share counted once."""
    found = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            found += each.memory_full_info().pss / 1e6
        except psutil.Error:
            continue
    return found


# --- What is printed ------------------------------------------------------------------------------------------------


def _print_times(rows: Sequence[dict[str, str]]) -> None:
    print(
        f"\n{USERS} users for {SECONDS} s at {LEADS} leads, {WEB_PROCESSES} web processes, {POOL} connections each:\n"
    )
    print(f"{'':24} {'requests':>9} {'failed':>7} {'median':>8} {'p95':>8} {'p99':>8} {'most':>8}")
    for row in rows:
        times = "".join(f"{float(row[name]):9.0f}" for name in ("50%", "95%", "99%", "Max Response Time"))
        print(f"{row['Name']:24} {row['Request Count']:>9} {row['Failure Count']:>7}{times}")


def _print_samples(samples: Sequence[Sample]) -> None:
    """The run in five parts: growth would be seen from the second one (all users are there) to the last."""
    print(f"\n{'seconds':>12} {'web MB':>8} {'worker MB':>10} {'connections':>12}")
    size = max(len(samples) // 5, 1)
    for start in range(0, size * 5, size):
        part = samples[start : start + size]
        if part:
            span = f"{part[0].at - samples[0].at:.0f}-{part[-1].at - samples[0].at:.0f}"
            most = max(sample.connections for sample in part)
            print(f"{span:>12} {mean(s.web for s in part):8.0f} {mean(s.worker for s in part):10.0f} {most:12}")


def _print_failures(title: str, failures: Sequence[dict[str, Any]]) -> None:
    print(f"\n{title}: {len(failures)}")
    for (name, error), count in Counter((each["name"], each["error"]) for each in failures).most_common(15):
        slowest = max(each["ms"] for each in failures if (each["name"], each["error"]) == (name, error))
        print(f"{count:6} {name}: {error} (the slowest after {slowest} ms)")


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


if __name__ == "__main__":
    sys.exit(main())
