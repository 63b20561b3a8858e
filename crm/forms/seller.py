"""The form of what documents say of their seller."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.banks import format_account, parse_account
from crm.forms.fields import FileDrop, PlainText
from crm.forms.partners import EMAIL, PHONE, NipField
from crm.models import Seller
from crm.numbers import parse_id
from crm.photos import Picture, logo_picture
from crm.services.seller import SellerValues


class AccountField(PlainText):
    """A bank account typed with spaces or without, shown in groups of four."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        return parse_account(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return format_account(value) if isinstance(value, str) and value.isalnum() else value


class SellerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, address, account and logo; `seen` is the ID of the row that the user looked at."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    nip = NipField(label=_("NIP"))
    bank_account = AccountField(label=_("Bank account"), max_length=50, required=False)
    bank_account_eur = AccountField(
        label=_("Bank account for EUR"),
        max_length=50,
        required=False,
        help_text=_("For invoices in EUR; empty: the same account."),
    )
    upload = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=FileDrop(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif", "data-preview": "#logo"}),
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB. It stands at the top of printed documents."),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    logo: Picture | None = None

    class Meta:
        model = Seller
        fields = [
            "name",
            "nip",
            "street",
            "postal_code",
            "city",
            "email",
            "phone",
            "bank_name",
            "bank_account",
            "bank_account_eur",
            "exemption_basis",
        ]
        field_classes = dict.fromkeys(
            ["name", "street", "postal_code", "city", "phone", "bank_name", "exemption_basis"], PlainText
        )
        labels = {
            "name": _("Company name"),
            "street": _("Street and number"),
            "bank_name": _("Bank"),
            "exemption_basis": _("Basis of the VAT exemption"),
        }
        help_texts = {
            "exemption_basis": _("Printed on invoices with an exempt line, for example: art. 113 ust. 1 ustawy o VAT."),
        }
        widgets = {"phone": PHONE, "email": EMAIL}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.pk
        if not self.instance.logo:
            del self.fields["remove_logo"]

    def clean_upload(self) -> None:
        upload: UploadedFile[Any] | None = self.cleaned_data["upload"]
        if upload:
            self.logo = logo_picture(upload, size=upload.size or 0)

    def clean_seen(self) -> int | None:
        return parse_id(self.cleaned_data["seen"])

    def see_again(self) -> list[tuple[str, str]]:
        """What somebody else has stored where it differs from what was typed, as (label, value).

        It counts as seen now, so that saving once more goes over it knowingly.
        """
        current = Seller.objects.current() or Seller()
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["seen"] = str(current.pk or "")
        return [
            (str(self.fields[name].label), str(getattr(current, name)) or "–")
            for name in self._meta.fields or ()
            if getattr(current, name) != self.cleaned_data.get(name)
        ]

    def _post_clean(self) -> None:
        """Leave the instance alone: the service makes a new row."""

    @property
    def values(self) -> SellerValues:
        """What the service stores."""
        values: Any = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return values  # type: ignore[no-any-return]
