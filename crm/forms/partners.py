"""Forms of partners and their contacts."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText, searchable
from crm.forms.records import RecordForm
from crm.models import Partner, PartnerContact, Position
from crm.nip import format_nip, parse_nip, parse_vat_eu
from crm.websites import check_website

ADDRESS = ("street", "postal_code", "city", "region", "country")
DELIVERY = tuple(f"delivery_{name}" for name in ADDRESS)
PHONE = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
EMAIL = forms.EmailInput(attrs={"autocomplete": "off"})


class NipField(PlainText):
    """A NIP typed in any usual way, shown as it is printed; its value is the ten digits."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        return parse_nip(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return format_nip(value) if isinstance(value, str) and value.isdecimal() else value


class PartnerForm(RecordForm):
    """Every field of a partner but its contacts and the archived mark."""

    nip = NipField(label=_("NIP"), required=False)

    class Meta:
        model = Partner
        fields = ["kind", "name", "nip", "vat_eu", "external_id", "phone", "email", "website", *ADDRESS, *DELIVERY]
        field_classes = dict.fromkeys(
            ["name", "vat_eu", "external_id", "phone", "website", *ADDRESS, *DELIVERY], PlainText
        )
        widgets = {
            "kind": forms.RadioSelect(attrs={"class": "lj-choices-row"}),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "vat_eu": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
            "phone": PHONE,
            "email": EMAIL,
            "website": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "www."}),
        }
        help_texts = {"vat_eu": _("Of a company in another country of the EU: it stands on its invoices.")}
        labels = {
            "street": _("Street and number"),
            "delivery_street": _("Street and number"),
            "delivery_postal_code": _("Postal code"),
            "delivery_city": _("City"),
            "delivery_region": _("Region"),
            "delivery_country": _("Country"),
        }

    def clean_vat_eu(self) -> str:
        """The number without spaces, checked by the rules of its country."""
        return parse_vat_eu(self.cleaned_data["vat_eu"])

    def clean_website(self) -> str:
        """An address that a browser may follow."""
        return check_website(self.cleaned_data["website"])

    @property
    def address(self) -> list[forms.BoundField]:
        return [self[name] for name in ADDRESS]

    @property
    def delivery(self) -> list[forms.BoundField]:
        return [self[name] for name in DELIVERY]


class ContactForm(RecordForm):
    """A person to talk to at a partner."""

    class Meta:
        model = PartnerContact
        fields = ["first_name", "last_name", "position", "phone", "email"]
        field_classes = dict.fromkeys(["first_name", "last_name", "phone"], PlainText)
        widgets = {"position": forms.Select(attrs=searchable()), "phone": PHONE, "email": EMAIL}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="contact-%s", **options)
        position: Any = self.fields["position"]
        position.queryset = Position.objects.filter(Q(is_archived=False) | Q(pk=self.instance.position_id))
