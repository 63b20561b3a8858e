"""What the tests of merges share."""

from typing import Any

from django.apps import apps
from django.db import models

from crm.models import User
from leads.models import Lead, LeadEvent, LeadMerge, LeadTaggingEvent
from leads.services import merge_leads
from leads.services.rows import rows_as_stored

# What tells of a merge and of its undo, and counts the writes: it goes on growing.
TELLING = (LeadEvent, LeadTaggingEvent, LeadMerge)
COUNTERS = {"version", "updated_at"}


def merge(survivor: Lead, loser: Lead, by: User, **values: Any) -> LeadMerge:
    """Merge two leads as they are stored; the tags are united unless `tags` says otherwise."""
    tags = values.pop("tags", None)
    if tags is None:
        tags = {tag.pk: tag for lead in (survivor, loser) for tag in lead.tags.all()}.values()
    return merge_leads(survivor=survivor, loser=loser, values=values, tags=tags, by=by)  # type: ignore[arg-type]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, but for the history and counters of writes."""
    found = {}
    for model in _tables():
        rows = rows_as_stored(model, list(model._base_manager.values_list("pk", flat=True)))
        found[model._meta.label] = [
            {name: value for name, value in row.items() if name not in COUNTERS} for row in rows
        ]
    return found


def _tables() -> list[type[models.Model]]:
    ours = [model for label in ("crm", "leads") for model in apps.get_app_config(label).get_models()]
    return [model for model in ours if model not in TELLING and not model._meta.proxy and model._meta.managed]
