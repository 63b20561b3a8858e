"""What simulated users do, for locust: the mix of a working day, with time to read and think in between.

`bench.load` starts it and says in LOAD_FACTS (a JSON file) whose sessions and leads these are. Every user also keeps a
stream of live events open, as a browser does, and asks for the parts that a page loads by itself.
"""

import itertools
import json
import os
import re
import time
from html import unescape
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import gevent  # type: ignore[import-untyped]
import requests
from locust import FastHttpUser, between, events, task

from bench.server import form_of

FACTS = json.loads(Path(os.environ["LOAD_FACTS"]).read_text(encoding="utf-8"))
FAILURES = Path(os.environ["LOAD_FAILURES"])
LOADED = re.compile(r'<[^>]*hx-get="([^"]+)"[^>]*hx-trigger="load"')
NUMBERS = itertools.count()
STREAM_PAUSE = 3


class Person(FastHttpUser):
    """Somebody who is signed in and works with their own part of the leads."""

    wait_time = between(10, 50)
    network_timeout = connection_timeout = 30

    def on_start(self) -> None:
        """Take a session, and listen to live events."""
        self.number = next(NUMBERS)
        sessions = FACTS["sessions"]
        self.random = Random(self.number)
        self.own = FACTS["leads"][self.number % len(sessions) :: len(sessions)]
        token = "a" * 32
        self.headers = {
            "Cookie": f"sessionid={sessions[self.number % len(sessions)]}; csrftoken={token}",
            "X-CSRFToken": token,
            "Accept-Language": "pl",
        }
        self.listening = gevent.spawn(self._listen)

    def on_stop(self) -> None:
        self.listening.kill()

    def _listen(self) -> None:
        """Hold the stream; open it again when it ends, as browsers do."""
        while True:
            try:
                with requests.get(
                    f"{self.host}/live/", headers=self.headers, stream=True, timeout=(10, 120)
                ) as response:  # fmt: skip
                    for _piece in response.iter_content(1024):
                        pass
            except requests.RequestException:
                pass
            gevent.sleep(STREAM_PAUSE)

    def open(self, path: str, name: str, *, htmx: bool = False) -> str:
        """A page (or, by HTMX, a part of one), with the parts that it loads by itself; "" when it did not come."""
        headers = {**self.headers, **({"HX-Request": "true"} if htmx else {})}
        with self.client.get(path, name=name, headers=headers, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")
                return ""
            page = answer.text or ""
        for part in LOADED.findall(page):
            self.open(unescape(part), f"{name}: parts", htmx=True)
        return page

    def send(self, path: str, name: str, form: dict[str, Any] | list[tuple[str, Any]]) -> None:
        """A form by HTMX."""
        form_type = "application/x-www-form-urlencoded"
        headers = {**self.headers, "HX-Request": "true", "Content-Type": form_type}
        with self.client.post(path, name=name, data=urlencode(form), headers=headers, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")

    def think(self) -> None:
        """Look at what is there before doing something with it."""
        gevent.sleep(self.random.uniform(2, 8))

    @task(5)
    def list_leads(self) -> None:
        """The list, and sometimes its next page."""
        page = self.open("/leads/", "list")
        following = re.search(r'href="(/leads/\?[^"]*after=[^"]+)"', page)
        if following and self.random.random() < 0.4:
            self.think()
            self.open(unescape(following[1]), "list, next page", htmx=True)

    @task(4)
    def filter_leads(self) -> None:
        """Somebody's leads in one status, or one's own."""
        seller, status = self.random.choice(FACTS["sellers"]), self.random.choice(FACTS["statuses"])
        query = self.random.choice((f"sales_person={seller}&status={status}", "mine=1", f"status={status}&sort=name"))
        self.open(f"/leads/?{query}", "list, filtered", htmx=True)

    @task(3)
    def search(self) -> None:
        """Free text in the list, or everywhere."""
        word = self.random.choice(FACTS["words"])
        if self.random.random() < 0.5:
            self.open(f"/leads/?q={word}", "list, searched", htmx=True)
        else:
            self.open(f"/search/?q={word}", "search everywhere", htmx=True)

    @task(3)
    def look_at_board(self) -> None:
        """The board with the heads of its columns."""
        self.open("/leads/board/", "board")

    @task(3)
    def move(self) -> None:
        """A lead to another column, below its first card."""
        lead = self.random.choice(self.own)
        page = self.open(f"/leads/{lead}/move/", "move, dialog", htmx=True)
        if not page:
            return
        form = dict(form_of(page.encode(), "board-move-form"))
        self.think()
        to = self.random.choice([pk for pk in FACTS["open_to_all"] if str(pk) != form["status"]])
        self.send(f"/leads/{lead}/move/", "move", {"status": to, "version": form["version"], "where": "top"})

    @task(5)
    def card(self) -> None:
        """A card with what stands beside it."""
        self.open(f"/leads/{self.random.choice(FACTS['leads'])}/", "card")

    @task(3)
    def save(self) -> None:
        """One field of a card."""
        lead = self.random.choice(self.own)
        page = self.open(f"/leads/{lead}/", "card")
        if not page:
            return
        form = form_of(page.encode(), "lead-form")
        self.think()
        city = f"Miasto {self.random.randint(1, 999_999)}"
        self.send(f"/leads/{lead}/update/", "save", [(n, city if n == "city" else v) for n, v in form])

    @task(2)
    def my_day(self) -> None:
        """Mój dzień."""
        self.open("/", "my day")

    @task(1)
    def emails(self) -> None:
        """The tab Email."""
        self.open("/leads/emails/", "e-mails")

    @task(1)
    def calls(self) -> None:
        """The tab Połączenia."""
        self.open("/leads/calls/", "calls")

    @task(1)
    def report(self) -> None:
        """Leads by week over a year."""
        self.open("/reports/leads/?received_in=last_12_months&rows=received_week", "report")


@events.request.add_listener  # type: ignore[untyped-decorator]
def note_failure(name: str, exception: Exception | None, response_time: float, **_rest: Any) -> None:
    """Write failures down with their moment and how long they took."""
    if exception is not None:
        with FAILURES.open("a", encoding="utf-8") as file:
            line = {"at": time.time(), "name": name, "error": str(exception), "ms": round(response_time)}
            file.write(json.dumps(line) + "\n")
