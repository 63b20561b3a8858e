"""PostgreSQL or Redis away, or no connection free: a clear 503 with Retry-After, and the web processes go on."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import psutil
import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from config.env import BASE_DIR
from crm.models import User
from crm.outage import is_outage
from tests.asgi import running_server, session_cookie
from tests.infra.installation import Installation, child, until

BUSY = "Lejek jest bardzo zajęty albo właśnie uruchomiony ponownie"
LONGEST = 5.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str
    seconds: float


def ask(port: int, path: str, cookie: str = "", *, data: dict[str, str] | None = None, **headers: str) -> Answer:
    """One request on a connection of its own."""
    http_connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.monotonic()
    sent = {"Cookie": cookie, **({"Content-Type": "application/x-www-form-urlencoded"} if data else {}), **headers}
    http_connection.request("POST" if data else "GET", path, urlencode(data or {}), sent)
    response = http_connection.getresponse()
    text = response.read().decode()
    return Answer(response.status, response.headers, text, time.monotonic() - started)


def assert_clear(answer: Answer) -> None:
    """A page of 503 that says when to come back, and how."""
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert BUSY in answer.text
    assert 'href="/leads/"' in answer.text
    assert answer.seconds < LONGEST


@contextmanager
def server_with_a_pool(**variables: str) -> Iterator[int]:
    """The server with the pool of production, on the database of the tests; its port."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "SECRET_KEY": settings.SECRET_KEY}
    with running_server(**own, REDIS_URL=settings.REDIS_URL, **variables) as server:
        yield server.port


@pytest.mark.django_db(transaction=True)
def test_a_starving_pool_and_a_restarted_postgresql(ewa: User) -> None:
    cookie = session_cookie(ewa)
    with server_with_a_pool(DATABASE_POOL_SIZE="1", DATABASE_POOL_TIMEOUT="1") as port:
        assert ask(port, "/leads/", cookie).status == 200
        waiting = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as locking:
            locking.execute("LOCK TABLE leads_lead")
            # This request holds the only connection until the lock is gone.
            waiting.request("GET", "/leads/", headers={"Cookie": cookie})
            until(lambda: _waits_for_lock(), "the first request does not wait")

            assert_clear(ask(port, "/leads/", cookie))
            by_htmx = ask(port, "/leads/", cookie, **{"HX-Request": "true"})
            by_script = ask(port, "/leads/", cookie, Accept="application/json")
            locking.rollback()
        first = waiting.getresponse()
        assert (first.status, len(first.read()) > 1000) == (200, True)

        assert (by_htmx.status, by_htmx.text, by_htmx.headers["HX-Reswap"]) == (503, "", "none")
        assert "Lejek jest bardzo zaj" in by_htmx.headers["HX-Trigger"].encode().decode("unicode-escape")
        assert (by_script.status, BUSY in by_script.text.encode().decode("unicode-escape")) == (503, True)

        # Every connection of the server is cut, as a restart of PostgreSQL does: nobody is told.
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity" + OTHERS
        with connection.cursor() as cursor:
            cursor.execute(cut)
            assert cursor.fetchone()[0] > 0
        assert ask(port, "/leads/", cookie).status == 200


OTHERS = " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


def _waits_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity{OTHERS} AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown("terminating connection"), True),
        (psycopg.errors.TooManyConnections("too many clients"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.errors.DeadlockDetected("deadlock detected"), False),
        (psycopg.errors.UndefinedTable("relation does not exist"), False),
        (ValueError("closed"), False),
    ],
)
def test_what_counts_as_an_outage(error: Exception, is_told: bool) -> None:
    wrapped = OperationalError("as Django tells it")
    wrapped.__cause__ = error
    assert is_outage(error) == is_told
    assert is_outage(wrapped) == is_told


def test_an_error_of_ours_is_no_outage() -> None:
    assert not is_outage(None)
    assert not is_outage(DatabaseError("syntax error"))


# --- The whole installation ---------------------------------------------------------------------------------------


@contextmanager
def away(supervisor: psutil.Process, server: str) -> Iterator[None]:
    """`server` is stopped, and the supervisor kept from starting it again until the block ends."""
    process = child(supervisor, server)
    assert process is not None
    supervisor.send_signal(signal.SIGSTOP)
    try:
        process.send_signal(signal.SIGINT)
        until(lambda: process.status() == psutil.STATUS_ZOMBIE, f"{server} does not end")
        yield
    finally:
        supervisor.send_signal(signal.SIGCONT)


EMAIL, PASSWORD = "szef@lejek.test", "lejek-outage"


def add_administrator(installation: Installation) -> None:
    """Somebody who can sign in."""
    variables = {"DJANGO_SUPERUSER_EMAIL": EMAIL, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    made = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    subprocess.run(made, cwd=BASE_DIR, env=installation.environment(**variables), check=True)


def sign_in(port: int) -> str:
    """The cookies of the administrator."""
    page = ask(port, "/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    cookies = [page.headers["Set-Cookie"].split(";")[0]]
    form = {"csrfmiddlewaretoken": token[1], "login": EMAIL, "password": PASSWORD}
    answer = ask(port, "/accounts/login/", cookies[0], data=form)
    assert answer.status == 302
    return "; ".join(header.split(";")[0] for header in answer.headers.get_all("Set-Cookie") or ())


def web_processes(supervisor: psutil.Process) -> set[int]:
    web = child(supervisor, "granian")
    assert web is not None
    return {web.pid, *(process.pid for process in web.children(recursive=True))}


@pytest.mark.long
def test_postgresql_and_redis_away_for_a_while(installation: Installation) -> None:
    supervisor = installation.start_everything(DEMO="0")
    add_administrator(installation)
    port = installation.port
    cookie = sign_in(port)
    assert ask(port, "/leads/", cookie).status == 200
    before = web_processes(supervisor)

    with away(supervisor, "postgres"):
        for path in ("/leads/", "/leads/", "/leads/board/", "/accounts/login/"):
            answer = ask(port, path, cookie)
            assert answer.status in (200, 503), answer.text
            assert answer.seconds < LONGEST
        assert_clear(ask(port, "/leads/", cookie))
        assert ask(port, "/healthz").status == 503
    # It may take the pool a few seconds to be told that PostgreSQL is back.
    until(lambda: ask(port, "/leads/", cookie).status == 200, installation.printed, seconds=15)
    assert {ask(port, "/leads/", cookie).status for _ in range(40)} == {200}

    with away(supervisor, "redis-server"):
        page = ask(port, "/leads/", cookie)
        assert page.status == 200
        assert page.seconds < LONGEST
        assert ask(port, "/healthz").status == 503
    until(installation.is_healthy, installation.printed)
    assert {ask(port, "/leads/", cookie).status for _ in range(40)} == {200}
    assert web_processes(supervisor) == before
    os.kill(supervisor.pid, signal.SIGTERM)
    assert installation.exit_code() == 0
