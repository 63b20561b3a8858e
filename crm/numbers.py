"""Numbers as people type them, in Poland and elsewhere. Forms and imports read them here."""

import re
from decimal import Decimal
from typing import Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
CURRENCY = re.compile(r"^(?:zł|pln|eur|usd|gbp|czk|€|\$|£|kč)|(?:zł|pln|eur|usd|gbp|czk|€|\$|£|kč)\.?$", re.IGNORECASE)
GROUPS = (" ", ",", ".", "'", "’")
LONGEST = 40
LONGEST_ID = 18  # digits, all of which fit into a bigint


def parse_decimal(typed: str, *, decimal_mark: Literal[",", ".", ""] = "") -> Decimal:
    """The number that `typed` means: `1 234,50`, `1234.50`, `1.234,50`, `1,234.50`, `1 234,50 zł`, `-3`.

    `decimal_mark` says what separates the decimals where it is known (a file's format); without it a single comma or
    point is the decimal one, and of both the last.

    Raises ValidationError (`invalid`) for everything else: exponents, NaN, infinity, words, broken groups.
    """
    text = CURRENCY.sub("", typed.strip()).strip()
    if text and len(text) <= LONGEST:
        mark = decimal_mark or _decimal_mark(text)
        whole, point, decimals = text.partition(mark) if mark else (text, "", "")
        sign, digits = _sign(SPACES.sub(" ", whole))
        groups = (group for group in GROUPS if group != mark)
        if any(re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+", digits) for group in groups):
            digits = re.sub(r"[^0-9]", "", digits)
        if re.fullmatch(r"[0-9]+", digits or "0") and re.fullmatch(r"[0-9]*", decimals) and (digits or decimals):
            return Decimal(f"{sign}{digits or '0'}{'.' if point else ''}{decimals}")
    raise ValidationError(
        _("“%(typed)s” is not a number. Write it like this: 1234,50.") % {"typed": typed[:50]}, "invalid"
    )


def parse_id(text: str) -> int | None:
    """The ID or version of a row, out of an address or a form; None for what no row has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def _decimal_mark(text: str) -> str:
    marks = [character for character in text if character in ",."]
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return ""  # none, or 1.234.567: one mark many times separates thousands
    return marks[-1]


def _sign(whole: str) -> tuple[str, str]:
    whole = whole.strip().replace("\u2212", "-")
    if whole[:1] in ("-", "+"):
        return whole[0], whole[1:].strip()
    return "", whole
