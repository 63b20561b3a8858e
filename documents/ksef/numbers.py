"""KSeF numbers, and the link behind the QR code (CODE I) of an invoice."""

import re
from base64 import b64encode
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from ksef_client.config import KsefClientOptions, KsefEnvironment
from ksef_client.services.verification_link import VerificationLinkService
from ksef_client.utils.ksef_number import is_valid_ksef_number

NUMBER_LENGTH = 35


def parse_ksef_number(typed: str, *, seller_nip: str) -> str:
    """A KSeF number as the system writes it: `NIP of the seller-date-12 hexadecimal digits-checksum` (ministry's
    documentation of the API, „Numer KSeF – struktura i walidacja”).

    Raises ValidationError for another format, a wrong checksum (CRC-8), or the number of another seller's invoice.
    """
    number = re.sub(r"\s", "", typed).upper()
    if len(number) != NUMBER_LENGTH or not is_valid_ksef_number(number):
        raise ValidationError(
            _("This is no correct KSeF number. It looks like this: 5265877635-20250826-0100001AF629-AF.")
        )
    if seller_nip and not number.startswith(seller_nip):
        raise ValidationError(
            _("This number is another seller's: it must begin with the NIP %(nip)s."), params={"nip": seller_nip}
        )
    return number


def verification_url(*, seller_nip: str, issued_on: date, sha256: bytes) -> str:
    """The link under which anybody sees whether KSeF has the invoice; `sha256` is the digest of the file sent to it."""
    options = KsefClientOptions(base_url=KsefEnvironment.PROD.value, base_qr_url=settings.KSEF_QR_URL)
    link: str = VerificationLinkService(options).build_invoice_verification_url(
        seller_nip, issued_on, b64encode(sha256).decode()
    )
    return link
