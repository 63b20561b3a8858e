"""Whom a number belongs to: leads that have it as their Telefon, then those whose partner, or its contact, has it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from crm.models import Partner, PartnerContact, User
from leads.models import Lead
from leads.querysets import LeadQuerySet

# So many leads are offered for a number, and so many partners are looked at that have it.
SHOWN = 10
MOST_PARTNERS = 10


@dataclass(slots=True)
class Found:
    """What `user` may see of a number: leads, the best first (open before closed, with it as their own number before
    their partner's, the newest first), partners, and the contacts that have it.
    """

    leads: list[Lead] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    contacts: list[PartnerContact] = field(default_factory=list)

    @property
    def lead(self) -> Lead | None:
        """The lead that is offered first."""
        return self.leads[0] if self.leads else None

    @property
    def partner(self) -> Partner | None:
        """The partner, when exactly one fits."""
        return self.partners[0] if len(self.partners) == 1 else None

    @property
    def contact(self) -> PartnerContact | None:
        """The person, when exactly one fits."""
        return self.contacts[0] if len(self.contacts) == 1 and len(self.partners) == 1 else None

    @property
    def name(self) -> str:
        """Who calls, as far as is known: the person, the partner, the lead's company or person."""
        if self.contact is not None:
            return f"{self.contact}, {self.partners[0]}"
        if self.partner is not None:
            return str(self.partner)
        if self.lead is not None:
            person = f"{self.lead.first_name} {self.lead.last_name}".strip()
            company = self.lead.partner.name if self.lead.partner else self.lead.company_name
            return ", ".join(part for part in (person, company) if part)
        return ""


def find_matches(numbers: Iterable[str], *, user: User) -> Mapping[str, Found]:
    """What is found for each number (E.164); every number has an answer. At most five queries."""
    wanted = {number for number in numbers if number}
    found: dict[str, Found] = defaultdict(Found)
    if not wanted:
        return found
    partners, contacts = _partners_with(wanted) if user.has_perm("crm.view_partner") else ({}, {})
    visible = Lead.objects.visible_to(user)
    own = _first_of_each(visible.filter(phone_e164__in=wanted), "phone_e164")
    of_interest = {partner.pk for several in partners.values() for partner in several}
    by_partner = _first_of_each(visible.filter(partner__in=of_interest), "partner") if of_interest else {}
    ids = {pk for pks in (*own.values(), *by_partner.values()) for pk in pks}
    leads = visible.select_related("status", "partner", "sales_person").defer("description").in_bulk(ids) if ids else {}
    for number in wanted:
        entry = found[number]
        entry.partners = partners.get(number, [])
        entry.contacts = contacts.get(number, [])
        of_partners = [pk for partner in entry.partners for pk in by_partner.get(partner.pk, ())]
        tiers = dict.fromkeys(of_partners, 1) | dict.fromkeys(own.get(number, ()), 0)
        ranked = [(leads[pk].is_closed, tier, -pk, leads[pk]) for pk, tier in tiers.items() if pk in leads]
        entry.leads = [row[3] for row in sorted(ranked, key=lambda row: row[:3])][:SHOWN]
    return found


def _partners_with(numbers: Collection[str]) -> tuple[dict[str, list[Partner]], dict[str, list[PartnerContact]]]:
    """The partners of each number, their own ones and those of their contacts; and these contacts."""
    partners: dict[str, list[Partner]] = defaultdict(list)
    contacts: dict[str, list[PartnerContact]] = defaultdict(list)
    most = MOST_PARTNERS * len(numbers)
    for partner in Partner.objects.filter(phone_e164__in=numbers).order_by("is_archived", "pk")[:most]:
        partners[partner.phone_e164].append(partner)
    people = PartnerContact.objects.filter(phone_e164__in=numbers).select_related("partner", "position")
    for contact in people.order_by("pk")[:most]:
        contacts[contact.phone_e164].append(contact)
        if contact.partner not in partners[contact.phone_e164]:
            partners[contact.phone_e164].append(contact.partner)
    return partners, contacts


def _first_of_each(leads: LeadQuerySet, field_name: str) -> dict[Any, list[int]]:
    """The IDs of the first SHOWN leads for each value of a field: open before closed, the newest first."""
    place = Window(RowNumber(), partition_by=F(field_name), order_by=[F("is_closed").asc(), F("id").desc()])
    rows = leads.order_by().annotate(place=place).filter(place__lte=SHOWN).values_list(field_name, "pk")
    first: dict[Any, list[int]] = defaultdict(list)
    for value, pk in rows:
        first[value].append(pk)
    return first
