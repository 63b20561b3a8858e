"""Reads of partners, products and people that pages, lookups and imports share."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, IntegerField, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Left, Length, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from crm.current import system_settings
from crm.models import Partner, PartnerContact, Product, User
from crm.nip import parse_nip
from crm.phones import to_e164
from crm.search import clean_query, containing, index_preferred, normalised

LOOKUP_SIZE = 20
SIMILAR_SIZE = 5
CANDIDATES = 500
ALIKE = 0.6  # pg_trgm.word_similarity_threshold as PostgreSQL comes
LEGAL_FORMS = re.compile(
    r"(?<!\w)(?:spółka (?:z ograniczoną odpowiedzialnością|akcyjna|jawna|komandytowa|cywilna|partnerska)"
    r"|sp\.? ?z\.? ?o\.? ?o\.?|sp\.? ?[kjp]\.?|s\.? ?k\.? ?a\.?|s\.? ?[ac]\.?|p\.? ?s\.? ?a\.?"
    r"|ltd\.?|llc|inc\.?|gmbh)(?!\w)",
    re.IGNORECASE,
)


class Counted(Subquery):
    """The number of the rows of a queryset, within another query."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class OneOf(Func):
    """Whether the first expression is one of what the second, an ArraySubquery, finds. PostgreSQL finds these first and
    looks them up by an index, also where other conditions stand beside it (OR), for which it would read whole tables.
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def partners_to_choose(text: str) -> list[Partner]:
    """Partners for a search box, archived ones left out."""
    return list(Partner.objects.active().containing(text).best_first(text)[:LOOKUP_SIZE])


def products_to_choose(text: str) -> list[Product]:
    """Products for a search box, archived ones left out."""
    return list(Product.objects.active().containing(text).best_first(text)[:LOOKUP_SIZE])


def people_to_choose(text: str, *, among: QuerySet[User] | None = None) -> list[User]:
    """Active users for a search box: all, since any of them may be a sales person, or those of `among`."""
    people = User.objects.filter(is_active=True) if among is None else among
    return list((people.filter(containing(text)) if clean_query(text) else people)[:LOOKUP_SIZE])


class Likeness(TextChoices):
    """What two partners have in common, the strongest first."""

    NIP = "nip", _("the same NIP")
    PHONE = "phone", _("the same phone number")
    EMAIL = "email", _("the same e-mail")
    NAME = "name", _("a similar name")


@dataclass(frozen=True, slots=True)
class SimilarPartner:
    """A partner that may be the same as the one being typed, and why."""

    partner: Partner
    reasons: tuple[Likeness, ...]

    @property
    def reasons_text(self) -> str:
        """The reasons as a phrase."""
        return ", ".join(str(reason.label) for reason in self.reasons)


def similar_partners(
    *, name: str = "", nip: str = "", phone: str = "", email: str = "", exclude: int | None = None
) -> list[SimilarPartner]:
    """Partners with the same NIP, phone number or e-mail (their own or a contact's), or with a similar name.

    The values are as typed; what is no NIP or no number is not looked for. `exclude` is the partner being changed.
    """
    number = to_e164(phone, region=system_settings().default_region) if phone.strip() else ""
    digits, address, called = _nip_or_nothing(nip), clean_query(email).lower(), core_name(name)
    looked_for: dict[Likeness, list[Any]] = {
        Likeness.NIP: [Partner.objects.filter(nip=digits).values_list("pk")] if digits else [],
        Likeness.PHONE: _own_and_contacts(Exact(F("phone_e164"), number)) if number else [],
        Likeness.EMAIL: _own_and_contacts(Exact(Lower("email"), address), ~Q(email="")) if address else [],
        Likeness.NAME: [_beginning_with(called), _called_like(called)] if len(called) >= 3 else [],
    }
    found: dict[int, dict[Likeness, None]] = {}
    with index_preferred():
        for likeness, queries in looked_for.items():
            for (pk,) in (row for query in queries for row in query[: SIMILAR_SIZE + 1]):
                found.setdefault(pk, {})[likeness] = None
    found.pop(exclude, None)  # type: ignore[arg-type]
    nearest = list(found.items())[:SIMILAR_SIZE]
    partners = Partner.objects.in_bulk([pk for pk, _reasons in nearest]) if nearest else {}
    return [SimilarPartner(partners[pk], tuple(reasons)) for pk, reasons in nearest if pk in partners]


def core_name(name: str) -> str:
    """A name without the legal form that too many names share: `Acme sp. z o.o.` → `Acme`."""
    return " ".join(re.sub(r"[^\w\s&-]+", " ", LEGAL_FORMS.sub(" ", clean_query(name))).split())


def _nip_or_nothing(typed: str) -> str:
    try:
        return parse_nip(typed)
    except ValidationError:
        return ""


def _own_and_contacts(*conditions: Any) -> list[Any]:
    """The IDs of partners of which the conditions hold, themselves or one of their contacts."""
    return [
        # Sorted by a sum, which no index has: for a common address PostgreSQL would walk through all partners by ID.
        Partner.objects.filter(*conditions).order_by(F("pk") + 0).values_list("pk"),
        PartnerContact.objects.filter(*conditions).order_by("partner").values_list("partner").distinct(),
    ]


def _beginning_with(name: str) -> Any:
    """The IDs of partners whose name begins so."""
    return Partner.objects.filter(search_text__startswith=normalised(name)).order_by().values_list("pk")


def _called_like(name: str) -> Any:
    """The IDs of partners with a similar name, the most similar first. The index narrows, the name decides.

    Of a word that very many names share not all are looked at: who goes on typing gets the nearer ones.
    """
    typed = normalised(name)
    own_name = Left("search_text", Length("name"))  # the search text begins with the name
    alike = Partner.objects.filter(search_text__trigram_word_similar=typed)
    return (
        Partner.objects.filter(pk__in=alike.order_by().values("pk")[:CANDIDATES])
        .annotate(alike=TrigramWordSimilarity(typed, own_name))  # type: ignore[arg-type]
        .filter(alike__gte=ALIKE)
        .order_by("-alike", "name_sort", "pk")
        .values_list("pk")
    )
