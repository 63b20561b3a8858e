"""Leads by the hundred thousand, written by COPY through every trigger, skewed as real funnels are.

    python -m bench.generate 1000000

The database is migrated and has no leads yet. Each core copies a part of the leads; indexes and foreign keys are made
when all rows are there, since checking and sorting them once is several times faster than row by row.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import django
import psycopg

from bench.loading import sort_once

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

# Who the benchmark signs in as: a manager, who sees all leads.
LOGIN, PASSWORD = "bench@lejek.test", "lejek-bench"
# What the notifications of telephony are signed with.
SECRET = "bench"
TAGS_OF_A_LEAD = 3
YEARS = 3
LEAD_COLUMNS = (  # noqa: SIM905 - reads best as text
    "id external_id name product_id status_id type_id partner_id sales_person_id received_at closed_at "
    "expected_revenue probability expected_close campaign_id medium_id source_id priority_id phone phone_e164 email "
    "description company_name website street city region postal_code country first_name middle_name last_name "
    "position_id lost_reason_id status_entered_at"
).split()

# Name, colour, closed, lost, won, and its share of all leads in percent: a funnel that has grown for years, 30 of 100
# leads open, most of them in the first columns, and most of the closed ones lost or won.
STATUSES = (
    ("Nowy", "blue", False, False, False, 9.0),
    ("Kontakt", "azure", False, False, False, 5.0),
    ("Kwalifikacja", "indigo", False, False, False, 4.0),
    ("Potrzeby", "purple", False, False, False, 2.5),
    ("Spotkanie", "pink", False, False, False, 2.0),
    ("Pomiar", "orange", False, False, False, 1.5),
    ("Kalkulacja", "yellow", False, False, False, 1.2),
    ("Propozycja", "lime", False, False, False, 1.2),
    ("Negocjacje", "green", False, False, False, 1.0),
    ("Umowa", "teal", False, False, False, 0.8),
    ("Zaliczka", "cyan", False, False, False, 0.5),
    ("Wstrzymany", "gray", False, False, False, 0.5),
    *((f"Etap {place}", "gray", False, False, False, 0.2) for place in range(1, 5)),
    ("Wygrana", "green", True, False, True, 20.0),
    ("Wygrana częściowo", "teal", True, False, True, 3.0),
    ("Odnowiony", "lime", True, False, True, 2.0),
    ("Porażka", "red", True, True, False, 36.0),
    *((f"Zamknięty {place}", "gray", True, False, False, 0.9) for place in range(1, 11)),
)
SELLERS, TYPES = 200, 12
# What stands around the leads, by SQL alone; the tables that it fills.
AROUND = Path(__file__).parent / "around.sql"
SURROUNDINGS = ("communications_message", "communications_call", "leads_activity")


def main() -> int:
    """Fill the database."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate")
    parser.add_argument("leads", type=int, nargs="?", default=int(os.environ.get("LEADS", "100000")))
    count: int = parser.parse_args().leads
    django.setup()
    from leads.models import Lead

    if Lead.objects.exists():
        print("The database has leads already.", file=sys.stderr)
        return 1
    started = time.perf_counter()
    generate(count)
    print(f"{count} leads in {time.perf_counter() - started:.0f} s")
    return 0


