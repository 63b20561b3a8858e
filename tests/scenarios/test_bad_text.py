"""Text that can't be stored, in every text field of every form: an error at each field (422), nothing stored."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client

from tests.leads.importing import upload
from tests.scenarios.forms import open_form, refused_fields
from tests.test_permissions import SAMPLES, Cast, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

# Where the form stands, and where it is sent to (nowhere else: there).
FORMS: dict[str, Callable[[Cast], tuple[str, str]]] = {
    "new lead": lambda cast: ("/leads/new/", ""),
    "lead": lambda cast: (f"/leads/{(pk := SAMPLES['lead'](cast))}/", f"/leads/{pk}/update/"),
    "new partner": lambda cast: ("/partners/new/", ""),
    "partner": lambda cast: (f"/partners/{SAMPLES['partner'](cast)}/edit/", ""),
    "contact": lambda cast: (f"/partners/{SAMPLES['partner'](cast)}/contacts/new/", ""),
    "product": lambda cast: ("/products/new/", ""),
    "profile": lambda cast: ("/accounts/profile/", ""),
    "user": lambda cast: (f"/settings/users/{cast.ola.pk}/", ""),
    "invitation": lambda cast: ("/settings/users/new/", ""),
    "team": lambda cast: ("/settings/users/teams/new/", ""),
    "status": lambda cast: ("/settings/statuses/new/", ""),
    "tag": lambda cast: ("/settings/tags/new/", ""),
    "lost reason": lambda cast: (f"/settings/lost-reasons/{cast.funnel.too_expensive.pk}/", ""),
    "columns of an import": lambda cast: (f"/import/{upload('nazwa' + chr(10) + 'A', by=cast.adam).pk}/columns/", ""),
}
LONG = "ż" * 2000
ROOMY = {"description", "signature"}
BAD = {"overlong": LONG, "NUL": "a\0b", "escape": "\x1b[31mczerwony", "delete": "a\x7fb"}


@pytest.mark.parametrize("form", FORMS)
def test_each_text_field_refuses_what_cant_be_stored(client: Client, cast: Cast, form: str) -> None:
    client.force_login(cast.adam)
    url, target = FORMS[form](cast)
    values, texts = open_form(client, url)
    assert texts
    stored = _everything()

    for text in BAD.values():
        typed = {name: text * 200 if text is LONG and name in ROOMY else text for name in texts}
        answer = client.post(target or url, values | typed)

        assert answer.status_code == 422
        assert refused_fields(answer) >= texts
        assert _everything() == stored


def test_text_of_all_the_world_is_text(client: Client, cast: Cast) -> None:
    """Other scripts, emoji, marks of direction and of width are no control characters."""
    client.force_login(cast.ola)
    name = "\u202eשלום \u200bŻółć 👩🏽‍💻 ﷽"

    answer = client.post("/partners/new/", {"kind": "company", "name": name})

    assert answer.status_code == 302
    assert name in client.get(answer.headers["Location"]).content.decode()


def _everything() -> dict[str, list[object]]:
    """All rows of ours, as they are."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for label in ("crm", "leads")
        for model in apps.get_app_config(label).get_models()
        if model._meta.managed and not model._meta.proxy
    }
