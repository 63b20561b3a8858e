"""Whom to look for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText
from leads.personal.retention import LONGEST, kinds, months_of_all


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


class RetentionForm(forms.Form):
    """For how many months each kind is kept, and (hidden) what the user saw."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        stored = months_of_all()
        for kind in kinds():
            self.fields[kind.name] = forms.IntegerField(
                label=kind.label,
                help_text=str(kind.hint),
                required=False,
                min_value=1,
                max_value=LONGEST,
                initial=stored[kind.name],
                widget=forms.NumberInput(attrs={"placeholder": _("for ever"), "inputmode": "numeric"}),
            )
            self.fields[f"seen_{kind.name}"] = forms.IntegerField(
                required=False, initial=stored[kind.name], widget=forms.HiddenInput
            )

    @property
    def months(self) -> dict[str, int | None]:
        """What was typed, as far as it is a number of months."""
        return {kind.name: self.cleaned_data.get(kind.name) for kind in kinds()}

    @property
    def seen(self) -> dict[str, int | None]:
        """What stood there when the form was opened."""
        return {kind.name: self.cleaned_data.get(f"seen_{kind.name}") for kind in kinds()}

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The visible field and the hidden one of each kind."""
        return [(self[kind.name], self[f"seen_{kind.name}"]) for kind in kinds()]
