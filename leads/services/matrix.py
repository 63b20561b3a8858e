"""Changing which statuses a type allows, and moving the leads that the change would strand, in one transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.locks import yielding_transaction
from crm.models import LeadStatus, LeadType, LeadTypeStatus, LostReason, User
from crm.services.reference import archive_item, check_not_last_tick
from crm.services.replacing import Answer
from leads.matrix import Key, funnel_with, load_matrix, stranded_keys, without
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import Funnel, check_status
from leads.services.replacing import locked_in_chunks, store_drafts
from leads.services.write import Draft, LeadValues


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of the stranded leads of one type in one status; no status leaves them there."""

    to: LeadStatus | None = None
    lost_reason: LostReason | None = None


class AnswersNeeded(RuleError):
    """The change strands leads, or takes a type's last tick, and nobody has said what to do about it."""


def save_matrix(
    *,
    ticks: Iterable[tuple[int, int]],
    seen: str,
    by: User,
    moves: Mapping[Key, Move] | None = None,
    may_empty: Collection[int] = (),
) -> Answer:
    """Store the ticks, as (type, status), and move the leads that are then stranded as `moves` says, each for itself.

    `seen` is the version of the matrix that the user changed, `may_empty` the types whose last tick may go. Raises
    StaleObject, AnswersNeeded, Busy, StatusNotAllowed; nothing is stored then. Returns who moved and who was refused.
    """
    moves = moves or {}
    with yielding_transaction(), acting_as(by):
        list(LeadType.objects.select_for_update().order_by("pk"))
        matrix = load_matrix()
        if matrix.version != seen:
            raise StaleObject(_("Somebody else has changed the matrix in the meantime."))
        before = load_funnel()
        after = funnel_with(ticks, present=before, matrix=matrix)
        _check_known(after)
        if not (before.ticks.keys() - after.ticks.keys()) <= set(may_empty):
            raise AnswersNeeded(_("Say whether the types without a tick shall allow all statuses."))
        stranded = stranded_keys(after, before=before)
        _check_answered(stranded, moves)
        _store_ticks(before, after)
        return _move_leads(moves, stranded, after, by)


def archive_status(*, status: LeadStatus, by: User, moves: Mapping[Key, Move] | None = None) -> Answer:
    """Archive `status` and move the leads that stand in it as `moves` says, each for itself.

    Raises AnswersNeeded, Busy, StatusNotAllowed, and RuleError when it is the only status of a type; nothing is stored
    then. Returns who moved and who was refused.
    """
    moves = moves or {}
    with yielding_transaction(), acting_as(by):
        check_not_last_tick(status)
        before = load_funnel()
        archive_item(item=status, by=by)
        after = without(before, status)
        stranded = stranded_keys(after, before=before, only=Q(status=status))
        _check_answered(stranded, moves)
        return _move_leads(moves, stranded, after, by)


def _check_known(funnel: Funnel) -> None:
    if any(not listed <= funnel.statuses.keys() for listed in funnel.ticks.values()):
        raise StaleObject(_("Somebody else has changed the matrix in the meantime."))


def _check_answered(stranded: Mapping[Key, bool], moves: Mapping[Key, Move]) -> None:
    if any(is_new and key not in moves for key, is_new in stranded.items()):
        raise AnswersNeeded(_("Say what shall become of the leads that the change strands."))


def _store_ticks(before: Funnel, after: Funnel) -> None:
    old = {(type_id, status_id) for type_id, listed in before.ticks.items() for status_id in listed}
    new = {(type_id, status_id) for type_id, listed in after.ticks.items() for status_id in listed}
    gone = Q(pk__in=[])
    for type_id, status_id in old - new:
        gone |= Q(type=type_id, status=status_id)
    LeadTypeStatus.objects.filter(gone).delete()
    LeadTypeStatus.objects.bulk_create(
        [LeadTypeStatus(type_id=type_id, status_id=status_id) for type_id, status_id in sorted(new - old)]
    )


def _move_leads(moves: Mapping[Key, Move], stranded: Mapping[Key, bool], after: Funnel, by: User) -> Answer:
    """Move what `by` may see of the stranded leads."""
    answer = Answer()
    visible = Q(pk__in=Lead.objects.visible_to(by).values("pk"))
    types = LeadType.objects.in_bulk()
    for (type_id, status_id), move in moves.items():
        if move.to is None or (type_id, status_id) not in stranded:
            continue
        check_status(after, type=types[type_id] if type_id is not None else None, status=move.to)
        values: LeadValues = {"status": move.to, "lost_reason": move.lost_reason}
        for leads in locked_in_chunks(Q(type=type_id, status=status_id) & visible):
            store_drafts(drafts=[Draft(values=values, lead=lead) for lead in leads], by=by, answer=answer)
    return answer
