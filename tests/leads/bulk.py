"""What the tests of bulk changes share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from crm.models import User
from leads.models import BulkRun, Lead
from leads.selection import Selection
from leads.services import bulk
from tests.leads.cards import post


def ids_of(leads: Iterable[Lead | int]) -> str:
    return ",".join(str(getattr(lead, "pk", lead)) for lead in leads)


def change(user: User, action: str, leads: Iterable[Lead | int], **values: Any) -> HttpResponse:
    """The dialog of an action, sent for the ticked leads."""
    return post(user, f"/leads/bulk/{action}/", {"ids": ids_of(leads), **values})


def run(user: User, action: str, leads: Iterable[Lead], **values: Any) -> BulkRun:
    """A bulk change by its service."""
    selection = Selection(ids=tuple(sorted(lead.pk for lead in leads)))
    return bulk.start_bulk(action=action, values=values, selection=selection, by=user)


def counts(bulk_run: BulkRun) -> tuple[int, int, int]:
    """Changed, unchanged, refused."""
    bulk_run.refresh_from_db()
    return bulk_run.changed_count, bulk_run.unchanged_count, bulk_run.refused_count
