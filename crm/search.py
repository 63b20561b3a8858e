"""Search over the normalised `search_text` columns: without case and diacritics, numbers in any spelling."""

import re
from typing import Any, TypeVar

from django.db import models
from django.db.models import Func, Q, Value

LONGEST = 100
MOST_WORDS = 8
NUMBER = re.compile(r"(?:PL)?[\d\s()+./-]+", re.IGNORECASE)

Row = TypeVar("Row", bound=models.Model)


def normalised(text: str) -> Func:
    """`text` as the search columns hold it."""
    return Func(Value(text), function="lejek_normalise", output_field=models.TextField())


def clean_query(text: str) -> str:
    """What was typed into a search box, fit for the database: one line, no control characters, not endless."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST]


def searched_number(text: str) -> str:
    """The digits of a phone number or NIP (`+48 600-100-200`, `0048600100200`, `PL 123-456-32-18`), else ""."""
    digits = re.sub(r"\D", "", text) if NUMBER.fullmatch(text.strip()) else ""
    return digits.removeprefix("00") if len(digits) >= 3 else ""


def containing(text: str, *, column: str = "search_text") -> Q:
    """The condition for rows that hold every word of `text`, or the number that it is."""
    text = clean_query(text)
    condition = Q()
    for word in text.split()[:MOST_WORDS]:
        condition &= Q(**{f"{column}__contains": normalised(word)})
    number = searched_number(text)
    if number and number != text:
        condition |= Q(**{f"{column}__contains": number})
    return condition


class SearchedQuerySet(models.QuerySet[Row]):
    """Rows with a `search_text` and an `is_archived` mark."""

    def active(self) -> "SearchedQuerySet[Row]":
        """Those that may be chosen now."""
        return self.filter(is_archived=False)

    def containing(self, text: str) -> "SearchedQuerySet[Row]":
        """Those that hold every word of `text` (everything for nothing typed)."""
        return self.filter(containing(text)) if clean_query(text) else self

    def best_first(self, text: str) -> "SearchedQuerySet[Row]":
        """Those whose search text begins with `text` first, then by their order."""
        order: Any = self.model._meta.ordering
        if not clean_query(text):
            return self.order_by(*order)
        starts: Any = models.Case(
            models.When(search_text__startswith=normalised(clean_query(text)), then=0),
            default=1,
            output_field=models.SmallIntegerField(),
        )
        return self.order_by(starts, *order)
