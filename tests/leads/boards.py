"""What the tests of the board share: its page read back."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

URL = reverse("leads:board_show")
HTMX = {"HX-Request": "true"}


def columns(page: str) -> dict[int, list[int]]:
    """The leads of each column, in their order."""
    found: dict[int, list[int]] = {}
    for part in page.split('<section class="board-column')[1:]:
        status = int(re.search(r'data-status-id="(\d+)"', part)[1])  # type: ignore[index]
        found[status] = [int(pk) for pk in re.findall(r'data-lead-id="(\d+)"', part.split("</section>")[0])]
    return found


def heads(client: Client, statuses: Iterable[int], query: str = "") -> dict[int, tuple[int, Decimal]]:
    """How many leads the head of each column tells, and the sum of their revenue."""
    url = reverse("leads:board_heads") + (query or "?") + "".join(f"&column={pk}" for pk in statuses)
    response = client.get(url, headers=HTMX)
    assert response.status_code == 200
    found = {}
    for part in response.content.decode().split('id="board-total-')[1:]:
        count, revenue = re.findall(r">([\d\s\xa0,]+)[^<]*</span>", part)
        found[int(part.split('"')[0])] = (int(_digits(count)), Decimal(_digits(revenue).replace(",", ".")))
    return found


def _digits(shown: str) -> str:
    return re.sub(r"\s", "", shown)


def move(client: Client, lead: Any, query: str = "", **values: Any) -> Any:
    """Post a move of a card the way the page does, from the board with the filter `query`."""
    sent = {"version": lead.version, **values}
    page = f"http://testserver{URL}{query}"
    return client.post(reverse("leads:board_move", args=[lead.pk]), sent, headers={**HTMX, "HX-Current-URL": page})
