"""Patterns of document numbers: `ZS/{rok}/{miesiąc}/{nr:04}`. Pure functions; counting is documents/numbering.py.

`{rok}` is the year in four digits, `{miesiąc}` the month in two, `{nr}` the running number, `{nr:04}` the same in at
least four digits.
"""

import re
from datetime import date
from typing import Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Reset = Literal["yearly", "monthly", "never"]

PLACEHOLDER = re.compile(r"{(?P<name>[^{}:]*)(?::(?P<format>[^{}]*))?}")
LITERAL = re.compile(r"[\w ./-]*")
WIDTH = re.compile(r"0[1-9]")
YEAR, MONTH, NUMBER = "rok", "miesiąc", "nr"
# Numbers of these documents tell whether two patterns can give the same one.
PROBES = [
    (date(year, month, 1), number) for year in (2026, 2027) for month in (1, 12) for number in (1, 26, 2026, 10**6)
]


def check_pattern(pattern: str, *, reset: Reset) -> None:
    """ValidationError for a pattern that can't be read, or whose numbers would repeat when counting begins anew."""
    names = _placeholders(pattern)
    if names.count(NUMBER) != 1:
        raise ValidationError(_("The pattern must have the running number once: {nr} or, with zeros, {nr:04}."))
    if reset != "never" and YEAR not in names:
        raise ValidationError(
            _("These numbers would repeat: counting begins anew each year or month, so the pattern needs {rok}.")
        )
    if reset == "monthly" and MONTH not in names:
        raise ValidationError(
            _("These numbers would repeat: counting begins anew each month, so the pattern needs {miesiąc}.")
        )


def render_number(pattern: str, *, on: date, number: int) -> str:
    """The number of a document issued `on` that day."""

    def put(match: re.Match[str]) -> str:
        if match["name"] == YEAR:
            return f"{on.year:04}"
        if match["name"] == MONTH:
            return f"{on.month:02}"
        return f"{number:{match['format'] or ''}}"

    return PLACEHOLDER.sub(put, pattern)


def may_clash(one: str, other: str) -> bool:
    """Whether two patterns can give the same number."""
    return any(_reader(second).fullmatch(render_number(first, on=on, number=number)) is not None
               for first, second in ((one, other), (other, one)) for on, number in PROBES)  # fmt: skip


def period_of(on: date, *, reset: Reset) -> str:
    """The period in which numbers are counted: `2026`, `2026-11`, or "" when counting never begins anew."""
    return {"yearly": f"{on.year:04}", "monthly": f"{on.year:04}-{on.month:02}", "never": ""}[reset]


def _placeholders(pattern: str) -> list[str]:
    names = []
    for match in PLACEHOLDER.finditer(pattern):
        name, width = match["name"], match["format"]
        if name not in (YEAR, MONTH, NUMBER) or (width is not None and (name != NUMBER or not WIDTH.fullmatch(width))):
            raise ValidationError(
                _("“%(part)s” is not known here. Use {rok}, {miesiąc} and {nr} or {nr:04}.") % {"part": match[0]}
            )
        names.append(name)
    if not LITERAL.fullmatch(PLACEHOLDER.sub("", pattern)):
        raise ValidationError(_("Besides {rok}, {miesiąc} and {nr}, use letters, digits, spaces and the signs / . - _"))
    return names


def _reader(pattern: str) -> re.Pattern[str]:
    parts, last = [], 0
    for match in PLACEHOLDER.finditer(pattern):
        parts += [re.escape(pattern[last : match.start()]), {YEAR: r"\d{4}", MONTH: r"\d\d"}.get(match["name"], r"\d+")]
        last = match.end()
    return re.compile("".join([*parts, re.escape(pattern[last:])]), re.IGNORECASE)
