"""The real ASGI server (granian) on the database of the tests: what Django's live server, a WSGI one, can't show."""

import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from config.env import BASE_DIR
from crm.embedded import commands
from crm.models import User
from tests.infra.installation import free_port, until


@dataclass(frozen=True)
class AsgiServer:
    """A running server; `process` is the parent of its one worker."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def asgi_server(django_db_setup: None) -> Iterator[AsgiServer]:
    """One server for all tests of a process; the tests that use it need `transactional_db`."""
    with running_server() as server:
        yield server


@contextlib.contextmanager
def running_server(**variables: str) -> Iterator[AsgiServer]:
    """A server of one's own, with changes of its environment."""
    port = free_port()
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    own = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database.geturl(), **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", *commands.web(host="127.0.0.1", port=port)], cwd=BASE_DIR, env={**os.environ, **own}
    )
    try:
        until(lambda: _answers(port), "the ASGI server does not answer")
        yield AsgiServer(port, process)
    finally:
        process.terminate()
        process.wait(20)


def session_cookie(user: User) -> str:
    """A session of `user`, as the header Cookie."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False
