"""Changing what documents say of their seller."""

from typing import TypedDict

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.errors import StaleObject
from crm.models import Seller, User
from crm.photos import Picture


class SellerValues(TypedDict):
    """What people fill in; the NIP as ten digits, the accounts as crm.banks reads them."""

    name: str
    nip: str
    street: str
    postal_code: str
    city: str
    email: str
    phone: str
    bank_name: str
    bank_account: str
    bank_account_eur: str
    exemption_basis: str


def save_seller(
    *, values: SellerValues, seen: int | None, by: User, logo: Picture | None = None, remove_logo: bool = False
) -> Seller:
    """Let `values` hold from now on: a new row, since documents keep the one they were issued with.

    `seen` is the ID of the row that the user changed, None when there was none: StaleObject is raised when that is not
    the current one any more. Raises ValidationError at the field. Without a new `logo` the old one stays, unless
    `remove_logo`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('crm_seller', 0))")
        current = Seller.objects.current()
        if (current.pk if current else None) != seen:
            raise StaleObject(_("Somebody else has changed the company data in the meantime."))
        seller = Seller(**values, created_by=by)
        if logo is not None:
            seller.logo.save(logo.file_name, ContentFile(logo.content), save=False)
        elif current and not remove_logo:
            seller.logo = current.logo
        seller.full_clean()
        seller.save()
    return seller
