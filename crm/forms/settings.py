"""The form of the system's parameters."""

from typing import Any

import phonenumbers
from babel import Locale
from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import searchable
from crm.models import InvoiceType, OrderType, SystemSettings
from crm.parameters import added_parameters
from crm.services.parameters import currency_is_fixed
from crm.services.reference import fingerprint


class ParametersForm(forms.ModelForm):  # type: ignore[type-arg]
    """The parameters of „Ustawienia”, with those of later apps; the currency is locked once there are leads."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    default_region = forms.ChoiceField(
        label=_("Default region"),
        widget=forms.Select(searchable({"required": True})),
        help_text=_("The country whose code a phone number written without + gets, from now on."),
    )

    class Meta:
        model = SystemSettings
        fields = [
            "currency",
            "default_region",
            "stuck_after_days",
            "order_type",
            "invoice_type",
            "sales_visibility",
            "manager_visibility",
        ]
        labels = {
            "currency": _("Currency"),
            "stuck_after_days": _("Stuck after (days)"),
            "order_type": _("Order type"),
            "invoice_type": _("Invoice type"),
            "sales_visibility": _("A sales person sees"),
            "manager_visibility": _("A manager sees"),
        }
        help_texts = {
            "stuck_after_days": _(
                "A lead that stands longer in one status is shown as stuck. A status may have its own number."
            ),
            "order_type": _("What “Create order” on a lead makes. Empty: leads have no such button."),
            "invoice_type": _("What “Create invoice” on a lead makes. Empty: leads have no such button."),
            "sales_visibility": _("A lead with no sales person is seen by everyone."),
        }
        widgets = {
            "stuck_after_days": forms.NumberInput({"min": "1", "max": "3650"}),
            "order_type": forms.Select(searchable(placeholder=_("none"))),
            "invoice_type": forms.Select(searchable(placeholder=_("none"))),
            "sales_visibility": forms.RadioSelect,
            "manager_visibility": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["default_region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = regions
        self._offer("order_type", OrderType.objects.active())
        self._offer("invoice_type", InvoiceType.objects.active().filter(is_correction=False))
        for parameter in added_parameters():
            self.fields[parameter.name] = parameter.field()
            self.initial[parameter.name] = getattr(self.instance, parameter.name)
        self.names = [*(self._meta.fields or ()), *(parameter.name for parameter in added_parameters())]
        self.initial["seen"] = fingerprint(self.instance, self.names)
        currency = self.fields["currency"]
        if currency_is_fixed():
            currency.disabled = True
            currency.help_text = _("Fixed: there are leads with amounts already.")
        else:
            currency.help_text = _("The one currency of all amounts. It is fixed with the first lead.")

    def _offer(self, name: str, types: Any) -> None:
        """Types that may be chosen, and the one that is."""
        chosen = Q(pk=getattr(self.instance, f"{name}_id"))
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (types | types.model._default_manager.filter(chosen)).distinct()

    def clean_stuck_after_days(self) -> int:
        days: int = self.cleaned_data["stuck_after_days"]
        if days > 3650:
            raise forms.ValidationError(_("Give at most 3650 days."))
        return days

    def _post_clean(self) -> None:
        """Leave the instance alone: the service puts the values into a row that it has locked."""

    @property
    def values(self) -> dict[str, Any]:
        """What the service stores."""
        return {name: self.cleaned_data[name] for name in self.names}

    @property
    def added(self) -> list[forms.BoundField]:
        """The fields of later apps."""
        return [self[parameter.name] for parameter in added_parameters()]


def regions() -> list[tuple[str, str]]:
    """The countries whose phone numbers are known, by name in the user's language."""
    names = Locale((get_language() or "pl")[:2]).territories
    known = [
        (code, f"{names.get(code, code)} (+{phonenumbers.country_code_for_region(code)})")
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(known, key=lambda region: (region[0] != "PL", region[1]))