def generate(count: int) -> None:
    """Write `count` leads with three tags each, what they refer to and what stands around them (e-mails, calls,
    activities); then let PostgreSQL look at it (VACUUM ANALYZE).
    """
    from django.db import connections, transaction

    url = os.environ["DATABASE_URL"]
    with transaction.atomic():
        references = _reference_data(Random(count), count)
    connections.close_all()
    parts = os.cpu_count() or 1
    edges = [count * part // parts for part in range(parts + 1)]
    tables = (
        "leads_lead", "leads_leadtagging", "leads_leadstatuschange", "leads_leadevent", "leads_leadtaggingevent",
        *SURROUNDINGS,
    )  # fmt: skip
    with sort_once(url, tables, step=_step):
        with _step("copying"), ProcessPoolExecutor(parts) as pool:
            list(pool.map(_copy, [url] * parts, edges[:-1], edges[1:], [count] * parts, [references] * parts))
        with _step("e-mails, calls and activities"), psycopg.connect(url) as connection:
            connection.execute("SELECT setval(pg_get_serial_sequence('leads_lead', 'id'), %s)", [count])
            for statement in AROUND.read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement.replace("{leads}", str(count)))
    with _step("VACUUM ANALYZE"), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Say how long a step took."""
    started = time.perf_counter()
    yield
    print(f"{time.perf_counter() - started:7.1f} s  {name}", flush=True)


def _copy(url: str, start: int, end: int, count: int, references: dict[str, Any]) -> None:
    """Write the leads from `start` to before `end`, and their tags."""
    random = Random(f"{count} {start}")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY leads_lead ({', '.join(LEAD_COLUMNS)}) FROM STDIN") as copy:
            for row in _leads(random, start, end, count, references):
                copy.write_row(row)
        with cursor.copy("COPY leads_leadtagging (lead_id, tag_id) FROM STDIN") as copy:
            for place in range(start, end):
                for tag in _distinct(random, references["tag"], TAGS_OF_A_LEAD):
                    copy.write_row((place + 1, tag))


class Skewed:
    """A choice among rows where the first are much more frequent than the last (Zipf)."""

    def __init__(self, rows: list[Any], weights: list[float] | None = None) -> None:
        self.rows = rows
        self.weights = list(accumulate(weights or [1 / (place + 1) for place in range(len(rows))]))

    def pick(self, random: Random) -> Any:
        return random.choices(self.rows, cum_weights=self.weights)[0]


def _distinct(random: Random, choice: Skewed, count: int) -> set[Any]:
    found: set[Any] = set()
    while len(found) < count:
        found.add(choice.pick(random))
    return found


def _reference_data(random: Random, count: int) -> dict[str, Any]:
    """Make what leads refer to; of each kind a skewed choice of IDs."""
    from django.contrib.auth.models import Group

    from crm import models
    from crm.roles import MANAGER, SALES
    from leads.demo import people, words

    def named(model: Any, names: list[str], **values: Any) -> Skewed:
        made = model.objects.bulk_create(
            [model(name=name, sort_order=place, **values) for place, name in enumerate(names)]
        )
        return Skewed([row.pk for row in made])

    statuses = [
        models.LeadStatus.objects.create(
            name=name, sort_order=place, colour=colour, is_closed=closed, is_lost=lost, is_won=won
        )
        for place, (name, colour, closed, lost, won, _share) in enumerate(STATUSES)
    ]
    types = models.LeadType.objects.bulk_create(
        [models.LeadType(name=f"Typ {place}", sort_order=place) for place in range(1, TYPES + 1)]
    )
    for restricted in types[2::3]:
        restricted.statuses.set([status for status in statuses if not status.name.startswith("Etap ")])
    teams = models.Team.objects.bulk_create(
        [models.Team(name=name) for name in ("Północ", "Południe", "Klienci kluczowi")]
    )
    manager = models.User.objects.create_user(LOGIN, PASSWORD, first_name="Anna", last_name="Miernik")
    manager.groups.add(Group.objects.get(name=MANAGER))
    sellers = []
    for place in range(SELLERS):
        someone = people.person(random)
        seller = models.User.objects.create_user(
            f"bench{place}@lejek.test", None, first_name=someone.first_name, last_name=someone.last_name,
            team=teams[place % len(teams)],
        )  # fmt: skip
        seller.groups.add(Group.objects.get(name=SALES))
        sellers.append(seller.pk)
    partners = []
    for place in range(max(count // 10, 20)):
        firm = people.company(random)
        partners.append(
            models.Partner(
                external_id=f"P{place}", name=firm.name, nip=firm.nip, city=firm.city, region=firm.region,
                street=firm.street, postal_code=firm.postal_code, country="Polska", phone=firm.phone,
                phone_e164=f"+48{firm.phone.replace(' ', '')}", email=f"biuro@{firm.domain}",
            )
        )  # fmt: skip
    models.Partner.objects.bulk_create(partners, batch_size=5000)
    _add_inboxes(models)
    products = models.Product.objects.bulk_create(
        [models.Product(code=c, name=n, unit=u, net_price=p, vat_rate=v) for c, n, u, p, v in words.PRODUCTS]
    )
    return {
        "status": Skewed([status.pk for status in statuses], [share for *_marks, share in STATUSES]),
        "closed": {status.pk for status in statuses if status.is_closed},
        "lost": {status.pk for status in statuses if status.is_lost},
        "type": Skewed([row.pk for row in types]),
        "restricted": {row.pk for row in types[2::3]},
        "stages": {status.pk for status in statuses if status.name.startswith("Etap ")},
        "priority": Skewed([
            models.LeadPriority.objects.create(name=name, colour=colour, sort_order=place).pk
            for place, (name, colour) in enumerate(
                [("Normalny", "gray"), ("Wysoki", "orange"), ("Niski", "azure"), ("Pilny", "red")]
            )
        ]),
        "tag": Skewed([
            models.LeadTag.objects.create(
                name=f"tag {place:02d}", sort_order=place, colour=models.Colour.values[place % 13]
            ).pk
            for place in range(40)
        ]),
        "source": named(models.Source, ["Strona WWW", "Telefon", "Polecenie", "Targi", "Allegro", "LinkedIn", "Inne"]),
        "medium": named(models.Medium, ["Formularz", "Telefon", "E-mail", "Spotkanie"]),
        "campaign": named(models.Campaign, [f"Kampania {place}" for place in range(1, 25)]),
        "position": named(models.Position, ["Kierownik magazynu", "Właściciel", "Dyrektor operacyjny", "Zakupy"]),
        "lost_reason": named(models.LostReason, ["Za drogo", "Konkurencja", "Brak budżetu", "Brak kontaktu", "Termin"]),
        "seller": Skewed(sellers),
        "partner": Skewed([row.pk for row in partners]),
        "product": Skewed([row.pk for row in products]),
    }  # fmt: skip


def _add_inboxes(models: Any) -> None:
    """A shared e-mail account, a telephony and a type of activity: what e-mails, calls and activities belong to."""
    from communications.models import MailAccount, TelephonyAccount, TelephonyHealth

    address = "leady@lejek.test"
    MailAccount.objects.create(name="Leady", from_address=address, login=address, imap_host="127.0.0.1", imap_port=1)
    TelephonyHealth.objects.create(account=TelephonyAccount.objects.create(name="Bench", secret=SECRET))
    models.ActivityType.objects.create(name="Telefon")


def _leads(random: Random, start: int, end: int, count: int, references: dict[str, Any]) -> Iterator[list[Any]]:
    """Rows for COPY, the oldest first."""
    from leads.demo import people, words

    now = datetime.now(UTC).replace(microsecond=0)
    span = timedelta(days=365 * YEARS)

    def maybe(share: float, value: Any) -> Any:
        return value if random.random() < share else None

    def one(kind: str) -> Any:
        return references[kind].pick(random)

    for place in range(start, end):
        received = now - span * (1 - place / count) + timedelta(minutes=random.randint(0, 600))
        received = min(received, now)
        status, kind = one("status"), maybe(0.9, one("type"))
        if status in references["stages"] and kind in references["restricted"]:
            kind = None
        entered = min(received + timedelta(days=random.expovariate(1 / 20)), now)
        city = random.choice(words.CITIES)
        someone, firm = people.person(random), people.company(random)
        phone = people.phone(random, city)
        row = {
            "id": place + 1,
            "external_id": f"L{place}",
            "name": random.choice(words.ENQUIRIES).format(city=city[0]),
            "product_id": maybe(0.7, one("product")),
            "status_id": status,
            "type_id": kind,
            "partner_id": maybe(0.6, one("partner")),
            "sales_person_id": maybe(0.95, one("seller")),
            "received_at": received,
            "closed_at": entered if status in references["closed"] else None,
            "expected_revenue": maybe(0.8, round(random.lognormvariate(9, 1.2), 2)),
            "probability": maybe(0.7, random.choice((10, 20, 30, 50, 70, 90))),
            "expected_close": maybe(0.6, date.fromordinal(received.toordinal() + random.randint(5, 120))),
            "campaign_id": maybe(0.3, one("campaign")),
            "medium_id": maybe(0.8, one("medium")),
            "source_id": maybe(0.9, one("source")),
            "priority_id": maybe(0.8, one("priority")),
            "phone": phone,
            "phone_e164": f"+48{phone.replace(' ', '')}",
            "email": f"{someone.mailbox}@{firm.domain}",
            "description": random.choice(words.NOTES),
            "company_name": firm.name,
            "website": f"https://www.{firm.domain}",
            "street": firm.street,
            "city": city[0],
            "region": city[1],
            "postal_code": firm.postal_code,
            "country": "Polska",
            "first_name": someone.first_name,
            "middle_name": "",
            "last_name": someone.last_name,
            "position_id": maybe(0.5, one("position")),
            "lost_reason_id": one("lost_reason") if status in references["lost"] else None,
            "status_entered_at": entered,
        }
        yield [row[column] for column in LEAD_COLUMNS]


if __name__ == "__main__":
    sys.exit(main())
