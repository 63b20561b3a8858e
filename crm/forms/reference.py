"""Forms of reference data: one form class for each kind, made from its declaration."""

from functools import cache
from typing import Any, ClassVar, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import ColouredSelect, ColourSelect, IconSelect, PlainText, searchable
from crm.models import ReferenceItem
from crm.reference import Kind
from crm.services.reference import fingerprint

LONGEST_ORDER = 1_000_000
LONGEST_STAY = 3650


class ReferenceItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """What all kinds have in common. Rules and uniqueness are checked by the service, under its locks."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    name = PlainText(
        label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "off", "autofocus": True})
    )

    class Meta:
        help_texts: ClassVar[dict[str, Any]] = {
            "is_closed": _("Leads in this status count as closed; the board does not show them."),
            "is_won": _("Leads in this status count as won."),
            "is_lost": _("Leads get this status through “Lost”, with a reason. Only one status can be marked so."),
            "stuck_after_days": _("A lead that stands here longer is shown as stuck. Empty: as in the settings."),
            "needs_order": _("A lead gets this status only with a confirmed order."),
            "pattern": _(
                "The number of a document: {rok} is the year, {miesiąc} the month, {nr:04} the running number in"
                " four digits. Example: ZS/{rok}/{miesiąc}/{nr:04}"
            ),
            "payment_days": _("How many days after the issue date it is to be paid."),
            "split_payment": _("New invoices of this type are marked so."),
            "is_correction": _("Correcting invoices get their numbers by this type; it is not offered for others."),
            "kind": _("What the activity is, whatever its name: reports and notices go by it."),
            "sort_order": _("The place on lists and on the board; dragging on the list sets it too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sort_order"].required = False
        self.fields["sort_order"].validators.append(MaxValueValidator(LONGEST_ORDER))
        if "stuck_after_days" in self.fields:
            self.fields["stuck_after_days"].validators += [MinValueValidator(1), MaxValueValidator(LONGEST_STAY)]
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance, self._meta.fields or ())
        else:
            self.initial["sort_order"] = None

    def clean_sort_order(self) -> int:
        """The number; empty means as it was, or the last place for a new item."""
        given: int | None = self.cleaned_data["sort_order"]
        return self.instance.sort_order if given is None else given

    def _post_clean(self) -> None:
        """Leave the instance alone: the service puts the values into a row that it has locked."""

    @property
    def values(self) -> dict[str, Any]:
        """What the service stores."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


@cache
def form_class(kind: Kind) -> type[ReferenceItemForm]:
    """The form of a kind."""
    made = forms.modelform_factory(
        kind.model,
        form=ReferenceItemForm,
        fields=kind.fields,
        widgets={
            "colour": ColourSelect,
            "icon": IconSelect,
            "kind": forms.Select(searchable()),
            "pattern": forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            "reset": forms.Select(searchable({"required": True})),
            "prices": forms.Select(searchable({"required": True})),
            "payment_days": forms.NumberInput({"min": "0", "max": "365"}),
            "stuck_after_days": forms.NumberInput({"min": "1", "max": str(LONGEST_STAY)}),
            "sort_order": forms.NumberInput({"min": "0", "max": str(LONGEST_ORDER)}),
        },
    )
    return cast(type[ReferenceItemForm], made)


class ReplaceForm(forms.Form):
    """Another item of the same kind to be put in the place of one."""

    def __init__(self, *args: Any, kind: Kind, item: ReferenceItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = kind.model._default_manager.filter(is_archived=False).exclude(pk=item.pk)
        if kind.has_marks and not getattr(item, "is_lost", False):
            offered = offered.exclude(Q(is_lost=True))  # each lead would need its own reason
        choose = _("Choose what replaces it")
        self.fields["replacement"] = forms.ModelChoiceField(
            queryset=offered,
            label=_("Replace it everywhere with"),
            widget=ColouredSelect(placeholder=choose)
            if kind.has_colour
            else forms.Select(searchable(placeholder=choose)),
        )
