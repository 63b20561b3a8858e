"""The form of a move, and what „Przenieś do…” offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.models import LeadStatus
from leads.models import Lead
from leads.rules import Funnel, StatusNotAllowed, check_status
from leads.services.board import Place, Where

HIGHEST_ID = 10**18


class MoveForm(forms.Form):
    """Where a card goes: a status, and a place in its column told by the neighbours. Ranks are the server's affair."""

    status = forms.IntegerField(
        max_value=HIGHEST_ID,
        error_messages={
            "required": _("Choose a lead status."),
            "invalid": _("This status no longer exists."),
            "max_value": _("This status no longer exists."),
        },
    )
    version = forms.IntegerField(min_value=0, max_value=HIGHEST_ID)
    where = forms.ChoiceField(choices=[(where.value, where.value) for where in Where], required=False)
    above = forms.IntegerField(min_value=1, max_value=HIGHEST_ID, required=False)
    below = forms.IntegerField(min_value=1, max_value=HIGHEST_ID, required=False)

    def __init__(self, data: QueryDict, *, funnel: Funnel) -> None:
        super().__init__(data)
        self.funnel = funnel

    def clean_status(self) -> LeadStatus:
        status = self.funnel.statuses.get(self.cleaned_data["status"])
        if status is None:
            raise ValidationError(self.fields["status"].error_messages["invalid"])
        return status

    def clean(self) -> dict[str, Any]:
        if "rank" in self.data:
            raise ValidationError(_("A place in a column is told by its neighbours, not by a number."))
        return self.cleaned_data

    def place(self) -> Place:
        """The place that was asked for."""
        data = self.cleaned_data
        where = Where(data["where"] or Where.BETWEEN)
        return Place(where=where, above=data["above"], below=data["below"])

    def problem(self) -> str:
        """What is wrong with what was sent, in one line."""
        if "status" in self.errors:
            return str(self.errors["status"][0])
        if self.non_field_errors():
            return str(self.non_field_errors()[0])
        return str(_("This place on the board is not valid."))


@dataclass(frozen=True, slots=True)
class Choice:
    """A status in „Przenieś do…”; `refusal` says why the lead can't get it."""

    status: LeadStatus
    is_current: bool
    refusal: str


def move_choices(lead: Lead, funnel: Funnel) -> Sequence[Choice]:
    """Every status that is not archived, in sorting order, the closing ones too."""
    return [
        Choice(status, is_current=status.pk == lead.status_id, refusal=_refusal(lead, status, funnel))
        for status in funnel.statuses.values()
        if not status.is_archived
    ]


def _refusal(lead: Lead, status: LeadStatus, funnel: Funnel) -> str:
    try:
        check_status(funnel, type=lead.type, status=status)
    except StatusNotAllowed as refusal:
        return str(refusal)
    return ""
