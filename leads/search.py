"""Free text search of leads, as a condition that PostgreSQL answers from its trigram indexes."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Func, Q, TextField, Value
from django.db.models.expressions import Combinable

from crm.models import Partner
from crm.search import NUMBER

# The index knows three letters in a row.
TRIGRAM = 3
SHORTEST_PHONE = 7
MOST_WORDS = 8
MOST_PARTNERS = 500


def search_condition(typed: str) -> Q:
    """Leads in which every word of `typed` stands: in the lead's own texts or in its partner's name, NIP and so on.

    Case and diacritics do not matter. Digits with separators are a phone number or NIP, in any spelling; a bare number
    is also the ID. Asks the database for the partners.
    """
    ways = _ways(typed)
    of_partners = iter(_partners_with([needle for needles in ways for needle in needles]))
    condition = Q()
    for needles in ways:
        words = Q()
        for needle in needles:
            words &= Q(search_text__contains=needle) | next(of_partners)
        condition |= words
    if re.fullmatch(r"[0-9]{1,18}", typed):
        condition |= Q(pk=int(typed))
    return condition


def _ways(typed: str) -> list[list[Combinable]]:
    """What to look for, written as search texts are stored: in one of these ways every needle must be found.

    A word too short for the index must begin a word.
    """
    words: list[Combinable] = [
        Func(Value(word if len(word) >= TRIGRAM else f" {word}"), function="lejek_normalise", output_field=TextField())
        for word in typed.split()[:MOST_WORDS]
    ]
    digits = re.sub(r"\D", "", typed)
    if len(digits) < TRIGRAM or not NUMBER.fullmatch(typed):
        return [words]
    is_phone = len(digits) >= SHORTEST_PHONE
    if is_phone:
        digits = digits.removeprefix("00")
    number: list[Combinable] = [Value(digits, output_field=TextField())]
    return [number] if digits == typed or (is_phone and len(words) > 1) else [number, words]


def _partners_with(needles: Sequence[Combinable]) -> list[Q]:
    """For each needle the condition that the partner's texts have it.

    Few partners are named by their IDs, so that the database knows how few leads there can be and takes its indexes; of
    many it is told to look at the leads in their order, where matches come soon.
    """
    matching = [Partner.objects.filter(search_text__contains=needle).order_by() for needle in needles]
    found: dict[int, list[int]] = defaultdict(list)
    if matching:
        first, *rest = [
            partners.values_list(Value(number), "pk")[: MOST_PARTNERS + 1] for number, partners in enumerate(matching)
        ]
        for number, pk in first.union(*rest, all=True) if rest else first:
            found[number].append(pk)
    return [
        Q(partner__in=found[number] if len(found[number]) <= MOST_PARTNERS else partners)
        for number, partners in enumerate(matching)
    ]
