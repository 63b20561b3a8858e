"""Demo data, written through the services: the same data relative to today at every run."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from crm import roles
from crm.demo import DEMO_PASSWORD
from crm.models import (
    Campaign,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LeadTypeStatus,
    LostReason,
    Medium,
    Partner,
    Position,
    Product,
    ReferenceItem,
    Source,
    Team,
    User,
)
from crm.services.partners import ContactValues, PartnerValues, save_contact, save_partners
from crm.services.products import save_products
from crm.services.records import Draft as RecordDraft
from crm.services.reference import save_item
from leads.demo import words
from leads.demo.backdate import backdate
from leads.demo.funnel import PROBABILITY, SALE, SERVICE, Step, arrival, journey
from leads.demo.people import company, person, phone
from leads.demo.work import add_work
from leads.models import Lead
from leads.services import Draft, LeadValues, create_leads, update_leads

SEED = 2026
LEADS = 300
PARTNERS = 60
MANAGER = "menedzer@lejek.test"
SELLER = "sprzedawca@lejek.test"
TEAMS = ("Północ", "Południe")
# E-mail, first and last name, role, number of the team, share of the leads.
PEOPLE = (
    ("admin@lejek.test", "Tomasz", "Wróbel", roles.ADMINISTRATOR, None, 0),
    (MANAGER, "Katarzyna", "Zielińska", roles.MANAGER, 0, 2),
    (SELLER, "Paweł", "Nowicki", roles.SALES, 0, 9),
    ("agnieszka.sikora@lejek.test", "Agnieszka", "Sikora", roles.SALES, 0, 7),
    ("lukasz.mazur@lejek.test", "Łukasz", "Mazur", roles.SALES, 0, 5),
    ("marta.jankowska@lejek.test", "Marta", "Jankowska", roles.SALES, 1, 6),
    ("piotr.cwik@lejek.test", "Piotr", "Ćwik", roles.SALES, 1, 4),
    ("zaneta.lis@lejek.test", "Żaneta", "Lis", roles.SALES, 1, 3),
    ("jakub.stepien@lejek.test", "Jakub", "Stępień", roles.SALES, 1, 2),
)
CAMPAIGNS = (
    "Targi Logistyka – jesień",
    "Newsletter wiosenny",
    "Google Ads – regały",
    "Polecam partnera",
    "Webinar BHP",
)
SERVICE_TYPE = "Serwis"


def build_demo() -> None:
    """Fill a system that has the seed funnel and nothing else."""
    random = Random(SEED)
    with transaction.atomic():
        people = _people()
        _references()
        products = _products()
        partners = _partners(random)
        _leads(random, people, products, partners)
        by_email = {user.email: user for user in people}
        add_work(people=list(people), manager=by_email[MANAGER], seller=by_email[SELLER])
        for path in settings.DEMO_BUILDERS:
            import_string(path)()


def _people() -> dict[User, int]:
    """Teams and their members, with the share of leads of each."""
    teams = Team.objects.bulk_create([Team(name=name) for name in TEAMS])
    password = make_password(DEMO_PASSWORD)  # once: hashing is slow on purpose
    shares = {}
    for email, first_name, last_name, role, team, share in PEOPLE:
        user = User.objects.create(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            signature=f"Pozdrawiam\n{first_name} {last_name}",
            team=None if team is None else teams[team],
        )
        user.groups.add(Group.objects.get(name=role))
        shares[user] = share
    return shares


def _references() -> None:
    for name in CAMPAIGNS:
        save_item(item=Campaign(), values={"name": name}, by=None)
    service = save_item(item=LeadType(), values={"name": SERVICE_TYPE}, by=None)
    save_item(item=LeadType(), values={"name": "Wynajem"}, by=None)
    allowed = {*SERVICE, *(status for stage in SERVICE.values() for status in stage.next)}
    LeadTypeStatus.objects.bulk_create(
        LeadTypeStatus(type=service, status=status) for status in LeadStatus.objects.filter(name__in=allowed)
    )


def _products() -> list[Product]:
    drafts: list[RecordDraft[Product]] = [
        RecordDraft({"code": code, "name": name, "unit": unit, "net_price": Decimal(price), "vat_rate": vat})
        for code, name, unit, price, vat in words.PRODUCTS
    ]
    return [_stored(answer) for answer in save_products(drafts=drafts, by=None)]


def _partners(random: Random) -> list[Partner]:
    companies = {firm.name: firm for firm in (company(random) for _ in range(PARTNERS * 2))}
    firms = list(companies.values())[:PARTNERS]
    values: list[PartnerValues] = [
        {
            "kind": Partner.Kind.COMPANY,
            "name": firm.name,
            "nip": firm.nip,
            "street": firm.street,
            "city": firm.city,
            "region": firm.region,
            "postal_code": firm.postal_code,
            "country": "Polska",
            "phone": firm.phone,
            "email": f"biuro@{firm.domain}",
            "website": f"www.{firm.domain}",
        }
        for firm in firms
    ]
    partners = [_stored(row) for row in save_partners(drafts=[RecordDraft(row) for row in values], by=None)]
    positions = list(Position.objects.all())
    for partner, firm in zip(partners, firms, strict=True):
        place = next(city for city in words.CITIES if city[0] == firm.city)
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            someone = person(random)
            contact: ContactValues = {
                "first_name": someone.first_name,
                "last_name": someone.last_name,
                "position": random.choice(positions),
                "phone": phone(random, place),
                "email": f"{someone.mailbox}@{firm.domain}",
            }
            save_contact(partner=partner, contact=None, values=contact, by=None)
    return partners


# --- Leads --------------------------------------------------------------------------------------------------------


class _Choices:
    """The reference data by name, and weighted picks of it: what stands first is picked most."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.statuses = {status.name: status for status in LeadStatus.objects.all()}
        self.types = list(LeadType.objects.all())
        self._rows: dict[type[ReferenceItem], list[Any]] = {}

    def pick(self, model: type[ReferenceItem], *, share: float = 1) -> Any:
        """One of a kind; None for the rest of `share`."""
        if model not in self._rows:
            self._rows[model] = list(model._default_manager.all())
        rows = self._rows[model]
        weights = [1 / (place + 1) for place in range(len(rows))]
        return self.random.choices(rows, weights)[0] if self.random.random() < share else None


