"""The form of a saved report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText
from reports.models import SavedReport


class SavedReportForm(forms.Form):
    """Its name and who sees it. What it shows comes from the page."""

    name = PlainText(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("Share with everybody"),
        required=False,
        help_text=_("Everybody sees in it the figures of the leads that they may see. Managers can change it too."),
    )
    address = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, report: SavedReport | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if report is not None:  # what it shows is changed by „Aktualizuj” alone
            del self.fields["address"]
