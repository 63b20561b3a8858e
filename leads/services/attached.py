"""What people have added to leads and goes with them: activities, comments, files."""

from collections.abc import Collection
from typing import Any

from crm.models import User
from leads.models import Activity, Comment, LeadFile

ATTACHED: tuple[Any, ...] = (Activity, Comment, LeadFile)


def attached_to(lead_id: int) -> dict[str, int]:
    """How many rows go with a lead when it is deleted, by the plural name of their model."""
    counts = {str(model._meta.verbose_name_plural): model.objects.filter(lead=lead_id).count() for model in ATTACHED}
    return {name: count for name, count in counts.items() if count}


def with_attached(lead_ids: Collection[int]) -> set[int]:
    """Which of these leads have anything."""
    found: set[int] = set()
    for model in ATTACHED:
        found |= set(model.objects.filter(lead__in=lead_ids).values_list("lead", flat=True).distinct())
    return found


def is_held_by_attached(*, by: User | None) -> bool:
    """Whether it keeps `by` from deleting a lead: sales people delete what has nothing attached, managers any lead."""
    return by is not None and not by.has_perm("leads.delete_any_lead")
