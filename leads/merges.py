"""Merges as pages show them: what the loser was, what moved, what an undo left where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models

from crm.models import LeadStatus, User
from leads.forms import label_of
from leads.history import StatusStep, step_of
from leads.merge_choices import FIELDS, text_in
from leads.models import Lead, LeadMerge, LeadStatusChange
from leads.services.merging import SET_ASIDE, referring
from leads.services.rows import Stored


@dataclass(frozen=True, slots=True)
class Count:
    """So many rows of a kind, named in the plural."""

    label: str
    count: int


class MergeCard:
    """A merge on its own page."""

    def __init__(self, merge: LeadMerge) -> None:
        self.merge = merge

    @cached_property
    def loser(self) -> Lead:
        """The loser as it was, not stored."""
        lead: Lead = model_of(Lead, self.merge.loser_row)
        return lead

    @property
    def values(self) -> list[tuple[str, str]]:
        """The loser's values by label, empty ones left out."""
        texts = [(str(label_of(name)), text_in(self.loser, name)) for name in FIELDS]
        return [(label, text) for label, text in texts if text]

    @property
    def moved(self) -> list[Count]:
        """What moved to the survivor."""
        counts: dict[str, int] = {}
        for entry in self.merge.moved:
            if not entry.get("made"):
                counts[entry["model"]] = counts.get(entry["model"], 0) + len(entry["ids"])
        return [_count(label, number) for label, number in counts.items()]

    @property
    def steps(self) -> list[StatusStep]:
        """The loser's way through the funnel, the newest step first."""
        rows: Sequence[Stored] = self.merge.set_aside.get(LeadStatusChange._meta.label, [])
        changes = [model_of(LeadStatusChange, row) for row in rows]
        statuses = LeadStatus.objects.in_bulk([c.to_status_id for c in changes] + [c.from_status_id for c in changes])
        users = User.objects.in_bulk([change.by_id for change in changes if change.by_id])
        return [
            step_of(
                change,
                old=statuses.get(change.from_status_id or 0),
                new=statuses.get(change.to_status_id),
                by=users.get(change.by_id or 0),
            )
            for change in reversed(changes)
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was edited since the merge and stays on the survivor, by label."""
        return [(str(label_of(entry["field"])), entry["value"]) for entry in self.merge.report.get("kept", [])]

    @property
    def emptied(self) -> list[str]:
        """The loser's fields that came back empty."""
        return [str(label_of(name)) for name in self.merge.report.get("emptied", [])]

    @property
    def missing(self) -> list[Count]:
        """What did not come back to the loser."""
        return [_count(label, number) for label, number in self.merge.report.get("missing", {}).items()]


def attached(lead: Lead) -> list[Count]:
    """What belongs to `lead` and would move with it."""
    counts: dict[str, int] = {}
    for model, field in referring(Lead):
        if model not in SET_ASIDE and not _is_personal(model):
            number = model._base_manager.filter(**{field: lead.pk}).count()
            counts[model._meta.label] = counts.get(model._meta.label, 0) + number
    return [_count(label, number) for label, number in counts.items() if number]


def model_of(model: type[models.Model], row: Stored) -> Any:
    """An object with the values of a stored row, not stored itself."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    return model(**{fields[column].attname: fields[column].to_python(value) for column, value in row.items()})


def _is_personal(model: type[models.Model]) -> bool:
    """Whether a row is there once for each user and lead (their place on the board): nothing to tell of."""
    return any(isinstance(constraint, models.UniqueConstraint) for constraint in model._meta.constraints)


def _count(label: str, number: int) -> Count:
    return Count(str(apps.get_model(label)._meta.verbose_name_plural), number)
