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


def format_e164(number: str, *, region: str) -> str:
    """A number in E.164 as people read it: `600 100 200` within `region`, else with its country code; "" for none."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    is_own = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == region
    kind = phonenumbers.PhoneNumberFormat.NATIONAL if is_own else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, kind)
