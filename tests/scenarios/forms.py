"""Forms as a browser sends them: every field that the page shows, with the value that it shows."""

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

Values = dict[str, Any]


class _Fields(HTMLParser):
    """The fields of the form in the main part of a page; `texts` are those that people write into freely."""

    def __init__(self) -> None:
        super().__init__()
        self.values: Values = {}
        self.texts: set[str] = set()
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select" and name:
            self._select = name
            self.values[name] = [] if "multiple" in given else ""
        elif tag == "option" and self._select and "selected" in given:
            value, chosen = given.get("value", ""), self.values[self._select]
            self.values[self._select] = [*chosen, value] if isinstance(chosen, list) else value
        elif tag == "textarea" and name:
            self._textarea = name
            self.values[name] = ""
            self.texts.add(name)
        elif tag == "input" and name:
            if kind in ("radio", "checkbox"):
                if "checked" in given:
                    self.values[name] = given.get("value", "on")
            elif kind not in ("submit", "file", "search"):
                self.values[name] = given.get("value", "")
                if kind in ("text", "email", "tel"):
                    self.texts.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data


def open_form(client: Client, url: str) -> tuple[Values, set[str]]:
    """What the form at `url` would send, and the names of its text fields."""
    answer = client.get(url)
    assert answer.status_code == 200
    fields = _Fields()
    page = answer.content.decode()
    fields.feed(page.partition("<main")[2].partition("</main>")[0] or page)
    fields.values.pop("csrfmiddlewaretoken", None)
    return fields.values, fields.texts


def refused_fields(answer: HttpResponse) -> set[str]:
    """The names of the fields at which the page shows an error."""
    ids = re.findall(r'id="id_(\w+)_error"', answer.content.decode())
    return set(ids) | set(re.findall(r'id="contact-(\w+)_error"', answer.content.decode()))
