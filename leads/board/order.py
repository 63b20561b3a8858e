"""The order of cards in a column, as one user made it: read from both ends of two indexes, and never counted through.

The rank of a card is that of the user's position, else less its ID; equal ranks stand by ID, the newest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value

from crm.models import User
from leads.models import BoardPosition, Lead
from leads.models.board import RankField
from leads.querysets import LeadQuerySet

CARDS = 20
SALT = "leads.board"


class BadPlace(Exception):
    """The place in a column is not one that we gave out."""


@dataclass(frozen=True, slots=True)
class Card:
    """A lead at its place: in the column `status_id`, at `rank`."""

    lead_id: int
    status_id: int
    rank: Decimal

    @classmethod
    def at(cls, lead_id: int, status_id: int, rank: Decimal | None) -> "Card":
        """The card of a lead at the rank that the user gave it, or at its usual one."""
        return cls(lead_id, status_id, BoardPosition.default_rank(lead_id) if rank is None else rank)

    @property
    def key(self) -> tuple[Decimal, int]:
        """What cards of a column are sorted by."""
        return self.rank, -self.lead_id

    def cursor(self) -> str:
        """The place after this card, for an address."""
        return signing.dumps([str(self.rank), self.lead_id], salt=SALT)


def read_cursor(status_id: int, given: str) -> Card | None:
    """The card after which the next page begins; None for the first page.

    Raises BadPlace for a cursor that was made up.
    """
    if not given:
        return None
    try:
        rank, lead_id = signing.loads(given, salt=SALT)
    except signing.BadSignature as error:
        raise BadPlace from error
    return Card(lead_id, status_id, Decimal(rank))


def first_cards(
    leads: LeadQuerySet, *, user: User, statuses: Iterable[int], limit: int = CARDS, after: Card | None = None
) -> dict[int, list[Card]]:
    """The first `limit` cards of each column, or those `after` a card, in one query; of `leads` only."""
    asked = list(statuses)
    parts = [part[:limit] for status in asked for part in _scans(leads, user, status, after=after)]
    found = _union(parts)
    columns: dict[int, list[Card]] = {status: [] for status in asked}
    for card in found:
        columns[card.status_id].append(card)
    return {status: sorted(cards, key=attrgetter("key"))[:limit] for status, cards in columns.items()}


def neighbours(leads: LeadQuerySet, *, user: User, card: Card, limit: int, above: bool = False) -> list[Card]:
    """Up to `limit` cards below `card` (or `above` it) in its column, the nearest first."""
    after, before = (None, card) if above else (card, None)
    scans = _scans(leads.exclude(pk=card.lead_id), user, card.status_id, after=after, before=before)
    found = _union([part[:limit] for part in scans])
    return sorted(found, key=attrgetter("key"), reverse=above)[:limit]


def end_card(leads: LeadQuerySet, *, user: User, status_id: int, last: bool) -> Card | None:
    """The first or the `last` card of a column."""
    scans = _scans(leads, user, status_id, backwards=last)
    found = sorted(_union([part[:1] for part in scans]), key=attrgetter("key"), reverse=last)
    return found[0] if found else None


def cards_of(leads: LeadQuerySet, *, user: User, ids: Iterable[int]) -> list[Card]:
    """The cards of some leads at their places, those that are among `leads`."""
    rows = leads.filter(pk__in=list(ids)).order_by().values_list("pk", "status_id", rank_of(user))
    return [Card.at(*row) for row in rows]


def rank_of(user: User) -> Subquery:
    """The rank that `user` gave a lead in the column where it stands; None for one that they have not moved."""
    here = BoardPosition.objects.filter(user=user, lead=OuterRef("pk"), status=OuterRef("status"), is_here=True)
    return Subquery(here.values("rank")[:1])


def _scans(
    leads: LeadQuerySet,
    user: User,
    status_id: int,
    *,
    after: Card | None = None,
    before: Card | None = None,
    backwards: bool = False,
) -> Sequence["QuerySet[Lead, Any]"]:
    """The two halves of a column, each in the order of its index: what the user has moved, and the rest by age."""
    backwards = backwards or before is not None
    column = leads.filter(status=status_id)
    moved = column.filter(
        board_positions__user=user, board_positions__status=status_id, board_positions__is_here=True
    ).annotate(rank=F("board_positions__rank"))
    others = column.filter(
        ~Exists(BoardPosition.objects.filter(user=user, lead=OuterRef("pk"), status=status_id, is_here=True))
    ).annotate(rank=ExpressionWrapper(-F("pk"), output_field=RankField()))
    if after is not None:
        moved = moved.filter(Q(rank__gt=after.rank) | Q(rank=after.rank, pk__lt=after.lead_id))
        others = others.filter(pk__lt=ceil(-after.rank))
    if before is not None:
        moved = moved.filter(Q(rank__lt=before.rank) | Q(rank=before.rank, pk__gt=before.lead_id))
        others = others.filter(pk__gt=floor(-before.rank))
    ordered = (
        moved.order_by("-rank", "pk") if backwards else moved.order_by("rank", "-pk"),
        others.order_by("pk" if backwards else "-pk"),
    )
    status = Value(status_id, output_field=BigIntegerField())
    return [part.values_list("pk", status, "rank") for part in ordered]


def _union(parts: Sequence["QuerySet[Lead, Any]"]) -> list[Card]:
    if not parts:
        return []
    first, *rest = parts
    return [Card(*row) for row in (first.union(*rest, all=True) if rest else first)]
