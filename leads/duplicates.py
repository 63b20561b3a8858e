"""Leads and partners that look like the lead being typed, or like a stored one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.models import Partner, Product, User, Visibility
from crm.nip import parse_nip
from crm.numbers import parse_id
from crm.phones import to_e164
from crm.querysets import SimilarPartner, similar_partners
from crm.search import clean_query, index_preferred, normalised
from crm.visibility import visibility_of
from leads.models import Lead, LeadPair
from leads.naming import Named, Namer, are_alike
from leads.querysets import LeadQuerySet

SHOWN = 5
# A name that more leads have than this is the name of a product or a campaign, and tells nothing.
COMMON = 10
CANDIDATES = 300
COMMON_FOR = 24 * 3600


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far, fit for searching; `lead` is the stored lead being edited."""

    lead: int | None
    phone: str
    email: str
    name: str
    company: str
    person: str
    city: str
    partner: int | None
    product: int | None

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Typed":
        """From the fields of the form."""
        text = {name: clean_query(sent.get(name, "")) for name in FIELDS}
        return cls(
            lead=parse_id(text["lead"]),
            phone=text["phone"],
            email=text["email"].lower(),
            name=text["name"],
            company=text["company_name"],
            person=f"{text['first_name']} {text['last_name']}".strip() if text["last_name"] else "",
            city=text["city"],
            partner=parse_id(text["partner"]),
            product=parse_id(text["product"]),
        )

    @classmethod
    def of(cls, lead: Lead) -> "Typed":
        """What stands in a stored lead."""
        sent = {name: str(getattr(lead, name)) for name in FIELDS if name not in ("lead", "partner", "product")}
        ids = {"lead": lead.pk, "partner": lead.partner_id or "", "product": lead.product_id or ""}
        return cls.read({**sent, **{name: str(pk) for name, pk in ids.items()}})

    @property
    def number(self) -> str:
        """The phone number in E.164."""
        return to_e164(self.phone, region=system_settings().default_region)

    def named(self, namer: Namer) -> Named:
        """The telling parts of its names."""
        return namer.named(
            name=self.name, company=self.company, person=self.person, city=self.city, partner=self.partner,
            product=self.product,
        )  # fmt: skip


