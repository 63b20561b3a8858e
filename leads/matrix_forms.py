"""What comes back from the matrix screen: ticks, and the answers about stranded leads."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import LeadType, LeadTypeStatus, LostReason
from leads.matrix import Key, Matrix, Plan, StrandedGroup
from leads.services.matrix import Move

KEEP = "keep"
PAIRS = re.compile(r"(?:\d{1,18}-\d{1,18}(?:,\d{1,18}-\d{1,18})*)?")

Pairs = frozenset[tuple[int, int]]


def parse_pairs(text: str) -> Pairs:
    """`3-1,3-2` as {(3, 1), (3, 2)}; nothing for anything else."""
    if not text or not PAIRS.fullmatch(text):
        return frozenset()
    pairs = (pair.split("-") for pair in text.split(","))
    return frozenset((int(type_id), int(status_id)) for type_id, status_id in pairs)


def parse_ticks(values: list[str], matrix: Matrix) -> Pairs:
    """The ticked boxes; what is not in the matrix (any more) is passed over."""
    types = {row.pk for row in matrix.types}
    statuses = {row.pk for row in matrix.statuses}
    pairs = parse_pairs(",".join(values))
    return frozenset((type_id, status_id) for type_id, status_id in pairs if type_id in types and status_id in statuses)


def merge(mine: Pairs, *, seen: str, stored: Pairs) -> tuple[Pairs, Pairs]:
    """The stored ticks with what I changed since `seen`, and the cells that somebody else has changed meanwhile."""
    base = parse_pairs(seen.rpartition("|")[2])
    my_changes = mine ^ base
    return stored ^ (my_changes - (stored ^ base)), stored ^ base


class StatusSelect(forms.Select):
    """A choice of statuses; the one that needs a lost reason carries `data-lost`."""

    lost: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.lost:
            option["attrs"]["data-lost"] = ""
        return option


class AnswersForm(forms.Form):
    """A question for each group of stranded leads and for each type whose last tick is taken."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        reasons = list(LostReason.objects.active()) if any(self._loses(group) for group in plan.groups) else []
        for lead_type in plan.emptied:
            label = _("Yes, leads of type “%(type)s” may have any status") % {"type": lead_type}
            self.fields[f"empty-{lead_type.pk}"] = forms.BooleanField(
                label=label, error_messages={"required": _("Confirm it, or go back and tick a status.")}
            )
        for group in plan.groups:
            self._add_group(group, reasons)

    def _add_group(self, group: StrandedGroup, reasons: list[LostReason]) -> None:
        select = StatusSelect()
        select.lost = frozenset(str(status.pk) for status in group.choices if status.is_lost)
        offered = [(str(status.pk), status.name) for status in group.choices] if group.count else []
        choices = [(KEEP, _("leave them in “%(status)s”") % {"status": group.status}), *offered]
        if group.is_new:
            choices.insert(0, ("", _("– choose –")))
        self.fields[f"move-{group.name}"] = forms.ChoiceField(
            choices=choices,
            widget=select,
            label=_("Move to"),
            initial="" if group.is_new else KEEP,
            error_messages={"required": _("Choose what shall become of these leads.")},
        )
        if self._loses(group):
            self.fields[f"reason-{group.name}"] = forms.ChoiceField(
                choices=[("", _("– choose –")), *((str(reason.pk), reason.name) for reason in reasons)],
                label=gettext_lazy("Lost reason"),
                required=False,
            )

    @staticmethod
    def _loses(group: StrandedGroup) -> bool:
        return any(status.is_lost for status in group.choices)

    def questions(self) -> list[tuple[StrandedGroup, forms.BoundField, forms.BoundField | None]]:
        """Each group with its fields, for the template."""
        return [
            (
                group,
                self[f"move-{group.name}"],
                self[f"reason-{group.name}"] if f"reason-{group.name}" in self.fields else None,
            )
            for group in self.plan.groups
        ]

    def confirmations(self) -> list[forms.BoundField]:
        """The boxes of the emptied types."""
        return [self[f"empty-{lead_type.pk}"] for lead_type in self.plan.emptied]

    def clean(self) -> dict[str, Any]:
        """Moving to the Porażka status needs a reason."""
        for group in self.plan.groups:
            target = self._target(group)
            if target is not None and target.is_lost and not self.cleaned_data.get(f"reason-{group.name}"):
                self.add_error(f"reason-{group.name}", ValidationError(_("Choose a lost reason.")))
        return self.cleaned_data

    def _target(self, group: StrandedGroup) -> Any:
        chosen = self.cleaned_data.get(f"move-{group.name}")
        return next((status for status in group.choices if str(status.pk) == chosen), None)

    @property
    def moves(self) -> Mapping[Key, Move]:
        """What the service does with each group."""
        reasons = {str(reason.pk): reason for reason in LostReason.objects.active()}
        moves = {}
        for group in self.plan.groups:
            target = self._target(group)
            reason = (
                reasons.get(self.cleaned_data.get(f"reason-{group.name}", "")) if target and target.is_lost else None
            )
            moves[group.key] = Move(to=target, lost_reason=reason)
        return moves

    @property
    def may_empty(self) -> list[int]:
        """The types whose last tick may go."""
        return [lead_type.pk for lead_type in self.plan.emptied if self.cleaned_data.get(f"empty-{lead_type.pk}")]


def cells(matrix: Matrix, ticks: Pairs, theirs: Pairs = frozenset()) -> list[tuple[LeadType, bool, list[Any]]]:
    """The rows of the table: the type, whether only statuses that are not shown are allowed, its cells."""
    hidden = set(LeadTypeStatus.objects.filter(status__is_archived=True).values_list("type_id", flat=True))
    return [
        (
            lead_type,
            lead_type.pk in hidden and not any(type_id == lead_type.pk for type_id, _status in matrix.ticks),
            [
                {
                    "status": status,
                    "value": f"{lead_type.pk}-{status.pk}",
                    "is_ticked": (lead_type.pk, status.pk) in ticks,
                    "is_theirs": (lead_type.pk, status.pk) in theirs,
                }
                for status in matrix.statuses
            ],
        )
        for lead_type in matrix.types
    ]
