"""Requests to the board: its first paint, the next cards of a column, the heads, and a move as a drop sends it."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.generate import LOGIN
from bench.server import Answer, Client, form_of

KINDS = ("board", "board_next", "board_heads", "board_heads_filtered", "move")
DEEP_CARDS = 5


@dataclass(frozen=True)
class BoardFacts:
    """What requests to one database's board are made with: columns, open leads, and a place deep in a column."""

    user: int
    statuses: list[int]
    allowed_to_all: list[int]
    sellers: list[int]
    leads: list[int]
    next_url: str
    next_status: int
    next_after: int


def board_facts(connection: psycopg.Connection[Any], client: Client) -> BoardFacts:
    """Look up what the requests need, and scroll one column a few times."""
    user, statuses, allowed, sellers, leads = (
        [row[0] for row in connection.execute(query, parameters).fetchall()]
        for query, parameters in (
            ("SELECT id FROM crm_user WHERE email = %s", [LOGIN]),
            ("SELECT id FROM crm_leadstatus WHERE NOT is_closed ORDER BY sort_order", None),
            ("SELECT id FROM crm_leadstatus AS status WHERE NOT is_closed AND NOT EXISTS"
             " (SELECT FROM crm_leadtype WHERE id IN (SELECT type_id FROM crm_leadtypestatus)"
             " AND id NOT IN (SELECT type_id FROM crm_leadtypestatus WHERE status_id = status.id))", None),
            ("SELECT sales_person_id FROM leads_lead WHERE sales_person_id IS NOT NULL"
             " GROUP BY 1 ORDER BY count(*) DESC LIMIT 10", None),
            ("SELECT id FROM leads_lead WHERE NOT is_closed ORDER BY random() LIMIT 2000", None),
        )
    )  # fmt: skip
    page, url = client.get("/leads/board/"), ""
    last = 0
    for _ in range(DEEP_CARDS):
        last = cards_in(page.body.split(b'class="board-more"')[0])[-1]
        url = re.findall(rf'hx-get="(/leads/board/{statuses[0]}/cards/[^"]+)"', page.body.decode())[0]
        page = client.get(url.replace("&amp;", "&"))
    return BoardFacts(user[0], statuses, allowed, sellers, leads, url.replace("&amp;", "&"), statuses[0], last)


def cards_in(page: bytes) -> list[int]:
    """The leads of the cards in a page."""
    return [int(pk) for pk in re.findall(rb'data-lead-id="(\d+)"', page)]


def ask_board(kind: str, client: Client, facts: BoardFacts, random: Random) -> tuple[Answer, dict[str, Any]]:
    """Send one request; with it the parameters of its floor."""
    columns = [("column", status) for status in facts.statuses]
    match kind:
        case "board":
            return client.get("/leads/board/"), {"user": facts.user, "statuses": facts.statuses}
        case "board_next":
            floor = {"user": facts.user, "status": facts.next_status, "after": facts.next_after}
            return client.get(facts.next_url), floor
        case "board_heads":
            return client.get(f"/leads/board/totals/?{urlencode(columns)}"), {"statuses": facts.statuses}
        case "board_heads_filtered":
            seller = random.choice(facts.sellers)
            query = urlencode([("sales_person", seller), *columns])
            return client.get(f"/leads/board/totals/?{query}"), {"seller": seller}
        case "move":
            return _move(client, facts, random)
    raise ValueError(kind)


def _move(client: Client, facts: BoardFacts, random: Random) -> tuple[Answer, dict[str, Any]]:
    """Drop an open lead between two cards of another column. The floor moves it back."""
    lead = random.choice(facts.leads)
    form = dict(form_of(client.get(f"/leads/{lead}/move/").body, "board-move-form"))
    before = int(form["status"])
    to = random.choice([status for status in facts.allowed_to_all if status != before])
    cards = [pk for pk in cards_in(client.get(f"/leads/board/{to}/cards/").body) if pk != lead]
    place = random.randrange(len(cards) - 1)
    sent = {"status": to, "version": form["version"], "above": cards[place], "below": cards[place + 1]}
    answer = client.post(f"/leads/{lead}/move/", {name: str(value) for name, value in sent.items()}, htmx=True)
    return answer, {
        "lead": lead, "to": before, "user": facts.user, "neighbours": [sent["above"], sent["below"]],
    }  # fmt: skip
