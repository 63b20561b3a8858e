"""Putting another item in the place of one, wherever it is used, and then doing away with it."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.locks import yielding_transaction
from crm.models import ReferenceItem, User
from crm.services.reference import check_not_last_tick
from crm.usage import Use, uses_of

SHOWN_REFUSALS = 50


@dataclass(slots=True)
class Answer:
    """How many rows took the replacement, how many did not, and why (the first ones, as sentences)."""

    moved: int = 0
    refused: int = 0
    reasons: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """Count a row that did not take the replacement."""
        self.refused += 1
        if len(self.reasons) < SHOWN_REFUSALS:
            self.reasons.append(reason)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What became of the replaced item: deleted, archived (a log of the past still tells of it), or kept."""

    answer: Answer
    outcome: Literal["deleted", "archived", "kept"]


class Replacer(Protocol):
    """How rows of another app's model take a replacement; named in settings.REFERENCE_REPLACERS by the model."""

    def __call__(
        self, *, field: str, item: ReferenceItem, replacement: ReferenceItem, by: User | None, answer: Answer
    ) -> None: ...


def replace_item(*, item: ReferenceItem, replacement: ReferenceItem, by: User | None) -> Replacement:
    """Put `replacement` where `item` is used; then delete `item`, or archive it when a log of the past tells of it.

    Each row is answered for itself: what a rule refuses keeps the item, which then stays as it is.
    Raises RuleError when `replacement` can't be one.
    """
    with yielding_transaction(), acting_as(by):
        item, replacement = _lock(item, replacement)
        check_not_last_tick(item)
        answer = Answer()
        for use in uses_of(item):
            if use.model._meta.label not in settings.REFERENCE_LOGS:
                _replace(use, item, replacement, by, answer)
        if answer.refused:
            return Replacement(answer, "kept")
        if uses_of(item):
            item.is_archived = True
            item.save(update_fields=["is_archived"])
            return Replacement(answer, "archived")
        item.delete()
        return Replacement(answer, "deleted")


def _lock(item: ReferenceItem, replacement: ReferenceItem) -> tuple[ReferenceItem, ReferenceItem]:
    model = type(item)
    if type(replacement) is not model or replacement.pk == item.pk:
        raise RuleError(_("Choose another item as the replacement."), field="replacement")
    rows = model._default_manager.select_for_update().order_by("pk").in_bulk([item.pk, replacement.pk])
    if len(rows) < 2:
        raise RuleError(_("One of the two has just been deleted."), field="replacement")
    if rows[replacement.pk].is_archived:
        raise RuleError(_("“%(item)s” is archived: choose another one.") % {"item": replacement}, field="replacement")
    return rows[item.pk], rows[replacement.pk]


def _replace(use: Use, item: ReferenceItem, replacement: ReferenceItem, by: User | None, answer: Answer) -> None:
    path = settings.REFERENCE_REPLACERS.get(use.model._meta.label)
    if path is not None:
        replacer: Replacer = import_string(path)
        replacer(field=use.field, item=item, replacement=replacement, by=by, answer=answer)
        return
    rows: models.QuerySet[models.Model] = use.model._base_manager.filter(**{use.field: item.pk})
    answer.moved += rows.update(**{use.field: replacement.pk})
