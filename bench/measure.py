"""What is measured: requests of each kind, interleaved, on a small and a large database, beside their floors in SQL."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import board, reports, webhook
from bench.server import Answer, Client, Server, form_of, link_in

FLOOR = Path(__file__).parent / "floor"
WARM_UP = 10
DEEP_PAGES = 100
WORDS = ("antresola", "lodz", "wozki", "archiwum", "kowalsk", "chlodni", "nowak@", "sezon")
# Beside the words, what is rare: a phone number and a NIP of the database, and what nothing has.
NOTHING = "zzyzx"
KINDS = (
    "empty",
    "list_first",
    "list_filtered",
    "list_searched",
    "list_deep",
    "card",
    "history",
    "save",
    "search",
    "my_day",
    "webhook",
    *board.KINDS,
)
ALL_KINDS = (*KINDS, *reports.KINDS)


@dataclass(frozen=True)
class Facts:
    """What requests of one database are made with."""

    leads: list[int]
    sellers: list[int]
    statuses: list[int]
    searched: list[str]
    deep_url: str
    deep_id: int
    board: board.BoardFacts


@dataclass
class Samples:
    """All measurements of one kind on one database, in milliseconds."""

    total: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        return {
            "median_ms": round(median(self.total), 2),
            "p95_ms": round(quantiles(self.total, n=20)[-1], 2),
            "queries": max(self.queries),
            "sql_ms": round(median(self.sql), 2),
            "floor_ms": round(median(self.floor), 2) if self.floor else 0.0,
            "bytes": round(median(self.size)),
        }


def facts_of(url: str, client: Client) -> Facts:
    """Look up what the requests need, and walk to the deep page."""
    with psycopg.connect(url) as connection:
        found = [
            [row[0] for row in connection.execute(query).fetchall()]
            for query in (
                "SELECT id FROM leads_lead ORDER BY random() LIMIT 2000",
                "SELECT sales_person_id FROM leads_lead WHERE sales_person_id IS NOT NULL"
                " GROUP BY 1 ORDER BY count(*) DESC LIMIT 10",
                "SELECT id FROM crm_leadstatus WHERE NOT is_closed ORDER BY sort_order",
                "(SELECT phone FROM leads_lead WHERE phone <> '' ORDER BY id LIMIT 4)"
                " UNION ALL (SELECT nip FROM crm_partner WHERE nip <> '' ORDER BY id LIMIT 4)",
                f"SELECT id FROM leads_lead ORDER BY id DESC OFFSET {DEEP_PAGES * 50 - 1} LIMIT 1",
            )
        ]
    page = client.get("/leads/?state=all")
    deep_url = ""
    for _ in range(DEEP_PAGES):
        deep_url = link_in(page.body, r"[^\"]*after=[^\"]*")
        page = client.get(deep_url)
    leads, sellers, statuses, numbers, [deep_id] = found
    searched = [*WORDS, *numbers, NOTHING]
    with psycopg.connect(url) as connection:
        return Facts(leads, sellers, statuses, searched, deep_url, deep_id, board.board_facts(connection, client))


class Kind:
    """One kind of request: how it is sent, and the parameters of its floor."""

    def __init__(self, name: str, client: Client, facts: Facts) -> None:
        self.name, self.client, self.facts = name, client, facts

    def ask(self, random: Random) -> tuple[Answer, dict[str, Any]]:
        """Send one request."""
        facts, get = self.facts, self.client.get
        if self.name in reports.KINDS:
            return reports.ask_report(self.name, self.client)
        if self.name in board.KINDS:
            return board.ask_board(self.name, self.client, facts.board, random)
        lead = random.choice(facts.leads)
        match self.name:
            case "empty":
                return get("/bench/empty/"), {}
            case "list_first":
                return get("/leads/"), {}
            case "list_filtered":
                seller, status = random.choice(facts.sellers), random.choice(facts.statuses)
                return get(f"/leads/?sales_person={seller}&status={status}"), {"seller": seller, "status": status}
            case "list_searched":
                word = random.choice(WORDS)
                return get(f"/leads/?q={word}"), {"like": f"%{word}%"}
            case "list_deep":
                return get(facts.deep_url), {"after": facts.deep_id}
            case "card":
                return get(f"/leads/{lead}/"), {"lead": lead}
            case "search":
                return get(f"/search/?{urlencode({'q': random.choice(facts.searched)})}", htmx=True), {}
            case "my_day":
                return get("/?who=all"), {}
            case "webhook":
                return webhook.ask_webhook(self.client, random), {}
            case "history":
                return get(f"/leads/{lead}/history/"), {}
            case "save":
                return self._save(lead, f"Miasto {random.randint(1, 999_999)}")
        raise ValueError(self.name)

    def _save(self, lead: int, city: str) -> tuple[Answer, dict[str, Any]]:
        """Change one field of a card that was opened before, the way its form sends it."""
        form = form_of(self.client.get(f"/leads/{lead}/").body, "lead-form")
        sent = [(name, city if name == "city" else value) for name, value in form]
        answer = self.client.post(f"/leads/{lead}/update/", sent, htmx=True)
        return answer, {"lead": lead, "city": f"{city}."}


class Database:
    """One of the databases: its own server and client, a connection for the floors, and what was measured."""

    def __init__(self, url: str, server: Server) -> None:
        client = Client(server.port).sign_in()
        facts = facts_of(url, client)
        self.server, self.client = server, client
        self.kinds = {name: Kind(name, client, facts) for name in ALL_KINDS}
        self.samples = {name: Samples() for name in ALL_KINDS}
        self.connection = psycopg.connect(url, autocommit=True)

    def figures(self) -> dict[str, dict[str, float]]:
        """By kind of request."""
        return {name: sample.summary() for name, sample in self.samples.items()}


def measure(databases: Sequence[Database], *, requests: int) -> None:
    """`requests` of each kind on each database (of reports some), one at a time and interleaved, each followed by its
    floor. What disturbs the machine then disturbs all of them alike.
    """
    _measure(databases, KINDS, requests=requests, warm_up=WARM_UP)
    _measure(databases, reports.KINDS, requests=min(requests, reports.REQUESTS), warm_up=1)


def _measure(databases: Sequence[Database], kinds: Sequence[str], *, requests: int, warm_up: int) -> None:
    random = Random(requests)
    for round_ in range(-warm_up, requests):
        for name in kinds:
            for database in databases:
                answer, parameters = database.kinds[name].ask(random)
                if answer.status != 200:
                    raise RuntimeError(f"{name}: {answer.status}\n{answer.body[:2000].decode()}")
                floor = _floor(database.connection, name, parameters)
                if round_ < 0:
                    continue
                sample = database.samples[name]
                sample.total.append(answer.milliseconds)
                sample.sql.append(answer.sql)
                sample.queries.append(answer.queries)
                sample.size.append(len(answer.body))
                if floor is not None:
                    sample.floor.append(floor)


def _floor(connection: psycopg.Connection[Any], name: str, parameters: dict[str, Any]) -> float | None:
    """The milliseconds of the same rows by hand-written SQL."""
    file = FLOOR / f"{name}.sql"
    if not file.is_file():
        return None
    statements = [statement for statement in file.read_text(encoding="utf-8").split(";\n") if statement.strip()]
    started = perf_counter()
    for statement in statements:
        cursor = connection.execute(statement, parameters or None)
        if cursor.description:
            cursor.fetchall()
    return (perf_counter() - started) * 1000


# --- Load and export ----------------------------------------------------------------------------------------------


def requests_per_second(port: int, path: str, *, seconds: float) -> float:
    """How many answers of 200 many clients get at once, four for each core."""
    clients = 4 * (os.cpu_count() or 1)
    end = perf_counter() + seconds

    def work(client: Client) -> int:
        done = 0
        while perf_counter() < end:
            done += client.get(path).status == 200
        return done

    first = Client(port).sign_in()
    others = [Client(port, dict(first.cookies)) for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(work, others)) / seconds


@contextmanager
def peak_memory(server: Server) -> Iterator[Callable[[], int]]:
    """Watch the memory of the server; the function gives the most bytes that it held."""
    peak = server.memory()
    over = Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.05):
            peak = max(peak, server.memory())

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak
    finally:
        over.set()
        watcher.join()


EXPORTED = 100_000


def exported_from(url: str) -> str:
    """The day since which EXPORTED leads came; "" when there are no more than these."""
    with psycopg.connect(url) as connection:
        query = "SELECT to_char(received_at, 'YYYY-MM-DD') FROM leads_lead ORDER BY id DESC OFFSET %s LIMIT 1"
        row = connection.execute(query, [EXPORTED]).fetchone()
    return str(row[0]) if row else ""


def export(server: Server, client: Client, format: str, *, since: str) -> dict[str, float]:
    """Export the leads that came `since` a day: seconds, bytes, and how many bytes of memory the server took for it."""
    before = server.memory()
    with peak_memory(server) as peak:
        answer = client.get(f"/leads/export.{format}?state=all&received_from={since}")
    if answer.status != 200:
        raise RuntimeError(f"export.{format}: {answer.status}")
    return {
        "seconds": round(answer.milliseconds / 1000, 1),
        "bytes": len(answer.body),
        "rows": answer.body.count(b"\r\n") - 1 if format == "csv" else 0,
        "memory_before": before,
        "memory_peak": peak(),
    }
