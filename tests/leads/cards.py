"""What the tests of the card share: requests as HTMX makes them, and the form as the page shows it."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.models import User
from leads.models import Lead

HTMX = {"HX-Request": "true"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """What HTMX posts for `user`."""
    return signed_in(user).post(url, data or {}, headers=HTMX)  # type: ignore[return-value]


def save(user: User, lead: Lead, **values: Any) -> HttpResponse:
    """The form of the card, saved as it was opened at the version that `lead` has in memory."""
    return post(user, f"/leads/{lead.pk}/update/", {"version": lead.version, **values})


def error_at(response: HttpResponse, name: str) -> str:
    """The error that the answer shows at a field, without markup; "" when there is none."""
    found = re.search(rf'id="id_{name}_error">(.*?)</div>', response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""
