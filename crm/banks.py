"""Bank account numbers: the Polish NRB and the IBAN of other countries (ISO 13616)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import exceptions, iban

NRB_DIGITS = 26


def parse_account(typed: str) -> str:
    """An account number without spaces: an NRB of 26 digits (typed with `PL` or without), or a foreign IBAN.

    "" for nothing typed. Raises ValidationError for another length or wrong check digits.
    """
    number = iban.compact(typed).upper()
    if not number:
        return ""
    full = f"PL{number}" if number.isdigit() else number
    try:
        valid = str(iban.validate(full))
    except exceptions.ValidationError as error:
        raise ValidationError(
            _("This is no correct account number. Give 26 digits, or an IBAN that begins with letters.")
        ) from error
    return valid.removeprefix("PL")


def format_account(number: str) -> str:
    """An account number in groups of four, as banks print it: `12 3456 …`, `DE12 3456 …`."""
    head = 2 if number.isdigit() and len(number) == NRB_DIGITS else 4
    rest = number[head:]
    return " ".join([number[:head], *(rest[start : start + 4] for start in range(0, len(rest), 4))]).strip()
