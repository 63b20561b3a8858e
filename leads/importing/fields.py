"""What a file can fill, by kind, and which column most likely fills it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.models import (
    Campaign,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    Partner,
    Position,
    Product,
    Source,
    Team,
    User,
)
from leads.models import ImportKind, Lead

CLOSE_ENOUGH = 0.87


class Reads(Enum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    VAT = "vat"
    PARTNER_KIND = "partner_kind"
    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can fill. `refers_to` is the model that its text names a row of; `headers` are what people
    call it, in both languages and in known exports.
    """

    name: str
    label: str | Promise
    headers: tuple[str, ...]
    reads: Reads = Reads.TEXT
    refers_to: type[models.Model] | None = None


def _of(model: type[models.Model], name: str, headers: str, reads: Reads = Reads.TEXT) -> Field:
    field = model._meta.get_field(name)
    refers_to = field.related_model if reads in (Reads.ONE, Reads.MANY) else None
    label = getattr(field, "verbose_name", name)
    return Field(name, label, tuple(headers.split("|")), reads, refers_to)


LEAD_FIELDS = (
    _of(Lead, "external_id", "id zewnętrzne|external id|opportunity id|lead id|deal id|id|identyfikator|numer"),
    _of(Lead, "name", "nazwa|nazwa leadu|name|lead name|opportunity name|deal name|temat|tytuł|title|subject"),
    _of(Lead, "product", "produkt|product|item|towar|usługa|product name", Reads.ONE),
    _of(Lead, "status", "status leadu|status|lead status|deal stage|stage|etap", Reads.ONE),
    _of(Lead, "type", "typ leadu|typ|lead type|type", Reads.ONE),
    _of(Lead, "partner", "partner|klient|kontrahent|account|account name|customer|nip klienta", Reads.ONE),
    _of(
        Lead,
        "sales_person",
        "sprzedawca|handlowiec|opiekun|sales person|salesperson|sales agent|sales rep|agent|owner|właściciel",
        Reads.ONE,
    ),
    _of(
        Lead,
        "received_at",
        "data i czas|data|data zapytania|data utworzenia|date and time|date|engage date|created|created at|open date",
        Reads.MOMENT,
    ),
    _of(Lead, "closed_at", "data zamknięcia|zamknięto|closed on|close date|closed date|closed at", Reads.MOMENT),
    _of(
        Lead,
        "expected_revenue",
        "spodziewany przychód|przychód|wartość|kwota|expected revenue|revenue|close value|amount|value|deal value",
        Reads.MONEY,
    ),
    _of(Lead, "probability", "prawdopodobieństwo|szansa|probability", Reads.PERCENT),
    _of(
        Lead,
        "expected_close",
        "spodziewane zamknięcie|planowane zamknięcie|termin|expected closing|expected close|expected close date",
        Reads.DAY,
    ),
    _of(Lead, "campaign", "kampania|campaign|utm campaign", Reads.ONE),
    _of(Lead, "medium", "kanał|medium|channel|utm medium", Reads.ONE),
    _of(Lead, "source", "źródło|source|lead source|utm source", Reads.ONE),
    _of(Lead, "priority", "priorytet leadu|priorytet|lead priority|priority", Reads.ONE),
    _of(Lead, "tags", "tagi leadu|tagi|tag|lead tags|tags|etykiety|labels", Reads.MANY),
    _of(Lead, "phone", "telefon|tel|numer telefonu|komórka|phone|phone number|mobile"),
    _of(Lead, "email", "email|e-mail|adres e-mail|mail|email address"),
    _of(Lead, "description", "opis|notatki|uwagi|description|notes|comment"),
    _of(Lead, "company_name", "nazwa firmy|firma|legal entity name|company|company name|organization"),
    _of(Lead, "website", "strona internetowa|strona www|www|website|url"),
    _of(Lead, "street", "adres|ulica|address|street"),
    _of(Lead, "city", "miasto|miejscowość|city|town"),
    _of(Lead, "region", "województwo|region|state|province"),
    _of(Lead, "postal_code", "kod pocztowy|kod|postal code|zip|zip code|postcode"),
    _of(Lead, "country", "kraj|country"),
    _of(Lead, "first_name", "imię|first name|given name"),
    _of(Lead, "middle_name", "drugie imię|middle name"),
    _of(Lead, "last_name", "nazwisko|last name|surname|family name"),
    _of(Lead, "position", "stanowisko|position|job title", Reads.ONE),
    _of(Lead, "lost_reason", "powód porażki|powód|lost reason|loss reason", Reads.ONE),
)

