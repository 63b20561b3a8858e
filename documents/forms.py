"""Forms of documents: the header, a line, rows pasted from a spreadsheet."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.current import system_settings
from crm.forms.fields import DateField, NumberField, PlainText, RemoteSelect, searchable
from crm.forms.records import RecordForm
from crm.forms.seller import AccountField
from crm.models import Partner, VatRate
from crm.models.versioned import Versioned
from documents.kinds import AnyDocument, Kind, kind_of
from documents.models import Invoice
from documents.models.base import LARGEST_PRICE, LARGEST_QUANTITY

# A correction is about the same sale as its invoice.
FIXED_IN_CORRECTIONS = ("partner", "sale_date", "currency", "rate", "delivery_address")
DATES = ("issue_date", "delivery_date", "sale_date", "due_date")


class RateField(NumberField):
    """What one unit of a currency costs, six decimals, above zero."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "min_value": Decimal("0.000001"), "max_digits": 12, "decimal_places": 6})


class DocumentForm(RecordForm):
    """The header of a draft."""

    def __init__(self, data: QueryDict | None = None, *, instance: Versioned, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        document = cast(AnyDocument, instance)
        kind = kind_of(document)
        types = kind.type._default_manager.filter(Q(is_archived=False) | Q(pk=document.type_id))
        if isinstance(document, Invoice):
            is_correction = document.correction_of_id is not None
            types = types.filter(Q(is_correction=is_correction) | Q(pk=document.type_id))
            self._leave_out(FIXED_IN_CORRECTIONS if is_correction else ("correction_reason",))
        cast("forms.ModelChoiceField[Any]", self.fields["type"]).queryset = types
        self.fields["issue_date"].help_text = _("Empty: the day on which it gets its number.")
        if "rate" in self.fields:
            self.system_currency = system_settings().currency
            self.fields["rate"].help_text = _("What one unit costs in %(currency)s.") % {
                "currency": self.system_currency
            }
            self.fields["delivery_address"].widget.attrs["rows"] = 3
        if "partner" in self.fields and data is None and document.partner_id is None:
            self.fields["partner"].widget.attrs["autofocus"] = True  # a new document begins with its buyer
        self.fields["notes"].widget.attrs["rows"] = 3
        if "bank_account" in self.fields:
            self.fields["bank_account"].help_text = _("Empty: the account of the company data, for a bank transfer.")
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))

    def _leave_out(self, names: Iterable[str]) -> None:
        for name in names:
            del self.fields[name]
            self.names.remove(name)

    @property
    def values(self) -> dict[str, Any]:
        """What was sent; a box that is not ticked is not sent, and means no."""
        boxes = [name for name in self.names if isinstance(self.fields[name], forms.BooleanField)]
        return super().values | {name: self.cleaned_data[name] for name in boxes}

    def go_on_from(self, document: AnyDocument) -> None:
        """What was sent is stored; sent again, the form is meant against that."""
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["version"] = str(document.version)

    def _label_of(self, name: str, text: str) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            row = field.queryset.filter(pk=text).first() if field.queryset is not None and text.isdecimal() else None
            return str(row) if row is not None else text
        return super()._label_of(name, text)


@cache
def form_class(kind: Kind) -> type[DocumentForm]:
    """The form of a kind's header."""
    dates = [name for name in kind.fields if name in DATES]
    made = forms.modelform_factory(
        kind.model,
        form=DocumentForm,
        fields=kind.fields,
        field_classes={**dict.fromkeys(dates, DateField), "rate": RateField, "bank_account": AccountField},
        widgets={
            "partner": RemoteSelect(reverse_lazy("crm:partner_search")),
            "type": forms.Select(searchable()),
            "currency": forms.Select(searchable({"required": True})),
            "payment_method": forms.Select(searchable({"required": True})),
            **{name: DateField.widget() for name in dates},
            "rate": RateField.widget(),
        },
    )
    return cast(type[DocumentForm], made)


class LineForm(forms.Form):
    """The controls of a line, or a pasted row. What is absent stays as it is."""

    description = PlainText(label=_("Description"), max_length=500, required=False)
    quantity = NumberField(
        label=capfirst(_("quantity")),
        min_value=None,
        max_digits=30,
        decimal_places=3,
        error_messages={"required": _("Enter the quantity.")},
    )
    unit = PlainText(label=_("Unit"), max_length=20, required=False)
    price = NumberField(
        label=capfirst(_("price")),
        min_value=None,
        max_digits=30,
        decimal_places=4,
        error_messages={"required": _("Enter the price.")},
    )
    discount = NumberField(label=capfirst(_("discount %")), min_value=None, max_digits=30, required=False)
    vat_rate = forms.ChoiceField(
        label=_("VAT rate"),
        choices=VatRate.choices,
        error_messages={"invalid_choice": _("“%(value)s” is no VAT rate: use 23, 8, 5, 0, zw or np.")},
    )

    def __init__(self, data: Mapping[str, Any], **options: Any) -> None:
        super().__init__(data, **options)
        for name in list(self.fields):
            if name not in data:
                del self.fields[name]

    def clean_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["quantity"]
        if not 0 <= quantity <= LARGEST_QUANTITY:
            raise ValidationError(_("The quantity must be greater than zero, and at most 999,999.999."))
        return quantity

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        if not 0 <= price <= LARGEST_PRICE:
            raise ValidationError(_("The price must not be negative, and at most 9,999,999,999.9999."))
        return price

    def clean_discount(self) -> Decimal:
        discount: Decimal = self.cleaned_data["discount"] or Decimal(0)
        if not 0 <= discount <= 100:
            raise ValidationError(_("The discount is from 0 to 100 per cent."))
        return discount

    @property
    def sentences(self) -> list[str]:
        """All that is wrong, each once."""
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


class StartForm(forms.Form):
    """What a new document may begin with: `?partner=`."""

    partner = forms.ModelChoiceField(Partner.objects.all(), required=False)


def labelled(form: DocumentForm) -> Iterable[tuple[str, str]]:
    """What a form brought, by label, for people: the document is gone, and they may want to copy it."""
    for name in form.names:
        if text := form._label_of(name, str(form.data.get(name, ""))).strip():
            yield str(form.fields[name].label), text
