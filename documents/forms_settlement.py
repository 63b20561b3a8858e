"""Forms of what happens to an issued invoice: a payment, and its KSeF number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.errors import RuleError
from crm.forms.fields import DateField, MoneyField, PlainText
from documents.models import Invoice
from documents.settlement import Balance


class RefusableForm(forms.Form):
    """A form whose service may refuse what it checked: at the field that the refusal names."""

    def refuse(self, refusal: RuleError | ValidationError, *, field: str | None = None) -> None:
        """Show the refusal at its field, else at `field`, else above the form."""
        if isinstance(refusal, ValidationError):
            self.add_error(field, refusal)
        else:
            self.add_error(refusal.field if refusal.field in self.fields else field, str(refusal))


class PaymentForm(RefusableForm):
    """A payment; it begins with all that is left, today."""

    amount = MoneyField(label=_("Amount"))
    paid_on = DateField(label=_("Date of payment"))
    note = PlainText(label=_("Note"), max_length=250, required=False)
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, balance: Balance, once: str = "", **kwargs: Any) -> None:
        initial = {"amount": abs(balance.left), "paid_on": timezone.localdate(), "once": once}
        super().__init__(*args, **{"auto_id": "payment-%s", "initial": initial, **kwargs})


class KsefForm(RefusableForm):
    """The number that KSeF gave an invoice."""

    number = PlainText(
        label=_("KSeF number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "5265877635-20250826-0100001AF629-AF"}),
        help_text=_("As KSeF has shown it after it took the file."),
    )

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "ksef-%s", "initial": {"number": invoice.ksef_number}, **kwargs})
