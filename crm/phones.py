"""Phone numbers: kept as typed, matched in E.164 (ITU-T)."""

import phonenumbers


def to_e164(typed: str, *, region: str) -> str:
    """The number in E.164 (`+48600100200`), read with the default `region` (ISO 3166); "" when it is no number."""
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
