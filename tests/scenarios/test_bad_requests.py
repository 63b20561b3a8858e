"""Requests that no page of ours sends: forged, damaged or sent by another site. Each has its answer, none is a 500."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from crm.models import LeadTag, Partner, User
from leads.models import Lead
from tests.factories.crm import PASSWORD
from tests.test_permissions import GUEST, SAMPLES, URLS, Cast, Line, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

ELSEWHERE = ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example", "http:///evil.example"]


def url_of(line: Line, cast: Cast, made: dict[str, int]) -> str:
    """The address of a line; each sample row is made once."""
    for value in line.args.values():
        if str(value).startswith("@") and value not in made:
            made[value] = SAMPLES[value[1:]](cast)
    return reverse(line.name, kwargs={name: made.get(value, value) for name, value in line.args.items()})


def test_methods_that_an_address_does_not_know_are_405(client: Client, cast: Cast) -> None:
    client.force_login(cast.adam)
    methods: dict[str, set[str]] = {}
    lines = {line.name: line for line in URLS}
    for line in URLS:
        methods.setdefault(line.name, set()).add(line.method)
    asked_by_get = {"crm:profile_edit", "crm:invitation_accept"}  # their lines in the table try GET alone
    made: dict[str, int] = {}
    wrong = []

    for name, line in lines.items():
        url = url_of(line, cast, made)
        known = methods[name] | ({"post"} if name in asked_by_get else set())
        for method in {"get", "post", "put", "delete"} - known:
            if (status := getattr(client, method)(url).status_code) != 405:
                wrong.append((method, name, status))

    assert not wrong


def test_without_its_token_no_form_is_taken(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.adam)
    made: dict[str, int] = {}
    lines = [line for line in URLS if line.method == "post"]

    answers = [client.post(url_of(line, cast, made), line.data) for line in lines]
    page = answers[0].content.decode()
    script = client.post("/leads/new/", {"name": "Hala"}, headers={"HX-Request": "true"})

    assert {answer.status_code for answer in answers} == {403}
    assert "Formularz wygasł" in page
    assert 'href="/"' in page
    assert script.headers["X-CSRF-Failed"] == "1"
    assert not Lead.objects.filter(name="Hala").exists()


def test_a_session_that_ended_is_told_apart_by_who_asks(client: Client, cast: Cast) -> None:
    """A page of ours that asks by script keeps what was typed and asks for the password; others go to the login."""
    lines = [line for line in URLS if GUEST not in line.who]
    made: dict[str, int] = {}
    urls = [(line.method, url_of(line, cast, made)) for line in lines]

    answers = [getattr(client, method)(url, headers={"HX-Request": "true"}) for method, url in urls]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.content for answer in answers} == {b""}
    assert client.get("/partners/search/", headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, ola: User, address: str) -> None:
    answer = client.post("/accounts/login/", {"login": ola.email, "password": PASSWORD, "next": address})
    language = client.post("/accounts/language/", {"language": "pl", "next": address})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert (language.status_code, language.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "x" * 3000])
def test_host_that_is_not_ours(client: Client, ola: User, host: str) -> None:
    client.force_login(ola)

    answer = client.get("/leads/", headers={"Host": host})

    assert answer.status_code == 400
    assert "Niezrozumiałe żądanie" in answer.content.decode()


def test_what_a_proxy_would_say_is_not_believed(client: Client, adam: User) -> None:
    client.force_login(adam)
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.1.1.1"}

    answer = client.get("/settings/users/", headers=forwarded)

    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaaaaaaaa"', "x" * 5000, "'; DROP TABLE", "\xb1" * 32, "../../../x"])
def test_cookies_that_are_not_ours(client: Client, db: None, key: str) -> None:
    names = ("sessionid", "csrftoken", "messages", "django_language")

    answer = client.get("/leads/", headers={"Cookie": "; ".join(f"{name}={key}" for name in names)})

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Current-URL": "http://[bad"},
        {"HX-Current-URL": "javascript:alert(1)//?q=%00"},
        {"HX-Current-URL": "http://testserver/settings/tags/?q=%00&archived=1"},
        {"HX-Current-URL": "%ff%00", "HX-Current-URL-URI-AutoEncoded": "true"},
        {"HX-Trigger": 'unfilter"<script>', "HX-Target": "x" * 9000},
        {"HX-Boosted": "true", "HX-History-Restore-Request": "true", "HX-Prompt": "\xff"},
    ],
)
def test_headers_that_htmx_would_not_send(client: Client, ewa: User, headers: dict[str, str]) -> None:
    client.force_login(ewa)
    sent = {"HX-Request": "true", **headers}

    for url in ("/leads/", "/partners/", "/settings/tags/"):
        assert client.get(url, headers=sent).status_code == 200
    added = client.post("/settings/tags/new/", {"name": "targi", "colour": "red"}, headers=sent)

    assert added.status_code == 200
    assert LeadTag.objects.filter(name="targi").count() == 1
    assert "evil" not in str(added.headers)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{bad", "application/json"),
        (b"--x\r\nbad", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"name=%ff%00&kind", "application/x-www-form-urlencoded"),
        (b"name=x", "application/x-www-form-urlencoded; charset=nope"),
    ],
)
def test_damaged_bodies(client: Client, adam: User, body: bytes, content_type: str) -> None:
    client.force_login(adam)

    for url in ("/leads/new/", "/partners/new/", "/import/new/", "/settings/tags/new/", "/accounts/profile/"):
        assert client.generic("POST", url, body, content_type=content_type).status_code in (200, 400, 415, 422)

    assert not Lead.objects.exists()
    assert not Partner.objects.exists()
    assert not LeadTag.objects.exists()


@pytest.mark.parametrize("path", ["/leads/%00/", "/leads/%ff/", "/leads/٣/", "/leads/-1/", "/leads/1.0/",
                                  "/static/%2e%2e/%2e%2e/etc/passwd", "/static/%00", "/settings/nie-ma/new/",
                                  "/accounts/photos/99999999999999999999/", "/leads/export.pdf"])  # fmt: skip
def test_addresses_that_lead_nowhere(client: Client, adam: User, path: str) -> None:
    client.force_login(adam)

    assert client.get(path).status_code == 404


def test_signing_in_with_what_is_no_e_mail(client: Client, ola: User) -> None:
    for login, password in [("a\0@x.pl", "x"), ("x" * 20_000 + "@x.pl", "x"), (ola.email, "\0"), ("\x1b", "y")]:
        answer = client.post("/accounts/login/", {"login": login, "password": password})
        assert answer.status_code == 200
        assert "_error" in answer.content.decode()
    assert client.post("/accounts/password/reset/", {"email": "a\0@x.pl"}).status_code == 200
    assert "_auth_user_id" not in client.session


def bomb(width: int, height: int) -> bytes:
    """A picture of few kilobytes and very many pixels."""
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


def photo(side: int) -> bytes:
    """A picture that can't be packed."""
    file = io.BytesIO()
    Image.effect_noise((side, side), 200).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bomba.png", bomb(12_000, 12_000), "To nie jest obraz"),
        ("duze.png", bomb(9_000, 9_000), "zbyt wiele pikseli"),
        ("strona.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "To nie jest obraz"),
        ("strona.png", b"<script>alert(1)</script>", "To nie jest obraz"),
        ("urwane.png", photo(64)[:500], "uszkodzony"),
        ("puste.png", b"", "pusty"),
        ("ogromne.png", b"\x89PNG" + b"x" * (6 * 2**20), "najwyżej 5 MB"),
    ],
)
def test_photos_that_are_none(
    client: Client, ola: User, settings: Any, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client.force_login(ola)
    data = {"first_name": "Olga", "last_name": "Żak", "language": "pl", "theme": "system"}

    answer = client.post("/accounts/profile/", data | {"upload": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert told in re.sub(r"<[^>]+>", "", answer.content.decode())
    assert User.objects.get(pk=ola.pk).first_name == "Ola"
    assert not list(tmp_path.iterdir())
