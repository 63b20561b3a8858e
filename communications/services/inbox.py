"""What is done with calls and e-mails alike: linked to a lead, ignored, and both taken back.

Each is one conditional UPDATE: when two people deal with the same row, the first one counts and the other is told.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.models import User
from leads.models import Lead
from leads.services.announce import announce

Item = TypeVar("Item", bound=models.Model)


class AlreadyProcessed(StaleObject):
    """Somebody else has linked it in the meantime."""


def attach_item(*, item: models.Model, lead: Lead, by: User | None) -> None:
    """Link `item`, which belongs to no lead yet, to `lead`; an ignored one is ignored no more.

    Raises AlreadyProcessed, and RuleError when the lead is gone.
    """
    with transaction.atomic(), acting_as(by):
        # A lead that is being deleted or merged is waited for: what refers to it must not be left behind.
        if not Lead.objects.select_for_update(no_key=True).filter(pk=lead.pk).exists():
            raise RuleError(_("Lead %(number)s has been deleted or merged in the meantime.") % {"number": lead.number})
        changed = _rows(item).filter(pk=item.pk, lead__isnull=True)
        if not changed.update(lead=lead, linked_at=timezone.now(), linked_by=by, ignored_at=None, ignored_by=None):
            raise AlreadyProcessed(_("Somebody else has linked this to a lead in the meantime."))
        announce(leads=[lead], by=by, quietly=True)
    item.refresh_from_db(fields=["lead", "linked_at", "linked_by", "ignored_at", "ignored_by"])


def detach_item(*, item: models.Model, lead: Lead, by: User | None) -> None:
    """Take `item` from `lead` again; it asks to be processed anew.

    Raises AlreadyProcessed when it is not that lead's any more.
    """
    with transaction.atomic(), acting_as(by):
        if not _rows(item).filter(pk=item.pk, lead=lead).update(lead=None, linked_at=None, linked_by=None):
            raise AlreadyProcessed(_("Somebody else has changed this in the meantime."))
        announce(leads=[lead], by=by, quietly=True)


def ignore_items(*, items: "models.QuerySet[Item]", by: User | None) -> list[int]:
    """Ignore those of `items` that wait to be processed; the IDs of them."""
    with transaction.atomic():
        rows = items.filter(lead__isnull=True, ignored_at__isnull=True)
        return _update(rows, ignored_at=timezone.now(), ignored_by=by)


def restore_items(*, items: "models.QuerySet[Item]") -> list[int]:
    """Let those of `items` that are ignored ask to be processed again; the IDs of them."""
    with transaction.atomic():
        return _update(items.filter(ignored_at__isnull=False), ignored_at=None, ignored_by=None)


def _update(rows: "models.QuerySet[Item]", **values: Any) -> list[int]:
    ids: Collection[int] = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).update(**values)
    return list(ids)


def _rows(item: models.Model) -> "models.QuerySet[Any]":
    return type(item)._base_manager.all()
