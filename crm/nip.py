"""NIP, the Polish tax number (act on the registration and identification of taxpayers, art. 2 and annexes)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import exceptions
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
