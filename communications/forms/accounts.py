"""The form of an e-mail account."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.models import MailAccount, SignIn
from communications.oauth import Provider, provider_of
from communications.services.accounts import AccountValues
from crm.forms.fields import DateField, PlainText
from crm.forms.records import RecordForm
from crm.models import User

NOT_COMPARED = ("password", "smtp_password", "folders", "sent_folders")
SERVER_FIELDS = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "smtp_login")
PORTS = (MinValueValidator(1), MaxValueValidator(65535))


class FolderNames(forms.MultipleChoiceField):
    """Any names of folders: which there are, the server alone knows."""

    def valid_value(self, value: str) -> bool:
        return 0 < len(value) <= 500 and value.isprintable()


class AccountForm(RecordForm):
    """Everything of an account that people set. Passwords are never shown again; an empty one stays as it is."""

    sign_in = forms.ChoiceField(label=_("Signing in"), widget=forms.RadioSelect, choices=SignIn.choices)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    smtp_password = forms.CharField(
        label=_("SMTP password"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the same as for IMAP."),
    )
    folders = FolderNames(label=_("Folders"), required=False, widget=forms.CheckboxSelectMultiple)
    sent_folders = FolderNames(required=False, widget=forms.MultipleHiddenInput)
    start_date = DateField(
        label=_("Start date"), help_text=_("Messages that arrived on this day or later ask to be processed.")
    )
    history_from = DateField(
        label=_("Older messages from"),
        required=False,
        help_text=_("Empty: none. Older messages complete the threads; they never ask to be processed."),
    )

    class Meta:
        model = MailAccount
        fields = [
            "name", "from_address", "from_name", "signature", "sign_in", "login", "imap_host", "imap_port",
            "imap_security", "smtp_host", "smtp_port", "smtp_security", "smtp_login", "start_date", "history_from",
        ]  # fmt: skip
        names = ("name", "from_name", "login", "imap_host", "smtp_host", "smtp_login")
        field_classes = dict.fromkeys(names, PlainText)
        widgets = {
            **{name: forms.TextInput(attrs={"autocomplete": "off"}) for name in names},
            "signature": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "name": _("As it is called in Lejek; empty: the address."),
            "login": _("Empty: the address."),
            "from_name": _("What recipients see beside the address."),
            "smtp_host": _("Empty: nothing is sent from this account."),
            "smtp_login": _("Empty: the same as for IMAP."),
        }

    def __init__(
        self, data: QueryDict | None = None, *, instance: MailAccount | None = None, owner: User | None = None
    ) -> None:
        initial = {} if instance or not owner else {"from_address": owner.email, "from_name": owner.get_full_name()}
        super().__init__(data, instance=instance, initial={"start_date": timezone.localdate(), **initial})
        if instance is not None:
            self.initial.update(start_date=instance.start_date, history_from=instance.history_from)
        self.names = [name for name in self.names if name not in NOT_COMPARED]
        self._offer_ways_in(instance)
        self._offer_folders(instance)
        self.fields["signature"].help_text = (
            _("For e-mails from this account; empty: the signature of your profile.")
            if owner
            else _("Stands below the signature of the person who writes: the data of the company, for example.")
        )
        for name in ("name", "login", "imap_host", "imap_port", "smtp_port"):
            self.fields[name].required = False
        for name in ("imap_port", "smtp_port"):
            self.fields[name].validators += PORTS
            self.fields[name].widget.attrs |= {"min": 1, "max": 65535}
        if instance is not None and instance.sign_in == SignIn.PASSWORD:
            self.fields["password"].help_text = _("Empty: the stored one stays.")

    def _offer_ways_in(self, instance: MailAccount | None) -> None:
        """A password, and the providers that this installation is registered with."""
        present = instance.sign_in if instance else SignIn.PASSWORD
        ways: Any = self.fields["sign_in"]
        ways.choices = [way for way in SignIn.choices if way[0] in (SignIn.PASSWORD, present) or provider_of(way[0])]
        self.initial.setdefault("sign_in", present)
        self.has_ways = len(ways.choices) > 1
        if not self.has_ways:
            ways.required = False

    def _offer_folders(self, instance: MailAccount | None) -> None:
        known = list(instance.folders.all()) if instance else []
        posted = self.data.getlist("folders") if isinstance(self.data, QueryDict) else []
        names = dict.fromkeys([*(folder.name for folder in known), *posted]) or {"INBOX": None}
        folders: Any = self.fields["folders"]
        folders.choices = [(name, name) for name in names]
        self.initial["folders"] = [folder.name for folder in known if folder.is_chosen] or ["INBOX"]
        self.initial["sent_folders"] = [folder.name for folder in known if folder.is_sent]

    def clean_sign_in(self) -> str:
        return self.cleaned_data["sign_in"] or SignIn.PASSWORD

    def clean_imap_port(self) -> int:
        return self.cleaned_data["imap_port"] or 993

    def clean_smtp_port(self) -> int:
        return self.cleaned_data["smtp_port"] or 465

    def clean(self) -> dict[str, Any]:
        """What follows from the rest: the servers of a provider, the login and the name from the address."""
        values = self.cleaned_data
        address = values.get("from_address", "")
        for name in ("login", "name"):
            values[name] = values.get(name) or address
        provider = provider_of(values.get("sign_in", ""))
        if provider is not None:
            values |= _servers_of(provider)
        elif not values.get("imap_host") and "imap_host" not in self.errors:
            self.add_error("imap_host", ValidationError(_("Enter the name of the server."), code="required"))
        first, start = values.get("history_from"), values.get("start_date")
        if first and start and first > start:
            self.add_error("history_from", ValidationError(_("This is later than the start date.")))
        return values

    @property
    def values(self) -> AccountValues:  # type: ignore[override]
        """What was sent and what follows from it, for the service."""
        sent = {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}
        return cast(AccountValues, sent)


def _servers_of(provider: Provider) -> dict[str, Any]:
    return {
        "imap_host": provider.imap_host,
        "imap_port": provider.imap_port,
        "imap_security": provider.imap_security,
        "smtp_host": provider.smtp_host,
        "smtp_port": provider.smtp_port,
        "smtp_security": provider.smtp_security,
        "smtp_login": "",
    }
