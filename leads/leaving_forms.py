"""The form of handing over the leads and activities of somebody who leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import searchable
from crm.models import User
from leads.services.leaving import Which


class HandOverForm(forms.Form):
    """Which leads, and whether open activities, go to whom. What the person has none of is not asked about."""

    WHICH = [
        (Which.OPEN, _("Open leads")),
        (Which.ALL, _("All leads, closed ones too")),
        (Which.NONE, _("None: they stay with this person")),
    ]

    which = forms.ChoiceField(
        label=_("Leads to hand over"), choices=WHICH, widget=forms.RadioSelect, initial=Which.OPEN
    )
    activities = forms.BooleanField(
        label=_("Open activities too"),
        help_text=_("Those on leads that the new person may not see go to the sales persons of these leads."),
        required=False,
        initial=True,
    )
    to = forms.ModelChoiceField(
        label=_("New person"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.Select(attrs=searchable(placeholder=_("Choose a person"))),
    )

    def __init__(self, *args: Any, leaver: User, has_leads: bool, has_activities: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_leads:
            del self.fields["which"]
        if not has_activities:
            del self.fields["activities"]
        to: Any = self.fields["to"]
        to.queryset = User.objects.filter(is_active=True).exclude(pk=leaver.pk)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        data["which"] = Which(data.get("which") or Which.NONE)
        data.setdefault("activities", False)
        is_given = data["which"] is not Which.NONE or data["activities"]
        if is_given and not data.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose who takes this over."))
        return data
