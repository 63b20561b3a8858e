"""The form of the lead's card. It checks what was typed; the rules of leads are checked by the service that stores."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property, partial
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.forms.boundfield import BoundField
from django.forms.models import ModelChoiceIteratorValue
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleError
from crm.forms.fields import (
    ColouredSelect,
    ColouredSelectMultiple,
    DateField,
    DateTimeField,
    MoneyField,
    PercentField,
    PlainText,
    RemoteSelect,
    RichText,
)
from crm.models import LeadStatus, LeadTag, LeadType, LostReason, User
from crm.numbers import parse_id
from leads.choices import Choice, Choices, load_choices
from leads.models import Lead, LeadTagging
from leads.permissions import may_reassign
from leads.rules import Funnel, StatusNotAllowed, allowed_statuses, check_status
from leads.services import LeadValues

REFERENCES = ["type", "priority", "campaign", "medium", "source", "position", "lost_reason"]
SEARCHED = ["partner", "product"]
LINES = [
    "external_id", "name", "phone", "company_name", "website", "street", "city", "region", "postal_code", "country",
    "first_name", "middle_name", "last_name",
]  # fmt: skip
DETAILS: list[tuple[str | Promise, list[str]]] = [
    (_("Company"), ["company_name", "website"]),
    (_("Contact person"), ["first_name", "middle_name", "last_name", "position"]),
    (_("Address"), ["street", "postal_code", "city", "region", "country"]),
    (_("Marketing"), ["campaign", "medium", "source"]),
    (_("Integration"), ["external_id"]),
]


def label_of(name: str) -> str:
    """What a field of the lead is called on screen, translated when it is shown."""
    return cast(str, capfirst(cast(Any, Lead._meta.get_field(name)).verbose_name))


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]
    """Every field of a lead. `values` are for the service; what was not sent at all stays as it is."""

    expected_revenue = MoneyField(label=label_of("expected_revenue"), required=False)
    probability = PercentField(label=label_of("probability"), required=False)
    expected_close = DateField(label=label_of("expected_close"), required=False)
    received_at = DateTimeField(label=label_of("received_at"), required=False)
    description = PlainText(
        label=label_of("description"),
        required=False,
        max_length=Lead._meta.get_field("description").max_length,
        widget=RichText,
    )

    class Meta:
        model = Lead
        fields = [
            "name", "product", "status", "type", "partner", "sales_person", "received_at", "expected_revenue",
            "probability", "expected_close", "priority", "tags", "phone", "email", "lost_reason", "description",
            *(name for _title, names in DETAILS for name in names),
        ]  # fmt: skip
        field_classes = dict.fromkeys(LINES, PlainText)
        widgets = {
            "product": RemoteSelect(reverse_lazy("crm:product_search"), placeholder=_("Search for an item…")),
            "partner": RemoteSelect(reverse_lazy("crm:partner_search"), placeholder=_("Search for a partner…")),
            "sales_person": RemoteSelect(reverse_lazy("crm:user_search"), placeholder=_("Search for a person…")),
            "name": forms.TextInput(attrs={"class": "lead-name"}),
            "priority": ColouredSelect(placeholder=_("Choose a priority")),
            "tags": ColouredSelectMultiple(placeholder=_("Choose tags")),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "website": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, user: User, funnel: Funnel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funnel = funnel
        self.user = user
        lead: Lead = self.instance
        self.is_new = lead.pk is None
        self.fields["name"].required = False  # the service fills it from the product
        self.fields["status"].required = False  # the service chooses the first one for a new lead
        self.fields["name"].widget.attrs["autofocus"] = self.is_new
        for name in (*REFERENCES, *SEARCHED):
            self._offer(name, Q(is_archived=False) | Q(pk=getattr(lead, f"{name}_id")))
        self._offer("sales_person", Q(is_active=True) | Q(pk=lead.sales_person_id))
        self._offer("tags", Q(is_archived=False) | Q(pk__in=LeadTagging.objects.filter(lead=lead.pk).values("tag")))
        for name in (*REFERENCES, "tags"):
            self._choice(name).widget.choices = partial(self._options, name)
        self._choice("status").widget.choices = self._status_options
        if lead.sales_person_id and not may_reassign(user, owner_id=lead.sales_person_id, to_id=None):
            self.fields["sales_person"].widget.attrs["disabled"] = True  # what is not sent stays as it is
            self.fields["sales_person"].help_text = _("You can reassign only your own leads.")

    def clean_received_at(self) -> datetime | None:
        """The stored moment when it was left alone: the field shows no seconds."""
        value: datetime | None = self.cleaned_data["received_at"]
        stored: datetime | None = self.instance.received_at
        if value and stored and value == stored.replace(second=0, microsecond=0):
            return stored
        return value

    def _post_clean(self) -> None:
        """Nothing: the service puts the values into the lead, checked."""

    def _choice(self, name: str) -> "forms.ModelChoiceField[Any]":
        return cast("forms.ModelChoiceField[Any]", self.fields[name])

    def _offer(self, name: str, condition: Q) -> None:
        field = self._choice(name)
        field.queryset = cast("QuerySet[Model]", field.queryset).filter(condition)

    @cached_property
    def _reference_data(self) -> Choices:
        """All that the selects offer, in one query; read when the form is shown."""
        return load_choices()

    def _options(self, name: str) -> list[tuple[Any, str]]:
        """What is not archived, and what is chosen already."""
        chosen = self.initial.get(name)
        kept = {row.pk for row in chosen} if isinstance(chosen, list) else {chosen}
        rows = self._reference_data["tag" if name == "tags" else name].values()
        options = [(_value(row), row.name) for row in rows if not row.is_archived or row.id in kept]
        empty: list[tuple[Any, str]] = (
            [] if name == "tags" else [("", gettext("Choose a reason") if name == "lost_reason" else "–")]
        )
        return [*empty, *options]

    def _status_options(self) -> list[tuple[Any, str]]:
        """The statuses that the type chosen in the form allows."""
        offered = allowed_statuses(self.funnel, type_id=self.type_id)
        return [("", gettext("Choose a status")), *[(status.pk, status.name) for status in offered]]

    @property
    def type_id(self) -> int | None:
        """The type as the form stands now."""
        return parse_id(str(self["type"].value() or ""))

    @property
    def status(self) -> LeadStatus | None:
        """The status as the form stands now: the one chosen in it, else the stored one."""
        pk = parse_id(str(self["status"].value() or self.instance.status_id or ""))
        return None if pk is None else self.funnel.statuses.get(pk)

    @property
    def status_refusal(self) -> str:
        """Why the type that was chosen does not allow the status in which the lead stands; empty when it does."""
        lead: Lead = self.instance
        if self.is_new or self.type_id == lead.type_id:
            return ""
        kinds: QuerySet[Any] = LeadType.objects.filter(pk=self.type_id or 0)
        try:
            check_status(self.funnel, type=kinds.first(), status=lead.status)
        except StatusNotAllowed as refusal:
            return str(refusal)
        return ""

    @property
    def asks_status(self) -> bool:
        """A stored lead moves by the status bar; the form asks only when the type no longer allows its status."""
        return self.is_new or "status" in self.data or bool(self.status_refusal)

    @property
    def asks_lost_reason(self) -> bool:
        return self.status is not None and self.status.is_lost

    @property
    def details(self) -> list[tuple[str | Promise, list[BoundField]]]:
        """The groups of „Inne informacje”."""
        return [(title, [self[name] for name in names]) for title, names in DETAILS]

    @property
    def has_description_errors(self) -> bool:
        return "description" in self.errors

    @property
    def has_detail_errors(self) -> bool:
        return any(name in self.errors for _title, names in DETAILS for name in names)

    def sent(self) -> LeadValues:
        """What was sent, without the tags."""
        return cast(LeadValues, {n: v for n, v in self.cleaned_data.items() if n in self.data and n != "tags"})

    def values(self) -> LeadValues:
        """What was sent, for the service; but for fields where the user chose the stored value over their own."""
        return cast(LeadValues, {name: v for name, v in self.sent().items() if not self._gives_way(name)})

    def tags(self) -> Iterable[LeadTag] | None:
        """The tags for the service; None leaves the stored ones."""
        return None if self._gives_way("tags") else self.cleaned_data["tags"]

    @property
    def chosen_version(self) -> int | None:
        """The version against which the user chose between their own values and those of somebody else."""
        return parse_id(str(self.data.get("chosen_version", "")))

    @property
    def is_undecided(self) -> bool:
        """Whether the user was asked about fields and did not choose a side for each."""
        asked = self.data.getlist("asked") if isinstance(self.data, QueryDict) else []
        return any(self.data.get(f"keep-{name}") not in ("mine", "theirs") for name in asked)

    def _gives_way(self, name: str) -> bool:
        return self.chosen_version is not None and self.data.get(f"keep-{name}") == "theirs"

    def refuse(self, refusal: RuleError | ValidationError) -> None:
        """Show what the service refused, at the field it concerns; of a status, why it has to be chosen anew."""
        if isinstance(refusal, RuleError):
            reason = "" if isinstance(refusal, StatusNotAllowed) else self.status_refusal
            text = f"{reason} {refusal}" if reason and refusal.field == "status" else str(refusal)
            self.add_error(refusal.field if refusal.field in self.fields else None, text)
            return
        errors = refusal.error_dict if hasattr(refusal, "error_dict") else {None: [refusal]}
        for name, messages in errors.items():
            self.add_error(name if name in self.fields else None, messages)


def _value(row: Choice) -> ModelChoiceIteratorValue:
    """The value of an option, with the row for widgets that show its colour."""
    return ModelChoiceIteratorValue(row.id, cast(Any, row))


class LostForm(forms.Form):
    """The question of Porażka."""

    lost_reason = forms.ModelChoiceField(
        LostReason.objects.none(),
        label=label_of("lost_reason"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a lost reason.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Any]", self.fields["lost_reason"]).queryset = LostReason.objects.active()

    def reason(self) -> LostReason | None:
        """The reason that was sent; None when there was none, or one that does not exist."""
        self.full_clean()
        return self.cleaned_data.get("lost_reason")

    def refuse(self, refusal: RuleError | ValidationError) -> None:
        """Show what the service refused."""
        field = refusal.field if isinstance(refusal, RuleError) else None
        self.add_error(field if field in self.fields else None, str(refusal) if field else refusal)  # type: ignore[arg-type]
