"""Texts of a file as values: dates, numbers and choices in the formats that people write, and finding out which."""

import re
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.importing.reading import BadCell, Cell, text_of
from leads.models.imports import DateOrder, NumberFormat

DATE = re.compile(r"(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})(?:r\.|r)?(?:,?\s+|T)?(.*)")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm)?", re.IGNORECASE)
CURRENCY = re.compile(
    r"(zł|pln|eur|usd|gbp|czk|chf|€|\$|£|%|\s)+$|^(pln|eur|usd|gbp|czk|chf|€|\$|£|\s)+", re.IGNORECASE
)
SPACES = " \u00a0\u202f\u2009'’"
NUMBERS = {
    NumberFormat.COMMA: re.compile(rf"[-+−]?(\d+|\d{{1,3}}([{SPACES}.]\d{{3}})+)(,\d+)?"),
    NumberFormat.POINT: re.compile(rf"[-+−]?(\d+|\d{{1,3}}([{SPACES},]\d{{3}})+)(\.\d+)?"),
}
ORDERS = (DateOrder.DMY, DateOrder.MDY, DateOrder.YMD)


def parse_date(cell: Cell, order: str) -> date | None:
    """The day that a cell tells, read in the order `order` of day, month and year; None for an empty cell.

    Raises ValidationError.
    """
    moment = parse_moment(cell, order)
    return timezone.localtime(moment).date() if moment else None


def parse_moment(cell: Cell, order: str) -> datetime | None:
    """The moment that a cell tells; a day without time is its midnight in the time zone of the system.

    Raises ValidationError.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return _aware(cell)
    if isinstance(cell, date):
        return _aware(datetime.combine(cell, time()))
    text = text_of(cell)
    found = DATE.fullmatch(text)
    if found is None or not isinstance(cell, str):
        raise ValidationError(_("“%(value)s” is not a date."), params={"value": text})
    year, month, day = _parts(found, order)
    try:
        moment = datetime(year, month, day)  # noqa: DTZ001 - it gets its zone below
    except ValueError:
        raise ValidationError(
            _("There is no such date: “%(value)s” (read as %(order)s)."),
            params={"value": text, "order": DateOrder(order).label},
        ) from None
    return _with_time(moment, found[4].strip(), text)


@lru_cache(maxsize=8192)
def date_votes(text: str) -> tuple[str, ...]:
    """The orders of day, month and year that the text allows."""
    found = DATE.fullmatch(text)
    return tuple(order for order in ORDERS if _fits(found, order)) if found else ()


def parse_decimal(cell: Cell, number_format: str) -> Decimal | None:
    """The number that a cell holds; None for an empty one. Currency signs and separators of thousands are left out.

    Raises ValidationError, also for what no number of ours can be (1e400, infinity).
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    text = text_of(cell)
    bare = CURRENCY.sub("", text)
    pattern = NUMBERS[NumberFormat.COMMA if number_format == NumberFormat.COMMA else NumberFormat.POINT]
    if not isinstance(cell, str) or len(bare) > 40 or not pattern.fullmatch(bare):
        raise ValidationError(_("“%(value)s” is not a number."), params={"value": text[:60]})
    decimal_sign = "," if number_format == NumberFormat.COMMA else "."
    plain = bare.replace("−", "-").replace(decimal_sign, "_")
    return Decimal(re.sub(rf"[{SPACES}.,]", "", plain).replace("_", "."))


@lru_cache(maxsize=8192)
def number_votes(text: str) -> tuple[str, ...]:
    """The number formats that the text decides for; none when it is no number or fits both (`1234`)."""
    if "," not in text and "." not in text:
        return ()
    bare = CURRENCY.sub("", text)
    fitting = tuple(str(format) for format, pattern in NUMBERS.items() if pattern.fullmatch(bare))
    return fitting if len(fitting) == 1 else ()