FIELDS = (
    "lead", "name", "company_name", "first_name", "last_name", "phone", "email", "city", "partner", "product",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A lead that the user may see, and in words what it has in common with what is typed."""

    lead: Lead
    why: str


@dataclass(frozen=True, slots=True)
class Similar:
    """Visible matches; `hidden` tells that there is one among the leads of others, and nothing more about it."""

    leads: Sequence[Match] = ()
    partners: Sequence[SimilarPartner] = ()
    hidden: bool = False


def find_similar(typed: Typed, *, user: User) -> Similar:
    """Leads with the same phone, e-mail or NIP, or a similar name: the same contact before a name, then open ones
    first, then the newest; partners likewise, until one is chosen. Pairs that somebody declared distinct are left out.
    """
    partners: Sequence[SimilarPartner] = ()
    if typed.partner is None:
        called = typed.company or typed.name
        partners = similar_partners(name=called, nip=called, phone=typed.phone, email=typed.email)
    same_nip = _partners_with_nip(typed)
    matching, by_name = _matching(typed, same_nip), like_named(typed)
    found: list[Lead] = []
    for leads in (matching, Lead.objects.filter(pk__in=by_name)):
        others = leads.visible_to(user).exclude(pk__in=[lead.pk for lead in found])
        others = others.select_related("status", "sales_person").order_by("is_closed", "-pk")
        found += others[: SHOWN - len(found)]
    return Similar(
        [Match(lead, _why(lead, typed, same_nip)) for lead in found],
        partners,
        hidden=visibility_of(user) is not Visibility.ALL and bool(hidden_matches(typed, user=user)),
    )


def hidden_matches(typed: Typed, *, user: User) -> list[Lead]:
    """The leads that look like what `user` types and that they may not see. Not to be shown to them."""
    is_visible = Exists(Lead.objects.visible_to(user).filter(pk=OuterRef("pk")))
    by_contact = _matching(typed, _partners_with_nip(typed))
    hidden = [leads.filter(~is_visible) for leads in (by_contact, Lead.objects.filter(pk__in=like_named(typed)))]
    return list({lead.pk: lead for leads in hidden for lead in leads.order_by("is_closed", "-pk")[:SHOWN]}.values())


def like_named(typed: Typed, namer: Namer | None = None) -> list[int]:
    """The IDs of leads with a similar name; none when the name is that of too many."""
    namer = namer or present_namer()
    named = typed.named(namer)
    apart = _told_apart(typed)
    rows: dict[int, Sequence[Any]] = {}
    for text in _uncommon(named.texts):
        found = Lead.objects.filter(search_text__trigram_word_similar=normalised(text)).exclude(pk__in=apart)
        with index_preferred():
            candidates = list(found.order_by().values_list("pk", *NAMES)[: CANDIDATES + 1])
        if len(candidates) > CANDIDATES:
            cache.set(_key(text), True, COMMON_FOR)
        else:
            rows |= {pk: names for pk, *names in candidates}
    alike = [pk for pk, names in rows.items() if are_alike(named, _named(namer, names))]
    return alike if len(alike) <= COMMON else []


def _uncommon(texts: Sequence[str]) -> list[str]:
    """Those that were not found in too many leads lately: to find that out takes long."""
    common = cache.get_many([_key(text) for text in texts]) if texts else {}
    return [text for text in texts if _key(text) not in common]


def _key(text: str) -> str:
    return f"common-name:{sha256(text.encode()).hexdigest()}"


NAMES = ("name", "company_name", "first_name", "last_name", "city", "partner", "product")


def _named(namer: Namer, names: Sequence[str]) -> Named:
    name, company, first, last, city, partner, product = names
    person = f"{first} {last}".strip() if last else ""
    return namer.named(name=name, company=company, person=person, city=city, partner=partner, product=product)  # type: ignore[arg-type]


def present_namer() -> Namer:
    """One that knows the products there are."""
    return Namer(Product.objects.order_by().values_list("name", flat=True))


def _matching(typed: Typed, same_nip: Sequence[int]) -> LeadQuerySet:
    """The leads with the same phone or e-mail, or of the partners with the same NIP."""
    conditions: list[Q] = []
    if typed.number:
        conditions.append(Q(phone_e164=typed.number))
    if "@" in typed.email:
        conditions.append(Q(email_lower=typed.email) & ~Q(email=""))
    if same_nip:
        conditions.append(Q(partner__in=same_nip, is_closed=False))
    if not conditions:
        return Lead.objects.none()
    found = Lead.objects.alias(email_lower=Lower("email")).filter(reduce(or_, conditions))
    return found.exclude(pk__in=_told_apart(typed))


def _partners_with_nip(typed: Typed) -> list[int]:
    """The partners with the NIP that was typed as a name, or that the chosen partner has. Of a firm whose deals were
    closed nobody minds another enquiry."""
    nips = set(_nips((typed.company, typed.name)))
    if typed.partner is not None:
        nips |= set(Partner.objects.filter(pk=typed.partner).exclude(nip="").values_list("nip", flat=True))
    return list(Partner.objects.filter(nip__in=nips).values_list("pk", flat=True)) if nips else []


def _nips(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        try:
            if nip := parse_nip(text):
                yield nip
        except ValidationError:
            continue


def _told_apart(typed: Typed) -> list[int]:
    """The lead itself, and those of which somebody said that they are not the same."""
    if typed.lead is None:
        return []
    pairs = LeadPair.objects.filter(Q(first=typed.lead) | Q(second=typed.lead), dismissed_at__isnull=False)
    return [typed.lead, *(pk for pair in pairs.values_list("first", "second") for pk in pair if pk != typed.lead)]


def _why(lead: Lead, typed: Typed, same_nip: Sequence[int]) -> str:
    reasons = []
    if typed.number and lead.phone_e164 == typed.number:
        reasons.append(_("the same phone number"))
    if typed.email and lead.email.lower() == typed.email:
        reasons.append(_("the same e-mail"))
    if lead.partner_id in same_nip:
        reasons.append(_("the same NIP"))
    return ", ".join(reasons) or _("a similar name")
