"""Tax numbers: NIP, the Polish one (act on the registration and identification of taxpayers, art. 2 and annexes), and
those of the other countries of the EU (directive 2006/112/EC, art. 214 and 215).
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import exceptions
from stdnum.eu import vat
from stdnum.pl import nip


def parse_nip(typed: str) -> str:
    """The ten digits of a NIP typed in any usual way (`123-456-32-18`, `PL 1234563218`); "" for nothing typed.

    Raises ValidationError when it has another length, other signs or a wrong check digit.
    """
    if not typed.strip():
        return ""
    try:
        return str(nip.validate(typed))
    except exceptions.InvalidChecksum as error:
        raise ValidationError(_("This NIP is not correct: its check digit does not match."), code="checksum") from error
    except exceptions.ValidationError as error:
        raise ValidationError(_("A NIP has ten digits, for example 123-456-32-18."), code="invalid") from error


def format_nip(digits: str) -> str:
    """A NIP as it is printed: `123-456-32-18`; anything else as it is."""
    return str(nip.format(digits)) if len(digits) == 10 else digits


def parse_vat_eu(typed: str) -> str:
    """The EU VAT number of a foreign company, typed in any usual way (`DE 136 695 976`), as `DE136695976`; "" for
    nothing typed.

    Raises ValidationError when it begins with no country of the EU (EL is Greece, XI Northern Ireland) or is not one of
    that country; a Polish one is a NIP.
    """
    if not typed.strip():
        return ""
    try:
        number = str(vat.validate(typed))
    except exceptions.InvalidComponent as error:
        raise ValidationError(
            _("It begins with the letters of a country of the EU: DE136695976."), code="country"
        ) from error
    except exceptions.ValidationError as error:
        raise ValidationError(_("This is no VAT number of that country."), code="invalid") from error
    if number.startswith("PL"):
        raise ValidationError(_("A Polish number goes into the field NIP."), code="polish")
    if number[:2] in ("EU", "IM"):  # of the one-stop shop: its sellers, not buyers
        raise ValidationError(_("This is no VAT number of that country."), code="invalid")
    return number
