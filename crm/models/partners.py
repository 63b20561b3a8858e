"""Partners: companies and people that leads, orders and invoices are about."""

from collections import defaultdict
from collections.abc import Callable
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.utils.translation import gettext_lazy as _

from crm.models.fields import search_text, sort_key
from crm.models.reference import KEEP_NAME, Position
from crm.models.versioned import Versioned
from crm.search import SearchedQuerySet, clean_query, holds_word, ways


def _digits(field: str) -> Func:
    return Func(F(field), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())


# More partners than this are not named one by one in a condition.
MOST_NAMED = 500


class PartnerQuerySet(SearchedQuerySet["Partner"]):
    def containing(self, text: str) -> "PartnerQuerySet":
        """Those of which `partners_containing` is true (everything for nothing typed)."""
        return self.filter(partners_containing(text)) if clean_query(text) else self


def partners_containing(text: str, *, each: Callable[[str], Q] = holds_word) -> Q:
    """The condition for partners that hold (by `each`) every word of `text`, in their own texts or in those of their
    contacts. Asks the database for the contacts.
    """
    looked_for = ways(text)
    by_contact = _partners_of_contacts({word: each(word) for words in looked_for for word in words})
    condition = Q()
    for words in looked_for:
        condition |= Q(*(each(word) | by_contact[word] for word in words))
    return condition


def _partners_of_contacts(wanted: dict[str, Q]) -> dict[str, Q]:
    """For each word the condition that a contact of the partner has it. Few partners are named by their IDs, so that
    the database can take its indexes.
    """
    matching = {word: PartnerContact.objects.filter(condition).order_by() for word, condition in wanted.items()}
    first, *rest = [
        contacts.values_list(Value(word, output_field=TextField()), "partner")[: MOST_NAMED + 1]
        for word, contacts in matching.items()
    ]
    found: dict[str, set[int]] = defaultdict(set)
    for word, partner in first.union(*rest, all=True) if rest else first:
        found[word].add(partner)
    return {
        word: Q(pk__in=found[word] if len(found[word]) <= MOST_NAMED else contacts.values("partner"))
        for word, contacts in matching.items()
    }


class Partner(Versioned):
    """A customer: a company or a person, with its addresses and contacts."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        PERSON = "person", _("Person")

    external_id = models.CharField(_("external ID"), max_length=100, null=True, blank=True, unique=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(_("name"), max_length=200)
    nip = models.CharField(_("NIP"), max_length=10, blank=True)
    vat_eu = models.CharField(_("EU VAT number"), max_length=14, blank=True, default="", db_default="")
    street = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    delivery_street = models.CharField(_("delivery address"), max_length=200, blank=True)
    delivery_city = models.CharField(_("delivery city"), max_length=100, blank=True)
    delivery_region = models.CharField(_("delivery region"), max_length=100, blank=True)
    delivery_postal_code = models.CharField(_("delivery postal code"), max_length=20, blank=True)
    delivery_country = models.CharField(_("delivery country"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    name_sort = sort_key("name")
    city_sort = sort_key("city")
    search_text = search_text(
        "name", "nip", "email", "city", "external_id", _digits("phone"), _digits("phone_e164"), "website"
    )

    objects = PartnerQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering: ClassVar[list[str]] = ["name_sort", "pk"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers, KEEP_NAME]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="partner_name_not_empty"),
            models.CheckConstraint(condition=~Q(external_id=""), name="partner_external_id_not_empty"),
            models.CheckConstraint(condition=Q(nip="") | Q(nip__regex=r"^\d{10}$"), name="partner_nip_ten_digits"),
            models.CheckConstraint(
                condition=Q(vat_eu="") | Q(vat_eu__regex=r"^[A-Z]{2}[0-9A-Z+*]{2,12}$"),
                name="partner_vat_eu_has_country",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("name_sort", "id", name="partner_by_name"),
            models.Index("name_sort", "id", name="partner_archive", condition=Q(is_archived=True)),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="partner_search"),
            models.Index("nip", name="partner_by_nip", condition=~Q(nip="")),
            models.Index("phone_e164", name="partner_by_phone", condition=~Q(phone_e164="")),
            models.Index(Func("email", function="lower"), name="partner_by_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerContact(Versioned):
    """A person to talk to at a partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    position = models.ForeignKey(
        Position, verbose_name=_("position"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    search_text = search_text("first_name", "last_name", "email", _digits("phone"), _digits("phone_e164"))

    class Meta(Versioned.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar[list[str]] = ["last_name", "first_name", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="contact_search"),
            models.Index("phone_e164", name="contact_by_phone", condition=~Q(phone_e164="")),
            models.Index(Func("email", function="lower"), name="contact_by_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone
