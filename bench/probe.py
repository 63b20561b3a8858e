"""`make probe LEADS=1000000`: asks everything that might grow with the leads, and says what it cost.

Each question of the table goes to the small and to the large database: milliseconds (the best of three), queries, rows
that the scans looked at, and pages of 8 kB that they touched. Rows and pages are the same on a busy machine as on an
idle one: what they grow by is the answer.

    ONLY=board make probe      the questions whose name has this word
    SLOW=1 make probe          with the query that read the most, where more than MANY rows were read
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.databases import prepare
from bench.generate import LOGIN
from bench.server import Answer, Client, serving

MANY = 20_000
# Of a database with more leads, each answer is said as it comes.
SAID = 100_000
DEEP = 5_000
MANAGER, OWN, TEAM = "manager", "own", "team"
RESULTS = Path(os.environ.get("PROBE_RESULTS", "probe-results.json"))


@dataclass(frozen=True)
class Facts:
    """What the questions name: IDs and texts of one database."""

    lead: int
    late_lead: int
    seller: int
    seller_login: str
    status: int
    tag: int
    rare_tag: int
    campaign: int
    partner: int
    columns: list[int]
    phone: str
    email: str
    nip: str
    surname: str
    deep: dict[tuple[str, str], str]


@dataclass(frozen=True)
class Question:
    """A request: its name, its path, who asks, whether by HTMX, and what is posted."""

    name: str
    path: str
    who: str = MANAGER
    htmx: bool = False
    data: dict[str, str] | None = None

    def ask(self, client: Client, *, explain: bool = False) -> Answer:
        """Send it."""
        if self.data is not None:
            return client.post(self.path, self.data, htmx=True, explain=explain)
        return client.get(self.path, htmx=self.htmx, explain=explain)


@dataclass
class Cost:
    """What the answer took."""

    milliseconds: float
    queries: int
    rows: int
    pages: int
    slowest: str = field(repr=False, default="")


def questions(facts: Facts) -> Iterator[Question]:
    """The table."""
    one, partner = facts.lead, facts.partner
    common, rare = "antresola", facts.surname
    yield Question("list, default", "/leads/")
    yield Question("list, all", "/leads/?state=all")
    yield Question("list, closed", "/leads/?state=closed")
    yield Question("list, seller and status", f"/leads/?sales_person={facts.seller}&status={facts.status}")
    yield Question("list, common tag", f"/leads/?tag={facts.tag}")
    yield Question("list, rare tag and campaign", f"/leads/?tag={facts.rare_tag}&campaign={facts.campaign}")
    yield Question("list, interval", "/leads/?state=all&received_from=2025-01-01&received_to=2025-01-31")
    yield Question("list, overdue", "/leads/?needs=overdue")
    yield Question("list, city", f"/leads/?state=all&{urlencode({'group': 'city:Łódź'})}")
    for state in ("open", "all", "closed"):
        for what, word in (
            ("common word", common), ("two common words", "antresola lodz"), ("rare word", rare),
            ("common and rare", f"antresola {rare}"), ("nothing", "zzyzx"), ("phone", facts.phone),
            ("e-mail", facts.email), ("two letters", "an"), ("one letter", "a"), ("partner's NIP", facts.nip),
        ):  # fmt: skip
            yield Question(f"list {state}, search: {what}", f"/leads/?{urlencode({'state': state, 'q': word})}")
    yield Question("list, common word by name", "/leads/?state=all&q=antresola&sort=name")
    yield Question("list, common word by city", "/leads/?state=all&q=antresola&sort=-city")
    for what, word in (
        ("common word", common), ("rare word", rare), ("common and rare", f"antresola {rare}"), ("nothing", "zzyzx"),
        ("phone", facts.phone), ("e-mail", facts.email), ("NIP", facts.nip), ("ID", str(one)), ("two letters", "an"),
    ):  # fmt: skip
        yield Question(f"everywhere: {what}", f"/search/?{urlencode({'q': word})}", htmx=True)
        yield Question(f"everywhere, own leads: {what}", f"/search/?{urlencode({'q': word})}", OWN, htmx=True)
    heads = urlencode([("column", status) for status in facts.columns])
    yield Question("board", "/leads/board/")
    yield Question("board heads", f"/leads/board/totals/?{heads}")
    for what, condition in (
        ("seller", f"sales_person={facts.seller}"), ("common tag", f"tag={facts.tag}"), ("mine", "mine=1"),
        ("rare tag", f"tag={facts.rare_tag}"), ("common word", f"q={common}"), ("rare word", urlencode({"q": rare})),
        ("campaign", f"campaign={facts.campaign}"), ("overdue", "needs=overdue"), ("nothing", "q=zzyzx"),
    ):  # fmt: skip
        yield Question(f"board, {what}", f"/leads/board/?{condition}")
        yield Question(f"board heads, {what}", f"/leads/board/totals/?{condition}&{heads}")
    for name, query in (
        ("phone", {"phone": facts.phone}), ("e-mail", {"email": facts.email}), ("person", {"last_name": rare}),
        ("common name", {"name": "Antresola magazynowa"}), ("company", {"company_name": "Nowak Logistyka"}),
        ("common company", {"company_name": "Magazyny"}), ("NIP", {"company_name": facts.nip}),
    ):  # fmt: skip
        yield Question(f"similar: {name}", f"/leads/similar/?{urlencode(query)}", htmx=True)
        yield Question(f"similar, own leads: {name}", f"/leads/similar/?{urlencode(query)}", OWN, htmx=True)
    yield Question("suspected pairs", "/leads/duplicates/")
    yield Question("suspected pairs, closed too", "/leads/duplicates/?closed=1")
    yield Question("calls", "/leads/calls/")
    yield Question("calls, all", "/leads/calls/?ready=0")
    yield Question("calls, missed", "/leads/calls/?ready=0&missed=1")
    yield Question("e-mails", "/leads/emails/")
    yield Question("e-mails, all", "/leads/emails/?ready=0")
    yield Question("e-mails, machines", "/leads/emails/?ready=0&from=machines")
    yield Question("partner search", f"/partners/search/?{urlencode({'q': rare})}")
    yield Question("partners", "/partners/")
    yield Question("partners, search", "/partners/?q=magazyn")
    yield Question("partner card", f"/partners/{partner}/")
    for block in ("leads", "activities", "calls", "emails", "orders", "invoices"):
        yield Question(f"partner, {block}", f"/partners/{partner}/{block}/", htmx=True)
    yield Question("products", "/products/")
    yield Question("lead card", f"/leads/{one}/")
    for block in ("history", "status-changes", "activities", "comments", "files", "calls", "emails", "orders"):
        yield Question(f"lead, {block}", f"/leads/{one}/{block}/", htmx=True)
    yield Question("new lead", "/leads/new/")
    for what, found in (("all", "state=all"), ("open", ""), ("common word", f"q={common}")):
        yield Question(f"bulk, {what} that match", "/leads/bulk/priority/ask/", data={"all": "1", "filter": found})
    yield Question("matrix", "/settings/matrix/")
    yield Question("statuses", "/settings/statuses/")
    yield Question("users", "/settings/users/")
    for who in (OWN, TEAM):
        yield Question(f"list, {who} leads", "/leads/", who)
        yield Question(f"list, {who} leads, all", "/leads/?state=all", who)
        yield Question(f"list, {who} leads by name", "/leads/?state=all&sort=name", who)
        yield Question(f"list, {who} leads by city", "/leads/?sort=-city", who)
        yield Question(f"list, {who} leads by status", "/leads/?sort=status", who)
        yield Question(f"list, {who} leads, common word", f"/leads/?q={common}", who)
        yield Question(f"list, {who} leads, rare word", f"/leads/?state=all&q={rare}", who)
        yield Question(f"board, {who} leads", "/leads/board/", who)
        yield Question(f"board heads, {who} leads", f"/leads/board/totals/?{heads}", who)
        yield Question(f"calls, {who}", "/leads/calls/", who)
        yield Question(f"e-mails, {who}", "/leads/emails/", who)
        yield Question(f"partner, leads, {who}", f"/partners/{partner}/leads/", who, htmx=True)
        yield Question(f"Mój dzień, {who} leads", "/", who)
    for whose in ("mine", "all"):
        yield Question(f"Mój dzień, {whose}", f"/?who={whose}")
    for (sort, state), place in facts.deep.items():
        yield Question(f"sort {sort} {state}", f"/leads/?{urlencode({'state': state, 'sort': sort})}")
        if place:
            deep = urlencode({"state": state, "sort": sort, "after": place})
            yield Question(f"sort {sort} {state}, {DEEP} rows down", f"/leads/?{deep}")


def facts_of(url: str) -> Facts:
    """Look up what the questions name; gives two sellers a password."""
    os.environ["DATABASE_URL"] = url
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE crm_user SET password = known.password FROM crm_user AS known"
            " WHERE known.email = %s AND crm_user.email LIKE 'bench%%'",
            [LOGIN],
        )

        def one(query: str) -> Any:
            row = connection.execute(query).fetchone()
            return row[0] if row else None

        seller = one("SELECT sales_person_id FROM leads_lead GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        return Facts(
            lead=one("SELECT id FROM leads_lead ORDER BY id OFFSET 4000 LIMIT 1"),
            late_lead=one("SELECT max(id) FROM leads_lead"),
            seller=seller,
            seller_login=one(f"SELECT email FROM crm_user WHERE id = {seller}"),
            status=one("SELECT id FROM crm_leadstatus WHERE NOT is_closed ORDER BY sort_order LIMIT 1"),
            tag=one("SELECT tag_id FROM leads_leadtagging GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"),
            rare_tag=one("SELECT tag_id FROM leads_leadtagging GROUP BY 1 ORDER BY count(*) LIMIT 1"),
            campaign=one(
                "SELECT campaign_id FROM leads_lead WHERE campaign_id > 0 GROUP BY 1 ORDER BY count(*) LIMIT 1"
            ),
            partner=one(
                "SELECT partner_id FROM leads_lead WHERE partner_id > 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
            ),
            columns=[row[0] for row in connection.execute("SELECT id FROM crm_leadstatus WHERE NOT is_closed")],
            phone=one("SELECT phone FROM leads_lead WHERE phone <> '' ORDER BY id LIMIT 1"),
            email=one("SELECT email FROM leads_lead WHERE email <> '' ORDER BY id LIMIT 1"),
            nip=one("SELECT nip FROM crm_partner WHERE nip <> '' ORDER BY id LIMIT 1"),
            surname=one("SELECT last_name FROM leads_lead GROUP BY 1 ORDER BY count(*), 1 LIMIT 1"),
            deep=_deep_places(),
        )


def _deep_places() -> dict[tuple[str, str], str]:
    """For each order and state, the place DEEP rows down; with the address of the database in the environment."""
    import subprocess

    found = subprocess.run(
        [sys.executable, "-m", "bench.places", str(DEEP)], check=True, capture_output=True, text=True
    )
    return {(sort, state): place for sort, state, place in json.loads(found.stdout)}


def ask(client: Client, question: Question) -> Cost:
    """The best of three, and what the plans read."""
    answers: list[Answer] = []
    for _ in range(3):
        answers.append(question.ask(client))
        if answers[-1].milliseconds > 3000:
            break
    best = min(answers, key=lambda answer: answer.milliseconds)
    if best.status != 200:
        text = re.sub(r"<[^>]+>|\s+", " ", best.body.decode())[:300]
        print(f"{question.name}: {best.status} {question.path} {text}", file=sys.stderr)
        return Cost(best.milliseconds, best.queries, 0, 0)
    explained = question.ask(client, explain=True)
    return Cost(best.milliseconds, best.queries, explained.rows, explained.pages, explained.slowest)


def probe(leads: int, only: str) -> dict[str, Cost]:
    """The costs of all questions at one size."""
    url = prepare(leads)
    facts = facts_of(url)
    found: dict[str, Cost] = {}
    with serving(url, workers=1) as server:
        client = Client(server.port).sign_in()
        seller = Client(server.port).sign_in(facts.seller_login)
        try:
            for question in questions(facts):
                if only not in question.name:
                    continue
                reach = question.who if question.who != MANAGER else "all"
                with psycopg.connect(url) as connection:
                    connection.execute("UPDATE crm_systemsettings SET sales_visibility = %s", [reach])
                found[question.name] = cost = ask(client if question.who == MANAGER else seller, question)
                if leads > SAID:
                    print(f"{question.name:48.48} {cost.milliseconds:8.1f} {cost.rows:9}", file=sys.stderr, flush=True)
        finally:
            with psycopg.connect(url) as connection:
                connection.execute("UPDATE crm_systemsettings SET sales_visibility = 'all'")
    return found


def main() -> int:
    """Ask at both sizes, print what grew, write all of it down."""
    only = os.environ.get("ONLY", "")
    sizes = [int(os.environ.get("SMALL_LEADS", "10000")), int(os.environ.get("LEADS", "100000"))]
    server = os.environ["DATABASE_URL"]
    costs = []
    for size in dict.fromkeys(sizes):
        os.environ["DATABASE_URL"] = server
        costs.append(probe(size, only))
    small, large = costs[0], costs[-1]
    print(f"{'':48} {'ms':>8} {'ms':>8} {'queries':>8} {'rows':>9} {'rows':>9} {'pages':>8} {'growth':>7}")
    for name, cost in sorted(large.items(), key=lambda pair: -pair[1].pages):
        before = small[name]
        growth = cost.pages / max(before.pages, 1)
        print(
            f"{name:48.48} {before.milliseconds:8.1f} {cost.milliseconds:8.1f} {cost.queries:8} {before.rows:9}"
            f" {cost.rows:9} {cost.pages:8} {growth:7.1f}{' !' if cost.rows > MANY else ''}"
        )
        if os.environ.get("SLOW") and cost.rows > MANY:
            print(f"    {cost.slowest}")
    rows = {name: [vars(small[name]), vars(cost)] for name, cost in large.items()}
    RESULTS.write_text(json.dumps({"sizes": sizes, "costs": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
