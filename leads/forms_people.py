"""Whom to look for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText


class PersonSearchForm(forms.Form):
    """Phones, e-mails and names of one person, each on a line of its own."""

    typed = PlainText(
        label=_("Phone, e-mail or name"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Each on a line of its own. A phone is found in any spelling, a name without accents too."),
    )

    def words(self) -> list[str]:
        """What was typed, line by line."""
        return str(self.cleaned_data["typed"]).splitlines()
