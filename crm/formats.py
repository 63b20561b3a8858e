"""How money, numbers and moments look, in the language of the user (Unicode CLDR, through Babel)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language, gettext

# British English: day before month, as everywhere in Europe.
LOCALES = {"pl": Locale("pl"), "en": Locale("en", "GB")}
MONEY = {"pl": "#,##0.00\xa0¤", "en": "¤¤\xa0#,##0.00"}
MOMENT = {"pl": "dd.MM.y, HH:mm", "en": "d MMM y, HH:mm"}
DAY = {"pl": "dd.MM.y", "en": "d MMM y"}
TYPED_DAY = {"pl": "%d.%m.%Y", "en": "%d/%m/%Y"}


def _language() -> str:
    language = (get_language() or "pl")[:2]
    return language if language in LOCALES else "en"


def format_money(value: Decimal | int, currency: str) -> str:
    """An amount with two decimals and its currency: `1 234,50 zł`, `PLN 1,234.50`."""
    language = _language()
    if value >= 0:
        # Lists show hundreds of amounts: Babel is asked once for what stands around the digits.
        frame, thousands, decimals = _money_frame(language, currency)
        return frame.format(f"{value:,.2f}".replace(",", "\0").replace(".", decimals).replace("\0", thousands))
    return format_currency(value, currency, format=MONEY[language], locale=LOCALES[language], currency_digits=False)


def currency_sign(currency: str) -> str:
    """What stands by an amount: `zł` in Polish, `PLN` in English."""
    return get_currency_symbol(currency, LOCALES["pl"]) if _language() == "pl" else currency


@cache
def _money_frame(language: str, currency: str) -> tuple[str, str, str]:
    """What stands around an amount (with `{}` for its digits), between its thousands and before its decimals."""
    locale = LOCALES[language]
    zero = format_currency(0, currency, format=MONEY[language], locale=locale, currency_digits=False)
    decimals = get_decimal_symbol(locale)
    return zero.replace(f"0{decimals}00", "{}"), get_group_symbol(locale), decimals


def format_number(value: Decimal | float | int) -> str:
    """A number with the separators of the language: `1 234,5`, `1,234.5`."""
    return format_decimal(value, locale=LOCALES[_language()])


def format_decimals(value: Decimal, decimals: int) -> str:
    """A number with just so many decimals: `1 234,50`."""
    return format_decimal(value, format=f"#,##0.{'0' * decimals}", locale=LOCALES[_language()])


def format_typed_number(value: Decimal) -> str:
    """A number as it stands in a form field, with all its decimals: `1\xa0234,50` in Polish, `1,234.50` in English."""
    locale = LOCALES[_language()]
    separators = {",": get_group_symbol(locale), ".": get_decimal_symbol(locale)}
    return "".join(separators.get(character, character) for character in f"{value:,f}")


def format_share(value: Decimal | float | int) -> str:
    """A probability or share given in percent: `35%`."""
    return format_percent(Decimal(value) / 100, locale=LOCALES[_language()])


def format_moment(value: datetime) -> str:
    """A date with time in the time zone of the system: `16.11.2026, 14:05`."""
    language = _language()
    return format_datetime(timezone.localtime(value), MOMENT[language], locale=LOCALES[language])


def format_day(value: date) -> str:
    """A date: `16.11.2026`. Of a moment, its day in the time zone of the system."""
    language = _language()
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return format_date(value, DAY[language], locale=LOCALES[language])


def format_hour(value: time) -> str:
    """A time of day: `14:05`."""
    return f"{value:%H:%M}"


def format_weekday(number: int) -> str:
    """A weekday by its number, 1 for Monday (ISO 8601): `poniedziałek`."""
    return str(LOCALES[_language()].days["stand-alone"]["wide"][number - 1])


def format_week(value: date) -> str:
    """The ISO week in which a day lies, with its own year: `2026, tydz. 48`."""
    year, week, _weekday = value.isocalendar()
    return gettext("%(year)s, week %(week)s") % {"year": year, "week": week}


def format_month(value: date) -> str:
    """The month in which a day lies: `listopad 2026`."""
    return format_date(value, "LLLL y", locale=LOCALES[_language()])


def format_quarter(value: date) -> str:
    """The quarter in which a day lies: `IV kw. 2026`."""
    return gettext("Q%(quarter)s %(year)s") % {"quarter": (value.month + 2) // 3, "year": value.year}


def format_typed_day(value: date) -> str:
    """A date as it stands in a form field: `16.11.2026` in Polish, `16/11/2026` in English."""
    return value.strftime(TYPED_DAY[_language()])


def format_typed_moment(value: datetime) -> str:
    """A moment, in its own time zone, as it stands in a form field: `16.11.2026 14:05`."""
    return value.strftime(f"{TYPED_DAY[_language()]} %H:%M")


def format_ago(value: datetime) -> str:
    """How long ago (or in how long): `2 godziny temu`."""
    return format_timedelta(value - timezone.now(), add_direction=True, locale=LOCALES[_language()])


def format_duration(value: timedelta) -> str:
    """How long something lasted, in its two largest units: `2 dni 3 godz.`, `5 min`, `mniej niż minuta`."""
    minutes = max(int(value.total_seconds()) // 60, 0)
    if not minutes:
        return gettext("less than a minute")
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts: list[tuple[int, str, Literal["long", "short"]]] = [
        (days, "day", "long"),
        (hours, "hour", "short"),
        (minutes, "minute", "short"),
    ]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    locale = LOCALES[_language()]
    return " ".join(
        format_unit(count, f"duration-{unit}", length=length, locale=locale)
        for position, (count, unit, length) in enumerate(parts[:2])
        if count or position == 0
    )
