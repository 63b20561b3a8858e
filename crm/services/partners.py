"""All writes of partners and their contacts. Pages, tasks and imports call these and nothing else."""

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import Partner, PartnerContact, Position, SystemSettings, User
from crm.nip import parse_nip, parse_vat_eu
from crm.phones import to_e164
from crm.services.records import Draft, Keeper, Refusal, delete_unused
from crm.websites import check_website


class PartnerValues(TypedDict, total=False):
    """What may be given to a partner; what is absent stays (or takes its default on a new one)."""

    external_id: str | None
    kind: str
    name: str
    nip: str
    vat_eu: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    delivery_street: str
    delivery_city: str
    delivery_region: str
    delivery_postal_code: str
    delivery_country: str
    phone: str
    email: str
    website: str
    is_archived: bool


class ContactValues(TypedDict, total=False):
    """What may be given to a contact."""

    first_name: str
    last_name: str
    position: Position | None
    phone: str
    email: str


def save_partner(
    *, partner: Partner | None, values: PartnerValues, by: User | None, version: int | None = None
) -> Partner:
    """Store a new partner (`partner` None) or change one, and return it as stored.

    `version` is the one that the user saw: when the partner was saved since then, StaleObject is raised and nothing is
    stored. Raises RuleError or ValidationError, each with the field it belongs to; Partner.DoesNotExist when it is
    gone.
    """
    return PARTNERS.save(row=partner, values=values, by=by, version=version)


def save_partners(*, drafts: Sequence[Draft[Partner]], by: User | None) -> list[Partner | Refusal]:
    """Store a batch: each draft is answered for itself, in order, by the partner or by what refused it.

    A draft's `row` is the partner to change, loaded for update by the caller, or None for a new one. A draft that
    changes nothing writes nothing.
    """
    return PARTNERS.save_all(drafts=drafts, by=by)


def archive_partner(*, partner: Partner, by: User | None) -> Partner:
    """Offer the partner no more; it stays where it is used."""
    return save_partner(partner=partner, values={"is_archived": True}, by=by)


def restore_partner(*, partner: Partner, by: User | None) -> Partner:
    """Offer an archived partner again."""
    return save_partner(partner=partner, values={"is_archived": False}, by=by)


def delete_partner(*, partner: Partner, by: User | None) -> None:
    """Delete the partner with its contacts, for good.

    Raises InUse with what refers to it.
    """
    delete_unused(partner, by=by)


def save_contact(
    *,
    partner: Partner,
    contact: PartnerContact | None,
    values: ContactValues,
    by: User | None,
    version: int | None = None,
) -> PartnerContact:
    """Add a contact to `partner` (`contact` None) or change one; it needs a name, a phone or an e-mail.

    Raises RuleError, StaleObject or ValidationError, each with the field it belongs to.
    """
    given = {**values, "partner": partner}
    return CONTACTS.save(row=contact, values=given, by=by, version=version)


def delete_contact(*, contact: PartnerContact, by: User | None) -> None:
    """Take a contact away from its partner."""
    with transaction.atomic(), acting_as(by):
        contact.delete()


def _normalise_phone(row: Partner | PartnerContact, settings: SystemSettings) -> None:
    row.phone_e164 = to_e164(row.phone, region=settings.default_region)


def _finish_contact(contact: PartnerContact, settings: SystemSettings) -> None:
    _normalise_phone(contact, settings)
    if not (contact.first_name or contact.last_name or contact.phone or contact.email):
        raise RuleError(_("Give a name, a phone number or an e-mail address."), field="first_name")


PARTNERS = Keeper(
    model=Partner,
    cleaners={
        "nip": parse_nip,
        "vat_eu": parse_vat_eu,
        "website": check_website,
        "external_id": lambda value: value or None,
    },
    derive=_normalise_phone,
    taken={"external_id": gettext_lazy("A partner with this external ID already exists.")},
)
CONTACTS = Keeper(model=PartnerContact, derive=_finish_contact)