def parse_percent(cell: Cell, number_format: str) -> int | None:
    """A probability in percent: `35`, `35%`, or a share below one as workbooks keep it (`0.35`).

    Raises ValidationError.
    """
    number = parse_decimal(cell, number_format)
    if number is None:
        return None
    if 0 < number < 1:
        number *= 100
    if number != int(number):
        raise ValidationError(_("The probability is a whole number from 0 to 100."))
    return int(number)


def parse_text(cell: Cell) -> str:
    """A cell as text. Raises ValidationError where it is not in the encoding of the file."""
    text = text_of(cell)
    if not text.isascii() and any("\udc80" <= sign <= "\udcff" for sign in text):
        raise ValidationError(_("The text is not in the encoding of the file."))
    return text


def check_cell(cell: Cell) -> None:
    """Refuse what holds no value of its own. Raises ValidationError."""
    if isinstance(cell, BadCell):
        raise ValidationError(
            _("The cell holds a formula. Paste its value instead.")
            if cell.reason == "formula"
            else _("The cell holds an error (%(value)s)."),
            params={"value": cell.text},
        )


class FormatVotes:
    """Which date order and number format the cells of one column speak for, counted over the whole column."""

    def __init__(self) -> None:
        self.words = 0
        self.dates: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()

    @property
    def is_over(self) -> bool:
        """Many words have come and no date or number: the column is not worth a look any longer."""
        return self.words > 1000 and not self.dates and not self.numbers

    def count(self, cell: Cell) -> None:
        """Take a cell into account."""
        if not isinstance(cell, str) or (cell[0].isalpha() and not cell[-1].isdigit()):
            self.words += 1
        elif len(cell) <= 40:
            for order in date_votes(cell):
                self.dates[order] += 1
            for format in number_votes(cell):
                self.numbers[format] += 1

    def date_order(self) -> str:
        """The order that most cells allow; empty when there are none or the column leaves it open."""
        return _winner(self.dates)

    def number_format(self) -> str:
        return _winner(self.numbers)


def _winner(votes: Counter[str]) -> str:
    ranking = votes.most_common(2)
    if not ranking or (len(ranking) == 2 and ranking[0][1] == ranking[1][1]):
        return ""
    return ranking[0][0]


def _parts(found: "re.Match[str]", order: str) -> tuple[int, int, int]:
    first, second, third = found[1], found[2], found[3]
    if len(first) == 4 or order == DateOrder.YMD:  # a year of four digits in front leaves no choice
        return int(first), int(second), int(third)
    year = int(third) + (2000 if len(third) == 2 else 0)
    return (year, int(first), int(second)) if order == DateOrder.MDY else (year, int(second), int(first))


def _fits(found: "re.Match[str]", order: str) -> bool:
    four_in_front = len(found[1]) == 4
    if four_in_front != (order == DateOrder.YMD) or (not four_in_front and len(found[3]) not in (2, 4)):
        return False
    _year, month, day = _parts(found, order)
    return 1 <= month <= 12 and 1 <= day <= 31


def _with_time(moment: datetime, rest: str, text: str) -> datetime:
    if not rest:
        return _aware(moment)
    zone = re.search(r"(Z|[+-]\d{2}:?\d{2})$", rest)
    if zone:
        try:
            clock = datetime.fromisoformat(f"{moment:%Y-%m-%d}T{rest}")
        except ValueError:
            clock = None
        if clock:
            return clock
    found = TIME.fullmatch(rest)
    hour = int(found[1]) if found else 99
    if found and found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    try:
        return _aware(moment.replace(hour=hour, minute=int(found[2]), second=int(found[3] or 0)) if found else _bad())
    except ValueError:
        raise ValidationError(_("“%(value)s” is not a time of day."), params={"value": text}) from None


def _bad() -> Any:
    raise ValueError


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _from_number(number: float) -> Decimal:
    """A number of a workbook: what binary fractions add beyond the sixth decimal is no part of it."""
    try:
        value = Decimal(repr(number))
        return value.quantize(Decimal("0.000001")).normalize() + 0 if value.as_tuple().exponent < -6 else value  # type: ignore[operator]
    except (InvalidOperation, TypeError):
        raise ValidationError(_("“%(value)s” is not a number."), params={"value": number}) from None
