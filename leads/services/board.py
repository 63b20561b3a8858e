"""Moving cards on the board: the status for everybody, the place in the column for the one who moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import floor

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.errors import StaleObject
from crm.models import LeadStatus, LostReason, User
from leads.board.order import Card, cards_of, end_card, neighbours
from leads.board.ranks import between, spread
from leads.models import BoardPosition, Lead
from leads.querysets import LeadQuerySet
from leads.rules import Funnel
from leads.services.write import update_locked


class Where(Enum):
    """Where in the column a card goes."""

    BETWEEN = "between"
    TOP = "top"
    BOTTOM = "bottom"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a column: an end of it, a step from where the card stands, or between two cards (IDs of leads)."""

    where: Where = Where.TOP
    above: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What became of a move: the lead, and the status in which it stood.

    `place_is_gone`: none of the named neighbours stands in the column any more, so the card went to its top.
    """

    lead: Lead
    before: int
    place_is_gone: bool = False


def move_card(
    *,
    lead_id: int,
    to: LeadStatus,
    place: Place,
    by: User,
    among: LeadQuerySet,
    version: int,
    funnel: Funnel,
    lost_reason: LostReason | None = None,
) -> Move:
    """Put the card of a lead at a `place` of the column `to`, or close the lead when `to` is a closing status.

    `version` is the one that the user saw, `among` the leads that the user sees on the board: only they are neighbours.
    Raises StaleObject, StatusNotAllowed, LostReasonRequired; Lead.DoesNotExist when there is no such lead for the user.
    """
    with transaction.atomic():
        locked = Lead.objects.visible_to(by).select_related("type").select_for_update(of=("self",))
        lead = locked.get(pk=lead_id)
        if lead.version != version:
            raise StaleObject(_("Somebody else has saved this lead in the meantime."))
        before = lead.status_id
        if before != to.pk:
            update_locked(lead=lead, values={"status": to, "lost_reason": lost_reason}, by=by, funnel=funnel)
        if to.is_closed:
            return Move(lead, before)
        gap = _gap(lead, place, by, among)
        _put(lead, gap, by)
        return Move(lead, before, place_is_gone=gap.is_guessed)


@dataclass(frozen=True, slots=True)
class _Gap:
    """The cards between which a card goes; None: an end of the column. `is_guessed`: not those that were asked for."""

    above: Card | None = None
    below: Card | None = None
    is_guessed: bool = False


def _gap(lead: Lead, place: Place, user: User, among: LeadQuerySet) -> _Gap:
    others = among.exclude(pk=lead.pk)
    match place.where:
        case Where.TOP | Where.BOTTOM:
            return _end(lead, user, others, last=place.where is Where.BOTTOM)
        case Where.UP | Where.DOWN:
            return _step(lead, user, others, up=place.where is Where.UP)
    found = {
        card.lead_id: card
        for card in cards_of(others, user=user, ids=[pk for pk in (place.above, place.below) if pk is not None])
        if card.status_id == lead.status_id
    }
    above, below = found.get(place.above or 0), found.get(place.below or 0)
    if above is None and below is None:
        asked = place.above is not None or place.below is not None
        top = _end(lead, user, others, last=False)
        return _Gap(top.above, top.below, is_guessed=asked)
    if above is None or below is None or above.key > below.key:
        return _beside(above, below, user, others)
    return _Gap(above, below)


def _end(lead: Lead, user: User, others: LeadQuerySet, *, last: bool) -> _Gap:
    end = end_card(others, user=user, status_id=lead.status_id, last=last)
    return _Gap(above=end) if last else _Gap(below=end)


def _step(lead: Lead, user: User, others: LeadQuerySet, *, up: bool) -> _Gap:
    """Over the next card: between it and the one after it."""
    [here] = cards_of(Lead.objects.all(), user=user, ids=[lead.pk])
    near = neighbours(others, user=user, card=here, limit=2, above=up)
    over = near[0] if near else None
    beyond = near[1] if len(near) > 1 else None
    if over is None:
        return _end(lead, user, others, last=not up)
    return _Gap(beyond, over) if up else _Gap(over, beyond)


def _beside(above: Card | None, below: Card | None, user: User, others: LeadQuerySet) -> _Gap:
    """Just below `above`, or just above `below` when that is all that is left."""
    if above is not None:
        return _Gap(above, next(iter(neighbours(others, user=user, card=above, limit=1)), None))
    assert below is not None
    return _Gap(next(iter(neighbours(others, user=user, card=below, limit=1, above=True)), None), below)


def _put(lead: Lead, gap: _Gap, user: User) -> None:
    rank = between(gap.above.rank if gap.above else None, gap.below.rank if gap.below else None)
    if rank is not None:
        _store([BoardPosition(user=user, lead=lead, status_id=lead.status_id, rank=rank)])
        return
    _make_room(lead, gap, user)


def _make_room(lead: Lead, gap: _Gap, user: User) -> None:
    """Spread the few cards that the user has crowded between two whole numbers, `lead` among them in its new place.

    Those that have left the column stay in the order, for their return.
    """
    edge = gap.above or gap.below
    assert edge is not None
    whole = floor(edge.rank)
    column = BoardPosition.objects.filter(user=user, status=lead.status_id, rank__gt=whole, rank__lt=whole + 1)
    crowded = list(column.exclude(lead=lead).order_by("rank", "-lead"))
    place = next((n + 1 for n, each in enumerate(crowded) if gap.above and each.lead_id == gap.above.lead_id), 0)
    crowded.insert(place, BoardPosition(user=user, lead=lead, status_id=lead.status_id))
    for position, rank in zip(crowded, spread(whole, len(crowded)), strict=True):
        position.rank = rank
    _store(crowded)


def _store(positions: Sequence[BoardPosition]) -> None:
    BoardPosition.objects.bulk_create(
        positions,
        update_conflicts=True,
        unique_fields=["user", "lead"],
        update_fields=["status", "rank", "is_here"],
    )


FOLD = """
WITH parts AS (
    DELETE FROM leads_columntotal WHERE id IN (
        SELECT part.id FROM leads_columntotal part
        WHERE EXISTS (
            SELECT FROM leads_columntotal other
            WHERE other.status_id = part.status_id AND other.id <> part.id
            AND other.sales_person_id IS NOT DISTINCT FROM part.sales_person_id
        )
        FOR UPDATE OF part SKIP LOCKED
    )
    RETURNING status_id, sales_person_id, leads, revenue
)
INSERT INTO leads_columntotal (status_id, sales_person_id, leads, revenue)
    SELECT status_id, sales_person_id, sum(leads), sum(revenue) FROM parts GROUP BY 1, 2
    HAVING sum(leads) <> 0 OR sum(revenue) <> 0
"""


def fold_totals() -> None:
    """Put the parts of the columns' totals together, one row a status and sales person; what is one row
    already stays. Readers see the old rows or the new ones."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
