"""The form of an e-mail template."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.models import EmailTemplate
from communications.services.templates import TemplateValues, template_mark
from crm.forms.fields import ColouredSelectMultiple, PlainText, RichText, searchable
from crm.forms.reference import ReferenceItemForm
from crm.models import LeadStatus, LeadType


class TemplateForm(ReferenceItemForm):
    """All of a template. Its fields in braces are checked by the service."""

    subject = PlainText(label=_("Subject"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    body = forms.CharField(label=pgettext_lazy("e-mail", "Text"), max_length=50_000, widget=RichText({"rows": 12}))
    types = forms.ModelMultipleChoiceField(
        queryset=LeadType.objects.none(),
        label=_("Lead types"),
        required=False,
        widget=forms.SelectMultiple(searchable(placeholder=_("All types"))),
    )
    statuses = forms.ModelMultipleChoiceField(
        queryset=LeadStatus.objects.none(),
        label=_("Lead statuses"),
        required=False,
        widget=ColouredSelectMultiple(placeholder=_("All statuses")),
    )

    class Meta(ReferenceItemForm.Meta):
        model = EmailTemplate
        fields = ("name", "subject", "body", "sort_order")
        widgets = {"sort_order": forms.HiddenInput}

    def __init__(self, data: QueryDict | None = None, *, instance: EmailTemplate) -> None:
        super().__init__(data, instance=instance)
        types, statuses = _lists(instance)
        # What is chosen stays to be chosen, archived meanwhile or not.
        self._offer("types", LeadType, [row.pk for row in types])
        self._offer("statuses", LeadStatus, [row.pk for row in statuses])
        if instance.pk:
            self.initial["seen"] = template_mark(instance)

    @property
    def template_values(self) -> TemplateValues:
        """What the service stores beside the types and statuses."""
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "subject": typed["subject"],
            "body": typed["body"],
            "sort_order": typed["sort_order"],
        }

    def show_stored(self) -> list[tuple[str, str]]:
        """Keep what was typed, and tell what somebody else has stored where it differs, as (label, value). Sent again,
        the form overwrites that knowingly.
        """
        self.instance.refresh_from_db()
        typed = self.cleaned_data
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["seen"] = template_mark(self.instance)
        stored: dict[str, tuple[Any, Any]] = {
            "name": (self.instance.name, typed["name"]),
            "subject": (self.instance.subject, typed["subject"]),
            "body": (self.instance.body, typed["body"]),
        }
        for name, rows in zip(("types", "statuses"), _lists(self.instance), strict=True):
            stored[name] = (_names(rows), _names(typed[name]))
        return [(str(self.fields[name].label), now or "–") for name, (now, mine) in stored.items() if now != mine]

    def _offer(self, name: str, model: Any, chosen: list[int]) -> None:
        field: Any = self.fields[name]
        field.queryset = model.objects.active() | model.objects.filter(pk__in=chosen)
        self.initial[name] = chosen


def _lists(template: EmailTemplate) -> tuple[list[LeadType], list[LeadStatus]]:
    return (list(template.types.all()), list(template.statuses.all())) if template.pk else ([], [])


def _names(rows: Any) -> str:
    return ", ".join(sorted(str(row) for row in rows))