def _leads(random: Random, people: Mapping[User, int], products: list[Product], partners: list[Partner]) -> None:
    """Leads that the manager entered and gave to the sellers, who then took them through the funnel."""
    now = timezone.localtime().replace(microsecond=0)
    choices = _Choices(random)
    manager = next(user for user in people if user.email == MANAGER)
    plans: list[tuple[Draft, list[Step], User]] = []
    for came in sorted(arrival(random, now) for _ in range(LEADS)):
        lead_type = random.choices(choices.types, weights=(70, 20, 10))[0]
        steps = journey(random, came, SERVICE if lead_type.name == SERVICE_TYPE else SALE, now)
        seller = random.choices(list(people), weights=list(people.values()))[0]
        values = _values(random, choices, came, steps, products, partners)
        values |= {"type": lead_type, "sales_person": seller if random.random() < 0.96 else None}
        tags = {choices.pick(LeadTag) for _ in range(random.choice((0, 0, 1, 1, 2, 3)))}
        plans.append((Draft(values=values, tags=tags), steps, seller))
    leads = create_leads(drafts=[draft for draft, _steps, _seller in plans], by=manager, imported=True)
    journeys: dict[User, list[tuple[Lead, list[Step]]]] = defaultdict(list)
    for answer, (_draft, steps, seller) in zip(leads, plans, strict=True):
        journeys[seller].append((_stored(answer), steps))
    for seller, going in journeys.items():
        _travel(random, choices, going, seller)
    backdate({lead.pk: [step.at for step in steps] for going in journeys.values() for lead, steps in going})


def _travel(random: Random, choices: _Choices, leads: Sequence[tuple[Lead, list[Step]]], seller: User) -> None:
    """Take the leads of one seller through their steps after the first, all of them step by step."""
    for number in range(1, max((len(steps) for _lead, steps in leads), default=0)):
        going = [(lead, steps[number]) for lead, steps in leads if len(steps) > number]
        drafts = []
        for lead, step in going:
            status = choices.statuses[step.status]
            values: LeadValues = {"status": status, "probability": PROBABILITY[step.status]}
            if status.is_closed:
                values["closed_at"] = step.at
            if status.is_lost:
                values["lost_reason"] = choices.pick(LostReason)
            elif lead.expected_revenue and random.random() < 0.3:
                values["expected_revenue"] = _revenue(random)
            drafts.append(Draft(values=values, lead=lead))
        for answer in update_leads(drafts=drafts, by=seller, imported=True):
            _stored(answer)


def _values(
    random: Random,
    choices: _Choices,
    came: datetime,
    steps: Sequence[Step],
    products: list[Product],
    partners: list[Partner],
) -> LeadValues:
    """What is known of an enquiry; of most not everything."""
    someone, firm = person(random), company(random)
    partner = random.choice(partners) if random.random() < 0.45 else None
    domain = firm.domain if partner is None else partner.email.split("@")[1]
    place = next(city for city in words.CITIES if city[0] == (partner.city if partner else firm.city))
    expected = (steps[-1].at if len(steps) > 1 else came) + timedelta(days=random.randint(5, 60))
    values: LeadValues = {
        "name": random.choice(words.ENQUIRIES).format(city=place[0]),
        "status": choices.statuses[steps[0].status],
        "received_at": came,
        "product": random.choice(products) if random.random() < 0.65 else None,
        "partner": partner,
        "probability": PROBABILITY[steps[0].status],
        "expected_revenue": _revenue(random) if random.random() < 0.85 else None,
        "expected_close": expected.date() if random.random() < 0.8 else None,
        "campaign": choices.pick(Campaign, share=0.3),
        "medium": choices.pick(Medium, share=0.85),
        "source": choices.pick(Source, share=0.9),
        "priority": choices.pick(LeadPriority, share=0.9),
        "phone": phone(random, place) if random.random() < 0.9 else "",
        "email": f"{someone.mailbox}@{domain}",
        "description": random.choice(words.NOTES),
        "first_name": someone.first_name,
        "last_name": someone.last_name,
        "position": choices.pick(Position, share=0.5),
        "city": place[0],
        "region": place[1],
        "country": "Polska",
    }
    if partner is None:
        values |= {"company_name": firm.name, "street": firm.street, "postal_code": firm.postal_code}
        values["website"] = f"www.{firm.domain}" if random.random() < 0.4 else ""
    return values


def _revenue(random: Random) -> Decimal:
    return Decimal(round(random.lognormvariate(9.6, 1.0) / 50) * 50).quantize(Decimal("0.01"))


def _stored(answer: Any) -> Any:
    """The row of an answer; a refusal of demo data is a mistake of ours."""
    if isinstance(answer, Exception):
        raise answer
    return answer
