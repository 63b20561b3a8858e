"""The form of a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText
from leads.models import SavedView


class SavedViewForm(forms.Form):
    """Its name, who sees it, and what the user does with it. What it shows comes from the page."""

    name = PlainText(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Opens as"), choices=SavedView.Kind.choices, widget=forms.RadioSelect)
    is_shared = forms.BooleanField(
        label=_("Share with everybody"),
        required=False,
        help_text=_("Everybody sees in it only the leads that they may see. Managers can change a shared view too."),
    )
    is_pinned = forms.BooleanField(label=_("Pin as a tab"), required=False)
    is_default = forms.BooleanField(label=_("Open the list with it"), required=False)
    address = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if view is not None:  # what it shows is changed by „Aktualizuj” alone
            del self.fields["kind"], self.fields["address"]
