"""Writes of reference data: one set of actions for every kind."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from django.db import IntegrityError, models
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.errors import InUse, RuleError, StaleObject
from crm.history import acting_as
from crm.locks import yielding_transaction
from crm.models import DocumentType, LeadStatus, LeadType, LeadTypeStatus, ReferenceItem, User
from crm.services.document_types import check_numbering
from crm.usage import count_by_label, uses_of

Item = TypeVar("Item", bound=ReferenceItem)


class ConfirmationNeeded(RuleError):
    """The change has consequences that the user is asked about first; `questions` tell them."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(" ".join(questions))
        self.questions = list(questions)


def fingerprint(row: models.Model, fields: Iterable[str]) -> str:
    """A short mark of the row's values: it differs when somebody has changed one of them."""
    values = [str(getattr(row, field)) for field in sorted(fields)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def save_item(
    *, item: Item, values: Mapping[str, Any], by: User | None, seen: str | None = None, confirmed: bool = False
) -> Item:
    """Store `values` in a new or stored item and return it.

    `seen` is the fingerprint of the values that the user changed: when they are not those any more, StaleObject is
    raised. `confirmed` says that the consequences told by ConfirmationNeeded are accepted. Raises RuleError or
    ValidationError at the field.
    """
    with _translated_refusals(item), yielding_transaction(), acting_as(by):
        if item.pk:
            item = _locked(item)
            if seen is not None and seen != fingerprint(item, values):
                raise StaleObject(_("Somebody else has changed this in the meantime."))
        changes = {name: value for name, value in values.items() if item.pk is None or getattr(item, name) != value}
        for name, value in changes.items():
            setattr(item, name, value)
        if item.pk is None and item.sort_order == 0:
            item.sort_order = (type(item)._default_manager.aggregate(last=Max("sort_order"))["last"] or 0) + 1
        item.clean_fields()
        if isinstance(item, DocumentType):
            check_numbering(item)
        if isinstance(item, LeadStatus):
            questions = _change_marks(item, changes)
            if questions and not confirmed:
                raise ConfirmationNeeded(questions)
        if changes:
            item.save()
    return item


def sort_items(*, model: type[ReferenceItem], ids: Sequence[int], by: User | None) -> dict[int, int]:
    """Put the items `ids` into that order, in the places that they hold among all; unknown ids are passed over.

    Returns the place of every item by its id.
    """
    with yielding_transaction(), acting_as(by):
        items = list(model._default_manager.select_for_update().order_by("sort_order", "name_sort", "pk"))
        wanted = dict.fromkeys(ids)
        by_id = {item.pk: item for item in items}
        moved = iter([by_id[pk] for pk in wanted if pk in by_id])
        in_order = [next(moved) if item.pk in wanted else item for item in items]
        changed = []
        for place, item in enumerate(in_order, start=1):
            if item.sort_order != place:
                item.sort_order = place
                changed.append(item)
        model._default_manager.bulk_update(changed, ["sort_order"], batch_size=500)
    return {item.pk: item.sort_order for item in in_order}


def archive_item(*, item: ReferenceItem, by: User | None) -> None:
    """Offer `item` no more; it stays where it is used."""
    _set_archived(item, archived=True, by=by)


def restore_item(*, item: ReferenceItem, by: User | None) -> None:
    """Offer an archived item again."""
    _set_archived(item, archived=False, by=by)


def delete_item(*, item: ReferenceItem, by: User | None) -> None:
    """Delete what nothing uses.

    Raises InUse with the places of use; RuleError when a type would be left without its only allowed status.
    """
    with _translated_refusals(item), yielding_transaction(), acting_as(by):
        item = _locked(item)
        if uses := count_by_label(uses_of(item)):
            raise in_use(item, uses)
        check_not_last_tick(item)
        item.delete()


def check_not_last_tick(item: ReferenceItem) -> None:
    """Refuse to take away the only status that a type allows: with an empty list it would allow all.

    Raises RuleError that names the types.
    """
    if not isinstance(item, LeadStatus):
        return
    others = LeadTypeStatus.objects.filter(status__is_archived=False).exclude(status=item)
    types = LeadType.objects.filter(ticks__status=item).exclude(ticks__in=others)
    if types:
        raise RuleError(
            _(
                "“%(status)s” is the only status allowed for: %(types)s."
                " Without it every status would be allowed. Allow another one first, in Types and statuses."
            )
            % {"status": item, "types": ", ".join(map(str, types))}
        )


def in_use(item: ReferenceItem, uses: dict[str, int]) -> InUse:
    """The refusal to delete what is used, saying where."""
    listed = ", ".join(f"{name}: {count}" for name, count in uses.items())
    return InUse(
        _("“%(item)s” is in use (%(uses)s), so it can't be deleted.") % {"item": item, "uses": listed}, uses=uses
    )


def _set_archived(item: ReferenceItem, *, archived: bool, by: User | None) -> None:
    with yielding_transaction(), acting_as(by):
        item = _locked(item)
        item.is_archived = archived
        item.save(update_fields=["is_archived"])


def _locked(item: Item) -> Item:
    row = type(item)._default_manager.select_for_update().filter(pk=item.pk).first()
    if row is None:
        raise RuleError(_("This has just been deleted."))
    return cast(Item, row)


# --- The marks of a status --------------------------------------------------------------------------------------------


def _change_marks(status: LeadStatus, changes: Mapping[str, Any]) -> list[str]:
    """Check the marks of `status` and take Porażka off the status that has it; return what to ask the user first."""
    if status.is_won and status.is_lost:
        raise RuleError(_("A status is marked either “Won” or “Lost”, not both."), field="is_won")
    if status.is_lost and not status.is_closed:
        raise RuleError(_("A status marked “Lost” must be marked “Closed” too."), field="is_closed")
    if status.is_won and not status.is_closed:
        raise RuleError(_("A status marked “Won” must be marked “Closed” too."), field="is_closed")
    stored = not status._state.adding
    questions = []
    if "is_lost" in changes:
        if stored:
            _check_no_leads(status)
        if status.is_lost and (taken_from := _take_lost_mark(status)):
            questions.append(_("The mark “Lost” moves here from “%(status)s”.") % {"status": taken_from})
    if stored and "is_closed" in changes and (count := _count_leads(status)):
        questions.append(_closing_question(count) if status.is_closed else _reopening_question(count))
    return questions


def _take_lost_mark(status: LeadStatus) -> LeadStatus | None:
    """Take the mark off the status that has it now, and return that one."""
    other = LeadStatus.objects.select_for_update().filter(is_lost=True).exclude(pk=status.pk).first()
    if other is not None:
        assert isinstance(other, LeadStatus)
        _check_no_leads(other)
        other.is_lost = False
        other.save(update_fields=["is_lost"])
    return other


def _check_no_leads(status: LeadStatus) -> None:
    count = _count_leads(status)
    if count:
        raise RuleError(
            ngettext(
                "The mark “Lost” can't be moved: %(count)s lead stands in status “%(status)s”.",
                "The mark “Lost” can't be moved: %(count)s leads stand in status “%(status)s”.",
                count,
            )
            % {"count": count, "status": status},
            field="is_lost",
        )


def _count_leads(status: LeadStatus) -> int:
    return sum(use.count for use in uses_of(status) if use.model._meta.label == "leads.Lead")


def _closing_question(count: int) -> str:
    return ngettext(
        "%(count)s lead stands in this status: it will be closed, as of now.",
        "%(count)s leads stand in this status: they will be closed, as of now.",
        count,
    ) % {"count": count}


def _reopening_question(count: int) -> str:
    return ngettext(
        "%(count)s lead stands in this status: it will be open again, without its closing date.",
        "%(count)s leads stand in this status: they will be open again, without their closing dates.",
        count,
    ) % {"count": count}


# --- What the database says behind the checks -----------------------------------------------------------------------


@contextmanager
def _translated_refusals(item: ReferenceItem) -> Iterator[None]:
    """What the database refuses (somebody else was faster, or the name is taken) as the rule's own error."""
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if constraint.endswith("_name_unique"):
            raise RuleError(_("This name is taken already, maybe by an archived item."), field="name") from error
        if constraint == "leadstatus_one_lost":
            raise RuleError(_("Another status has just been marked “Lost”."), field="is_lost") from error
        if constraint == "leadstatus_lost_in_use":
            raise RuleError(
                _("The mark “Lost” can't be moved: leads have just entered the status."), field="is_lost"
            ) from error
        if constraint == "leadstatus_lost_is_closed":
            raise RuleError(_("A status marked “Lost” must be marked “Closed” too."), field="is_closed") from error
        if constraint == "leadstatus_won_is_closed_not_lost":
            raise RuleError(
                _("A status marked “Won” must be marked “Closed” too, and not “Lost”."), field="is_won"
            ) from error
        if uses := count_by_label(uses_of(item)):
            raise in_use(item, uses) from error
        raise
