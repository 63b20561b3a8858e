"""Names of countries as people type them, and their codes (ISO 3166)."""

from functools import cache

from babel import Locale

POLAND = "PL"
# Members of the European Union; Greece is EL in VAT numbers, but GR as a country.
EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU")
) | {"LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}


def country_code(name: str) -> str:
    """The code of a country named in Polish or English, or by its code; Poland for nothing and for an unknown name."""
    return _codes().get(name.strip().casefold(), POLAND)


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in ("en", "pl"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                codes[code.casefold()] = codes[name.casefold()] = code
    return codes
