"""Deleting many leads at once, by the same rule as one."""

from collections.abc import Sequence

from django.db import transaction

from crm.errors import InUse
from crm.history import acting_as
from crm.models import User
from crm.usage import used_ones
from leads.models import Lead
from leads.services.actions import delete_lead
from leads.services.announce import announce
from leads.services.attached import is_held_by_attached, with_attached
from leads.services.files import forget_files_of


def delete_leads(*, leads: Sequence[Lead], by: User | None) -> list[InUse | None]:
    """Delete `leads` for good; each is answered for itself, in order, by None or by what holds it."""
    pks = [lead.pk for lead in leads]
    with transaction.atomic(), acting_as(by):
        locked = Lead.objects.select_for_update().order_by("pk").in_bulk(pks)
        used = used_ones(Lead, locked.keys())
        if is_held_by_attached(by=by):
            used |= with_attached(locked.keys())
        free = [lead for pk, lead in locked.items() if pk not in used]
        announce(leads=free, by=by)
        forget_files_of(leads=[lead.pk for lead in free])
        Lead.objects.filter(pk__in=[lead.pk for lead in free]).delete()
        return [_refusal(lead, by) if lead.pk in used else None for lead in leads]


def _refusal(lead: Lead, by: User | None) -> InUse | None:
    try:
        delete_lead(lead=lead, by=by)
    except InUse as refusal:
        return refusal
    return None
