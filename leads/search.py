"""Free text search of leads, as a condition that PostgreSQL answers from its trigram indexes."""

import re

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable

from crm.models import Partner

# The index knows three letters in a row.
TRIGRAM = 3
SHORTEST_PHONE = 7
MOST_WORDS = 8
NUMBER = re.compile(r"[\d\s()+./-]+")


def search_condition(typed: str) -> Q:
    """Leads in which every word of `typed` stands: in the lead's own texts or in its partner's name, NIP and so on.

    Case and diacritics do not matter. Digits with separators are a phone number or NIP, in any spelling; a bare number
    is also the ID.
    """
    condition = Q()
    for needle in _needles(typed):
        partners = ArraySubquery(Partner.objects.filter(search_text__contains=needle).order_by().values("pk"))
        # An array, so that each side of the OR is looked up in its index.
        condition &= Q(search_text__contains=needle) | Q(_is_any_of(F("partner_id"), partners))
    if re.fullmatch(r"[0-9]{1,18}", typed):
        condition |= Q(pk=int(typed))
    return condition


def _needles(typed: str) -> list[Combinable]:
    """What to look for, written as search texts are stored. A word too short for the index must begin a word."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= SHORTEST_PHONE and NUMBER.fullmatch(typed):
        return [Value(digits.removeprefix("00"), output_field=TextField())]
    return [
        Func(Value(word if len(word) >= TRIGRAM else f" {word}"), function="lejek_normalise", output_field=TextField())
        for word in typed.split()[:MOST_WORDS]
    ]


def _is_any_of(value: Combinable, array: Combinable) -> Func:
    return Func(value, array, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=BooleanField())
