"""Leads and partners that look like the lead being typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.models import Product, User, Visibility
from crm.numbers import parse_id
from crm.phones import to_e164
from crm.querysets import SimilarPartner, similar_partners
from crm.search import clean_query, normalised
from crm.visibility import visibility_of, visible_leads
from leads.models import Lead
from leads.querysets import LeadQuerySet

SHOWN = 5
SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far, fit for searching; `lead` is the stored lead being edited."""

    lead: int | None
    phone: str
    email: str
    name: str
    company: str
    person: str
    has_partner: bool

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
            has_partner=bool(text["partner"]),
        )

    @classmethod
    def of(cls, lead: Lead) -> "Typed":
        """What stands in a stored lead."""
        sent = {name: str(getattr(lead, name)) for name in FIELDS if name not in ("lead", "partner")}
        return cls.read({**sent, "lead": str(lead.pk), "partner": str(lead.partner_id or "")})

    @property
    def number(self) -> str:
        """The phone number in E.164."""
        return to_e164(self.phone, region=system_settings().default_region)


FIELDS = ("lead", "name", "company_name", "first_name", "last_name", "phone", "email", "partner")


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
    """Leads with the same phone, e-mail or a similar name: the same contact before a name, then open ones first, then
    the newest; partners likewise, until one is chosen."""
    partners: Sequence[SimilarPartner] = ()
    if not typed.has_partner:
        called = typed.company or typed.name
        partners = similar_partners(name=called, nip=called, phone=typed.phone, email=typed.email)
    found: list[Lead] = []
    hidden = False
    for conditions in (_same_contact(typed), _similar_names(typed)):
        if not conditions:
            continue
        matching = _matching(typed, conditions)
        visible = matching.visible_to(user).select_related("status", "sales_person").exclude(pk__in=_ids(found))
        found += visible.order_by("is_closed", "-pk")[: SHOWN - len(found)]
        hidden = hidden or (
            visibility_of(user) is not Visibility.ALL and matching.exclude(visible_leads(user)).exists()
        )
    return Similar([Match(lead, _why(lead, typed)) for lead in found], partners, hidden)


def _ids(leads: Sequence[Lead]) -> list[int]:
    return [lead.pk for lead in leads]


def _same_contact(typed: Typed) -> list[Q]:
    conditions: list[Q] = []
    if typed.number:
        conditions.append(Q(phone_e164=typed.number))
    if "@" in typed.email:
        conditions.append(Q(email_lower=typed.email) & ~Q(email=""))
    return conditions


def _similar_names(typed: Typed) -> list[Q]:
    names = {name for name in (typed.name, typed.company, typed.person) if len(name) >= SHORTEST_NAME}
    # A lead often bears the name of its product: that makes it like thousands of others.
    names -= set(Product.objects.filter(name__in=names).values_list("name", flat=True))
    return [Q(search_text__trigram_word_similar=normalised(name)) for name in sorted(names)]


def _matching(typed: Typed, conditions: Sequence[Q]) -> LeadQuerySet:
    found = Lead.objects.alias(email_lower=Lower("email")).filter(reduce(or_, conditions))
    return found.exclude(pk=typed.lead) if typed.lead else found


def _why(lead: Lead, typed: Typed) -> str:
    reasons = []
    if typed.number and lead.phone_e164 == typed.number:
        reasons.append(_("the same phone number"))
    if typed.email and lead.email.lower() == typed.email:
        reasons.append(_("the same e-mail"))
    return ", ".join(reasons) or _("a similar name")
