"""The forms of the cells that are edited in their place in the list: one value each."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleError
from crm.forms.fields import DateField, RichText
from crm.models import LeadPriority, LeadStatus, LostReason, User
from leads.forms import label_of
from leads.history import text_of
from leads.models import Lead
from leads.permissions import may_reassign
from leads.querysets import load_funnel
from leads.rules import allowed_statuses
from leads.services import LeadValues

CHANGED_IN_PLACE = ("status", "sales_person", "priority", "expected_close")


class CellForm(forms.Form):
    """The value of one field of a lead; that of the status asks for the reason of Porażka too."""

    def __init__(self, data: Any = None, *, lead: Lead, name: str, user: User, gives_back: bool = False) -> None:
        """`gives_back`: the value is one that the lead had before, and may be empty where that is possible at all."""
        stored = getattr(lead, name)
        super().__init__(
            data, initial={"value": stored, "lost_reason": lead.lost_reason}, auto_id=f"{name}-{lead.pk}-%s"
        )
        self.lead = lead
        self.name = name
        self.fields["value"] = FIELDS[name](lead)
        self.fields["value"].label = label_of(name)
        if gives_back:
            self.fields["value"].required = not cast(Any, Lead._meta.get_field(name)).blank
        if name == "status":
            self.fields["lost_reason"] = forms.ModelChoiceField(
                LostReason.objects.filter(Q(is_archived=False) | Q(pk=lead.lost_reason_id)),
                label=label_of("lost_reason"),
                required=False,
                empty_label=str(_("Choose a reason")),
            )
        if name == "sales_person" and not may_reassign(user, owner_id=lead.sales_person_id, to_id=None):
            self.obstacle = str(_("You can reassign only your own leads."))
        else:
            self.obstacle = ""

    @cached_property
    def lost_status_id(self) -> int | None:
        """The status that needs a reason, among those offered."""
        offered = cast(Any, self.fields["value"]).queryset if self.name == "status" else ()
        return next((status.pk for status in offered if status.is_lost), None)

    @property
    def asks_lost_reason(self) -> bool:
        return self.lost_status_id is not None and str(self["value"].value()) == str(self.lost_status_id)

    @property
    def error_texts(self) -> list[str]:
        """What is wrong, whichever of its fields it concerns."""
        return [str(message) for messages in self.errors.values() for message in messages]

    def stored_value(self) -> str:
        """The value that is stored in the lead, as a form sends it."""
        value = getattr(self.lead, self.name)
        return str(getattr(value, "pk", value) if value is not None else "")

    def values(self) -> LeadValues:
        """What the form says, for the service."""
        values = {self.name: self.cleaned_data["value"]}
        if self.name == "status":
            values["lost_reason"] = self.cleaned_data["lost_reason"]
        return cast(LeadValues, values)

    def refuse(self, refusal: RuleError | ValidationError) -> None:
        """Show what the service refused."""
        texts = [str(refusal)] if isinstance(refusal, RuleError) else refusal.messages
        field = "lost_reason" if isinstance(refusal, RuleError) and refusal.field == "lost_reason" else "value"
        self.add_error(field, texts)

    def texts(self, lead: Lead) -> tuple[str, str]:
        """The value of the form and the one stored in `lead`, as people read them."""
        field: Any = Lead._meta.get_field(self.name)
        return text_of(field, self.cleaned_data["value"]), text_of(field, getattr(lead, self.name))


def _status(lead: Lead) -> forms.Field:
    allowed = [status.pk for status in allowed_statuses(load_funnel(), type_id=lead.type_id)]
    offered = LeadStatus.objects.filter(pk__in=[*allowed, lead.status_id])
    return forms.ModelChoiceField(offered, empty_label=None)


def _sales_person(lead: Lead) -> forms.Field:
    offered = User.objects.filter(Q(is_active=True) | Q(pk=lead.sales_person_id))
    return forms.ModelChoiceField(offered, required=False, empty_label="–")


def _priority(lead: Lead) -> forms.Field:
    offered = LeadPriority.objects.filter(Q(is_archived=False) | Q(pk=lead.priority_id))
    return forms.ModelChoiceField(offered, required=False, empty_label="–")


def _expected_close(lead: Lead) -> forms.Field:
    return DateField(required=False)


def _description(lead: Lead) -> forms.Field:
    return forms.CharField(max_length=Lead._meta.get_field("description").max_length, widget=RichText)


FIELDS: dict[str, Callable[[Lead], forms.Field]] = {
    "status": _status,
    "sales_person": _sales_person,
    "priority": _priority,
    "expected_close": _expected_close,
    "description": _description,
}
