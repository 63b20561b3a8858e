"""What a form shows when its save was refused: at the field, or both values after somebody else's change."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.services.reference import fingerprint


def show_refusal(form: "ModelForm[Any]", refusal: RuleError | ValidationError) -> None:
    """Put the refusal of a service at its field (or above the form)."""
    if isinstance(refusal, ValidationError):
        form.add_error(None, refusal)
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def show_stale(form: Any) -> list[tuple[str, str]]:
    """Keep what was typed and return what is stored now where it differs, as (label, value).

    The form is a ModelForm with `values`, what the service stores. It takes what is stored as seen, so that saving it
    again overwrites that knowingly.
    """
    form.instance.refresh_from_db()
    typed = form.values
    assert isinstance(form.data, QueryDict)
    form.data = form.data.copy()
    form.data["seen"] = fingerprint(form.instance, typed)
    return [
        (str(form.fields[name].label), _shown(form.instance, name))
        for name, value in typed.items()
        if getattr(form.instance, name) != value
    ]


def _shown(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return "–"
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else value)