PARTNER_FIELDS = (
    _of(Partner, "external_id", "id zewnętrzne|external id|account id|partner id|customer id|id|identyfikator"),
    _of(Partner, "kind", "rodzaj|typ|kind|type", Reads.PARTNER_KIND),
    _of(
        Partner,
        "name",
        "nazwa|nazwa firmy|firma|partner|klient|kontrahent|name|account|account name|company|company name|customer",
    ),
    _of(Partner, "nip", "nip|vat id|tax id|vat number"),
    _of(Partner, "vat_eu", "vat ue|nip ue|numer vat ue|eu vat|vat eu|eu vat number"),
    _of(Partner, "street", "adres|ulica|address|street"),
    _of(Partner, "city", "miasto|miejscowość|city|town"),
    _of(Partner, "region", "województwo|region|state|province"),
    _of(Partner, "postal_code", "kod pocztowy|kod|postal code|zip|zip code|postcode"),
    _of(Partner, "country", "kraj|country|office location"),
    _of(Partner, "delivery_street", "adres dostawy|ulica dostawy|delivery address|delivery street"),
    _of(Partner, "delivery_city", "miasto dostawy|delivery city"),
    _of(Partner, "delivery_region", "województwo dostawy|delivery region"),
    _of(Partner, "delivery_postal_code", "kod pocztowy dostawy|delivery postal code"),
    _of(Partner, "delivery_country", "kraj dostawy|delivery country"),
    _of(Partner, "phone", "telefon|tel|numer telefonu|phone|phone number"),
    _of(Partner, "email", "email|e-mail|adres e-mail|mail|email address"),
    _of(Partner, "website", "strona internetowa|strona www|www|website|url"),
)

PRODUCT_FIELDS = (
    _of(Product, "code", "kod|symbol|indeks|code|sku|product code|item code"),
    _of(Product, "name", "nazwa|produkt|towar|nazwa produktu|name|product|product name|item"),
    _of(Product, "unit", "jednostka|jm|j m|unit"),
    _of(Product, "net_price", "cena netto|cena|net price|price|sales price|unit price", Reads.MONEY),
    _of(Product, "vat_rate", "stawka vat|vat|vat rate", Reads.VAT),
)

PEOPLE_FIELDS = (
    Field(
        "full_name",
        _("first and last name"),
        (
            "imię i nazwisko",
            "sprzedawca",
            "handlowiec",
            "pracownik",
            "full name",
            "name",
            "sales agent",
            "sales person",
            "agent",
            "employee",
        ),
    ),
    _of(User, "first_name", "imię|first name|given name"),
    _of(User, "last_name", "nazwisko|last name|surname"),
    _of(User, "email", "email|e-mail|adres e-mail|mail|email address|login"),
    _of(User, "phone_extension", "numer wewnętrzny|telefon wewnętrzny|phone extension|extension"),
    Field("team", _("team"), ("zespół", "dział", "team", "regional office", "office", "region"), Reads.ONE, Team),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {
    ImportKind.LEADS: LEAD_FIELDS,
    ImportKind.PARTNERS: PARTNER_FIELDS,
    ImportKind.PRODUCTS: PRODUCT_FIELDS,
    ImportKind.PEOPLE: PEOPLE_FIELDS,
}
# What an import may create on the way, by the permission that it takes.
CREATABLE: Mapping[type[models.Model], str] = {
    Partner: "crm.add_partner",
    Product: "crm.add_product",
    User: "crm.add_user",
    Team: "crm.change_team",
    **dict.fromkeys(
        (LeadStatus, LeadType, LeadPriority, LeadTag, LostReason, Campaign, Medium, Source, Position),
        "crm.manage_settings",
    ),
}


def fields_of(kind: str) -> dict[str, Field]:
    """The fields of a kind by name, in the order they are offered."""
    return {field.name: field for field in FIELDS[kind]}


def field_choices(kind: str) -> list[tuple[str, str | Promise]]:
    """The fields of a kind as a select offers them."""
    return [(field.name, capfirst(str(field.label))) for field in FIELDS[kind]]


def normal(header: str) -> str:
    """A header without case, accents and signs: `Data_Zamknięcia` → `data zamkniecia`."""
    text = unicodedata.normalize("NFKD", header.casefold().replace("ł", "l"))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", text))


def guess(headers: Sequence[str], kind: str) -> list[str]:
    """The most likely field of each header, or "". No field is given twice: an exact name goes first."""
    scores = sorted(
        (
            (-_likeness(normal(header), field.headers), column, field.name)
            for column, header in enumerate(headers)
            for field in FIELDS[kind]
        ),
    )
    found = [""] * len(headers)
    for score, column, name in scores:
        if -score >= CLOSE_ENOUGH and not found[column] and name not in found:
            found[column] = name
    return found


def _likeness(header: str, names: Iterable[str]) -> float:
    """How well a header fits the names of a field: 1 for the first of them, a little less for the others."""
    if not header:
        return 0
    best = 0.0
    for position, name in enumerate(names):
        if header == normal(name):
            best = max(best, 1 - position / 1000)
        elif len(header) > 4:
            best = max(best, SequenceMatcher(None, header, normal(name)).ratio() - 0.03)
    return best
