"""Who may do what, over every address there is.

A new URL is one line in URLS of its app in tests/permissions/ (or in EXEMPT there, with the reason); one without a line
fails. A line says who may, by role:

    everyone("app:noun_verb")                     anyone who is signed in
    managers("app:noun_verb")                     managers and administrators; sales people get 403
    nobody("app:noun_verb")                       none of them: the row belongs to somebody else (Marek)
    admins("app:noun_verb")                       administrators; sales people and managers get 403
    guests("app:noun_verb")                       also who is not signed in

More of it: `"post"` for the method (GET is the default); arguments of the address by name, where "@lead" is the ID of
the sample row "lead" (SAMPLES) and anything else stands for itself; `data={…}` for what is posted; `known=True` when
the refused are not told 403 but 404. A line with "@lead" is also tried by a sales person on a lead that is not theirs,
which must not exist for them (404).

"May" is any answer but a refusal (401, 403, 404, 405, the login page) or an error of the server.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.models import SystemSettings, User, Visibility
from tests.cast import FunnelCast
from tests.permissions import communications, crm, documents, leads, reports, sending
from tests.permissions.words import ADMIN, GUEST, MANAGER, SALES, Cast, Line

APPS = (crm, leads, communications, sending, documents, reports)
SAMPLES: dict[str, Callable[[Cast], int]] = {name: make for app in APPS for name, make in app.SAMPLES.items()}
URLS: list[Line] = [line for app in APPS for line in app.URLS]
EXEMPT: dict[str, str] = {name: reason for app in APPS for name, reason in app.EXEMPT.items()}
# allauth's own pages: it decides who sees them and tests that itself. What we switch off is held by tests/crm.
EXEMPT_PREFIXES = ("account_", "mfa_", "socialaccount_", "usersessions_")


def _all_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _all_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


@pytest.fixture
def cast(ola: User, marek: User, ewa: User, adam: User, funnel: FunnelCast) -> Cast:
    settings_row = SystemSettings.objects.current()
    settings_row.sales_visibility = Visibility.OWN
    settings_row.save()
    return Cast(ola, marek, ewa, adam, funnel)


def _answer(client: Client, line: Line, cast: Cast, **instead: str) -> Any:
    args = {
        name: SAMPLES[value[1:]](cast) if isinstance(value, str) and value.startswith("@") else value
        for name, value in {**line.args, **instead}.items()
    }
    return getattr(client, line.method)(reverse(line.name, kwargs=args), line.data)


def _goes_to_login(response: Any) -> bool:
    return response.status_code == 302 and response.url.startswith(resolve_url(settings.LOGIN_URL))


@pytest.mark.parametrize("line", URLS, ids=str)
def test_each_role_may_what_its_line_says(cast: Cast, line: Line) -> None:
    people = {GUEST: None, SALES: cast.ola, MANAGER: cast.ewa, ADMIN: cast.adam}
    for role, user in people.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        with transaction.atomic():  # nobody finds what the one before has done
            response = _answer(client, line, cast)
            transaction.set_rollback(True)

        if role in line.who:
            assert response.status_code < 500, role
            assert response.status_code not in (401, 403, 404, 405), role
            assert role == GUEST or not _goes_to_login(response), role
        elif role == GUEST:
            assert _goes_to_login(response), role
        else:
            assert response.status_code == line.refusal, role


@pytest.mark.parametrize("line", [line for line in URLS if "@lead" in line.args.values()], ids=str)
def test_a_lead_of_others_does_not_exist_for_a_sales_person(client: Client, cast: Cast, line: Line) -> None:
    client.force_login(cast.ola)
    argument = next(name for name, value in line.args.items() if value == "@lead")

    response = _answer(client, line, cast, **{argument: "@hidden_lead"})

    assert response.status_code == 404


def test_every_url_has_its_line() -> None:
    known = {line.name for line in URLS} | EXEMPT.keys()
    names = set(_all_names(get_resolver()))

    missing = {name for name in names - known if not name.startswith(EXEMPT_PREFIXES)}

    assert not missing, "add a line to the URLS of its app in tests/permissions/"
    assert not known - names, "these URLs are gone: take their lines away"
    assert not {line.name for line in URLS} & EXEMPT.keys()
