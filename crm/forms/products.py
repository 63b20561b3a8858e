"""The form of a product."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import MoneyField, PlainText
from crm.forms.records import RecordForm
from crm.models import Product

UNITS_ID = "product-units"
# Offered while one types; any other unit may be written.
UNITS = ("szt.", "godz.", "usł.", "kpl.", "mies.", "kg", "m", "m²", "l")


class ProductForm(RecordForm):
    """Every field of a product but its archived mark."""

    net_price = MoneyField(label=_("Net price"), required=False)

    class Meta:
        model = Product
        fields = ["name", "code", "unit", "net_price", "vat_rate"]
        field_classes = dict.fromkeys(["name", "code", "unit"], PlainText)
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "code": forms.TextInput(attrs={"autocomplete": "off"}),
            "unit": forms.TextInput(attrs={"autocomplete": "off", "list": UNITS_ID}),
        }
