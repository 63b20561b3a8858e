"""The real web server on one of the databases, and a browser-like client that is signed in."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from time import perf_counter, sleep
from urllib.parse import quote, urlencode

import psutil  # type: ignore[import-untyped]

from bench.generate import LOGIN, PASSWORD
from crm.embedded.commands import web

START_SECONDS = 60
# What stands in an address as it is; the rest is quoted, as browsers do.
ADDRESS = "/?&=%+:,;@~-._"
CHECKED = ("checkbox", "radio", "submit", "button")  # sent only when they are checked


@dataclass
class Server:
    """A running web server; `process` is its first one, whose children answer."""

    port: int
    process: psutil.Process

    def memory(self) -> int:
        """The bytes that its biggest process holds."""
        return max(int(process.memory_info().rss) for process in self.process.children(recursive=True))


@contextmanager
def serving(url: str, *, workers: int, settings: str = "bench.settings", **variables: str) -> Iterator[Server]:
    """Serve a database as `make run` does, until the block ends; `variables` are added to the environment."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": settings,
        "GRANIAN_WORKERS": str(workers),
        "EMAIL_URL": "dummymail://",
        **variables,
    }
    command = [sys.executable, "-m", *web(host="127.0.0.1", port=port)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait(port)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    end = perf_counter() + START_SECONDS
    while perf_counter() < end:
        try:
            if Client(port).get("/healthz").status == 200:
                return
        except OSError:
            sleep(0.1)
    raise TimeoutError("The web server did not start.")


@dataclass(frozen=True)
class Answer:
    """One answer, with the milliseconds that the client waited and what the middleware says of the queries."""

    status: int
    body: bytes
    milliseconds: float
    queries: int
    sql: float
    location: str
    rows: int = 0
    pages: int = 0
    slowest: str = ""


@dataclass
class Client:
    """A connection that stays open, with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def sign_in(self, login: str = LOGIN) -> "Client":
        """Sign in by the login page, as people do."""
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": login, "password": PASSWORD})
        if answer.status != 302:
            raise RuntimeError(f"Signing in failed: {answer.status}")
        return self

    def get(self, path: str, *, htmx: bool = False, explain: bool = False) -> Answer:
        headers = {"HX-Request": "true"} if htmx else {}
        return self._send("GET", path, None, {**headers, "X-Explain": "1"} if explain else headers)

    def post(
        self, path: str, data: dict[str, str] | list[tuple[str, str]], *, htmx: bool = False, explain: bool = False
    ) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "Referer": f"http://127.0.0.1:{self.port}/",
            **({"HX-Request": "true"} if htmx else {}),
            **({"X-Explain": "1"} if explain else {}),
        }
        return self._send("POST", path, urlencode(data), headers)

    def post_body(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """A body that is no form, with its own headers."""
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookies, "Accept-Language": "pl", **headers}
        for attempt in (1, 2):
            started = perf_counter()
            try:
                self._connection.request(method, quote(path, safe=ADDRESS), body, sent)
                response = self._connection.getresponse()
                break
            except http.client.RemoteDisconnected:  # the server closes what was idle for long
                if attempt == 2:
                    raise
                self._connection.close()
        content = response.read()
        milliseconds = (perf_counter() - started) * 1000
        for header in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return Answer(
            response.status,
            content,
            milliseconds,
            int(response.headers.get("X-Queries", 0)),
            float(response.headers.get("X-Sql", 0)),
            response.headers.get("Location", ""),
            int(response.headers.get("X-Rows", 0)),
            int(response.headers.get("X-Pages", 0)),
            json.loads(response.headers.get("X-Slowest", '""')),
        )


class _Form(HTMLParser):
    """What a browser would send of the form with the ID `wanted`."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.inside = False
        self.sent: list[tuple[str, str]] = []
        self._select = ""
        self._text: list[str] | None = None
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.wanted
        if not (self.inside or given.get("form") == self.wanted):
            if tag == "option" and self._select and "selected" in given:
                self.sent.append((self._select, given.get("value", "")))
            return
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.sent.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._name, self._text = name, []
        elif tag == "input" and "disabled" not in given and (given.get("type") not in CHECKED or "checked" in given):
            self.sent.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text is not None:
            self.sent.append((self._name, "".join(self._text)))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def form_of(page: bytes, form_id: str) -> list[tuple[str, str]]:
    """The names and values that a browser would send of a form, without what scripts add."""
    parser = _Form(form_id)
    parser.feed(page.decode())
    return [(name, value) for name, value in parser.sent if name]


def link_in(page: bytes, pattern: str) -> str:
    """The first address in a page that matches `pattern`."""
    found = re.search(rf'href="({pattern})"', page.decode())
    if found is None:
        raise RuntimeError(f"No link like {pattern}")
    return found[1].replace("&amp;", "&")
