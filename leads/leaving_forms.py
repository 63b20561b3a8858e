"""The form of handing over the leads of somebody who leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import searchable
from crm.models import User


class HandOverForm(forms.Form):
    """Which leads go to whom."""

    WHICH = [
        ("open", _("Open leads")),
        ("all", _("All leads, closed ones too")),
        ("none", _("None: they stay with this person")),
    ]

    which = forms.ChoiceField(label=_("Leads to hand over"), choices=WHICH, widget=forms.RadioSelect, initial="open")
    to = forms.ModelChoiceField(
        label=_("New sales person"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.Select(attrs=searchable(placeholder=_("Choose a person"))),
    )

    def __init__(self, *args: Any, leaver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = User.objects.filter(is_active=True).exclude(pk=leaver.pk)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("which") != "none" and not data.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose who takes the leads over."))
        return data
