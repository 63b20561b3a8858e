"""The board as one read: which columns there are, and why there are none; the closing statuses; the first cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.models import LeadStatus, User
from leads.board.cards import CardFace, build_faces
from leads.board.order import CARDS, BadPlace, Card, first_cards, read_cursor
from leads.filters import NONE, LeadFilter
from leads.listing import COUNTED_IN_SEARCH, found_leads
from leads.models import Lead
from leads.querysets import LeadQuerySet, load_funnel
from leads.rules import Funnel, is_allowed

# Of an address of the list, what a board does not ask for: only open leads stand on it, in an order of their own.
NOT_ASKED = ("state", "sort", "after", "before")


class Emptiness(Enum):
    """Why a board has no columns."""

    ALL_CLOSED = "all_closed"
    TYPE_ALLOWS_NONE = "type_allows_none"
    FILTERED_AWAY = "filtered_away"


@dataclass(frozen=True, slots=True)
class Target:
    """A status that cards can be dropped on; `closed_for` are the types (and `none`) whose leads it is closed to."""

    status: LeadStatus
    closed_for: str


@dataclass(frozen=True, slots=True)
class Column:
    """A status with its first cards, or more of them; `after` is the place of the next ("": there are no more)."""

    target: Target
    cards: Sequence[CardFace] = ()
    after: str = ""

    @property
    def status(self) -> LeadStatus:
        return self.target.status


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board. `problem` says why the address can't be answered; `emptiness` why there are no columns."""

    leads: LeadFilter
    funnel: Funnel
    columns: Sequence[Column] = ()
    closings: Sequence[Target] = ()
    problem: str = ""
    emptiness: Emptiness | None = None
    types: Sequence[int] = field(default_factory=list)


def board_filter(user: User, data: QueryDict, *, trusted: bool = False) -> LeadFilter:
    """The filter of an address, for the board; `trusted` for what was checked when the page was shown."""
    asked = data.copy()
    for name in NOT_ASKED:
        asked.pop(name, None)
    return LeadFilter(asked, Lead.objects.visible_to(user), user=user, trusted=trusted)


def read_board(user: User, data: QueryDict) -> Board:
    """The board that the parameters `data` of an address ask for, as `user` may see it."""
    leads, funnel = board_filter(user, data), load_funnel()
    if not leads.is_valid():
        return Board(leads, funnel, problem=_("The filter has a wrong value."))
    statuses = column_statuses(leads, funnel)
    if not statuses:
        return Board(leads, funnel, emptiness=_why_empty(leads, funnel))
    type_ids = list(leads.choices["type"])
    found = first_cards(_looked_through(leads), user=user, statuses=[status.pk for status in statuses], limit=CARDS + 1)
    faces = build_faces((card for cards in found.values() for card in cards[:CARDS]), user=user, funnel=funnel)
    closing = [status for status in funnel.statuses.values() if status.is_closed and not status.is_archived]
    return Board(
        leads,
        funnel,
        columns=[_column(_target(funnel, status, type_ids), found[status.pk], faces) for status in statuses],
        closings=[_target(funnel, status, type_ids) for status in closing],
    )


def read_column(user: User, data: QueryDict, *, status_id: int, after: str) -> Column | None:
    """More cards of a column, after a place; None when there is no such column.

    Raises BadPlace for a place that was made up.
    """
    leads, funnel = board_filter(user, data, trusted=True), load_funnel()
    status = funnel.statuses.get(status_id)
    if status is None or not leads.is_valid():
        return None
    among, start = _looked_through(leads), read_cursor(status_id, after)
    found = first_cards(among, user=user, statuses=[status_id], limit=CARDS + 1, after=start)[status_id]
    faces = build_faces(found[:CARDS], user=user, funnel=funnel)
    return _column(Target(status, ""), found, faces)


def _looked_through(leads: LeadFilter) -> LeadQuerySet:
    """The leads of the board. A search for something rare is done once, not in each column anew."""
    if not leads.is_searching:
        return leads.qs  # type: ignore[no-any-return]
    found, _count = found_leads(leads.qs, COUNTED_IN_SEARCH)
    return found


def column_statuses(leads: LeadFilter, funnel: Funnel) -> list[LeadStatus]:
    """The statuses that are columns: open, not archived, allowed to a type in the filter, and themselves in it."""
    types = [None if value == NONE else int(value) for value in leads.data.getlist("type")]
    chosen = {int(value) for value in leads.data.getlist("status")}
    return [
        status
        for status in funnel.statuses.values()
        if not status.is_closed and not status.is_archived
        and (not types or any(is_allowed(funnel, type_id=type_id, status=status) for type_id in types))
        and (not chosen or status.pk in chosen)
    ]  # fmt: skip


def _why_empty(leads: LeadFilter, funnel: Funnel) -> Emptiness:
    if all(status.is_closed or status.is_archived for status in funnel.statuses.values()):
        return Emptiness.ALL_CLOSED
    return Emptiness.FILTERED_AWAY if "status" in leads.data else Emptiness.TYPE_ALLOWS_NONE


def _target(funnel: Funnel, status: LeadStatus, type_ids: Iterable[int]) -> Target:
    closed = [str(pk) for pk in type_ids if not is_allowed(funnel, type_id=pk, status=status)]
    return Target(status, " ".join(closed))


def _column(target: Target, cards: Sequence[Card], faces: dict[int, CardFace]) -> Column:
    """`cards` are one more than are shown, when there are more."""
    shown = [faces[card.lead_id] for card in cards[:CARDS] if card.lead_id in faces]
    return Column(target, shown, cards[CARDS - 1].cursor() if len(cards) > CARDS else "")


__all__ = ["BadPlace", "Board", "Column", "Target", "board_filter", "column_statuses", "read_board", "read_column"]
