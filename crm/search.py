"""Search over the normalised `search_text` columns: without case and diacritics, numbers in any spelling."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Func, Q, Value

LONGEST = 100
MOST_WORDS = 8
NUMBER = re.compile(r"(?:PL)?[\d\s()+./-]+", re.IGNORECASE)

# Letters that Unicode does not take apart into a letter and a mark.
PLAIN = str.maketrans("łøđıß", "lodis")

NATIONAL = 9  # digits of a Polish phone number

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


def ways(text: str) -> list[list[str]]:
    """What to look for: in one of these ways each of the words must be found. A number is also looked for by its
    digits alone.
    """
    text = clean_query(text)
    number = searched_number(text)
    return [text.split()[:MOST_WORDS], *([[number]] if number and number != text else [])]


def holds_word(word: str) -> Q:
    """The condition that `word` stands somewhere in the search text."""
    return Q(search_text__contains=normalised(word))


def begins_word(word: str) -> Q:
    """The condition that a word of the search text begins with `word`."""
    return Q(search_text__startswith=normalised(word)) | Q(search_text__contains=normalised(f" {word}"))


def containing(text: str, *, each: Callable[[str], Q] = holds_word) -> Q:
    """The condition for rows that hold (by `each`) every word of `text`, or the number that it is."""
    condition = Q()
    for words in ways(text):
        condition |= Q(*(each(word) for word in words))
    return condition


def beginning(text: str) -> Q:
    """The condition for rows in which every word of `text` (or the number that it is) begins a word."""
    return containing(text, each=begins_word)


def plain(text: str) -> str:
    """`text` without case and diacritics, letter by letter: every place in it is the same place in `text`."""
    letters = (unicodedata.normalize("NFKD", letter)[:1].lower()[:1] or " " for letter in text)
    return "".join(letters).translate(PLAIN)


def matching_parts(text: str, typed: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is what was looked for by `typed`: words, or a number in any spelling."""
    number = searched_number(typed)
    # A phone number may be shown without the country's, with which it was typed.
    patterns = [r"[\s()+./-]*".join(digits) for digits in dict.fromkeys((number, number[-NATIONAL:])) if digits]
    patterns += [
        re.escape(plain(word)) for word in sorted(clean_query(typed).split()[:MOST_WORDS], key=len, reverse=True)
    ]
    if not patterns:
        return [(text, False)]
    pieces, end = [], 0
    for found in re.finditer("|".join(patterns), plain(text)):
        pieces += [(text[end : found.start()], False), (text[found.start() : found.end()], True)]
        end = found.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


def holds_any(text: str, typed: str) -> bool:
    """Whether something of `typed` is to be seen in `text`."""
    return any(is_match for _piece, is_match in matching_parts(text, typed))


@contextmanager
def index_preferred() -> Iterator[None]:
    """Look things up by an index. With a limit, PostgreSQL expects to come upon enough matches by reading the table
    from its beginning, and reads all of it when there are few.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT")


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
