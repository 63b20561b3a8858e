"""The form of a telephony account."""

import zoneinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from communications.models import TelephonyAccount
from crm.forms.fields import PlainText
from crm.forms.records import RecordForm

KEPT = _("It is stored, and shown to nobody. Type another one to replace it.")


class TelephonyForm(RecordForm):
    """What people set up of an account of one kind. A stored secret is never shown; left empty, it stays."""

    new_secret = PlainText(
        label=_("Secret"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "lj-mono"}),
    )
    new_api_key = PlainText(
        label=_("API key"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "lj-mono"}),
    )

    class Meta:
        model = TelephonyAccount
        fields = ["name", "callback_url", "time_zone", "is_active"]
        field_classes = {"name": PlainText, "callback_url": PlainText}

    def __init__(
        self, data: QueryDict | None = None, *, kind: str, instance: TelephonyAccount | None = None, proposed: str = ""
    ) -> None:
        """`proposed` is a secret made for a new account that has to be told one."""
        super().__init__(data, instance=instance)
        self.kind = kind
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone of the account"), choices=[(zone, zone) for zone in zones]
        )
        self.fields["time_zone"].help_text = _("In which the provider writes the times of calls.")
        if kind == TelephonyAccount.Kind.GENERIC:
            self._drop("time_zone", "new_api_key")
            self.fields["callback_url"].label = _("Address for calls")
            self.fields["callback_url"].help_text = _(
                "Where the telephony takes the request to call a number. Without it, the phone of the device calls."
            )
        else:
            self._drop("callback_url")
        self.fields["new_secret"].initial = proposed
        if instance is None:
            self.fields["new_secret"].required = True
        else:
            self.fields["new_secret"].help_text = KEPT
            if "new_api_key" in self.fields and instance.api_key:
                self.fields["new_api_key"].help_text = KEPT

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]
            self.names.remove(name)

    @property
    def account_values(self) -> dict[str, Any]:
        """What was sent, for the service."""
        values = {**self.values, "is_active": self.cleaned_data["is_active"]}  # a box without its tick is not sent
        secrets = {"secret": values.pop("new_secret", ""), "api_key": values.pop("new_api_key", "")}
        return {**values, **{name: secret for name, secret in secrets.items() if secret}}
