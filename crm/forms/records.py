"""What the forms of partners, contacts and products share: values for a service, refusals, the second editor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from crm.errors import RuleError
from crm.models.versioned import Versioned

KEEP = "keep-"
STORED, MINE = "stored", "mine"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people filled differently; `suggested` is the value that alone was changed, else the own one."""

    name: str
    label: str
    stored: str
    mine: str
    suggested: str

    @property
    def choice_name(self) -> str:
        """The name of the radio buttons that choose between the two."""
        return f"{KEEP}{self.name}"


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form over a versioned row, new or stored. It checks what was typed; rules are checked by the service.

    `version` and `seen` tell what the user looked at, `once` which form it was (sent twice, it makes one row).
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, instance: Versioned | None = None, **options: Any) -> None:
        super().__init__(data, instance=instance, **options)
        self.differences: list[Difference] = []
        self.names = [name for name in self.fields if name not in RecordForm.base_fields]
        self.initial["version"] = instance.version if instance else None
        self.initial["seen"] = json.dumps(self._texts(self.initial))
        self.initial["once"] = "" if instance else uuid4().hex
        if data is not None and instance is not None:
            self.data = self._with_choices(data)

    def _post_clean(self) -> None:
        """Nothing: the service puts the values into the row, checked."""

    def clean_version(self) -> int | None:
        """The version that the user saw; 0, which no row has, when a changed row came without a proper one."""
        if self.instance.pk is None:
            return None
        sent = self.cleaned_data["version"]
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0

    @property
    def values(self) -> dict[str, Any]:
        """What was sent, for the service; what was not sent stays as it is."""
        return {name: self.cleaned_data[name] for name in self.names if name in self.data}

    def refuse(self, refusal: RuleError | ValidationError) -> None:
        """Show what the service refused, at the field it concerns."""
        if isinstance(refusal, RuleError):
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
            return
        errors: Mapping[Any, Any] = getattr(refusal, "error_dict", {None: [refusal]})
        for name, messages in errors.items():
            self.add_error(name if name in self.fields else None, messages)

    def compare_with_stored(self) -> None:
        """Tell in `differences` how the filled-in form differs from what somebody else stored in the meantime.

        Sent again, the form is meant against that.
        """
        stored: Versioned = self.instance
        stored.refresh_from_db()
        theirs = self._texts(forms.model_to_dict(stored, self.names))
        mine = {name: self[name].value() or "" for name in self.names if name in self.data}
        seen = self._seen()
        self.differences = [
            Difference(
                name=name,
                label=str(self.fields[name].label),
                stored=self._label_of(name, theirs[name]),
                mine=self._label_of(name, str(value)),
                suggested=STORED if self._means_the_same(name, value, seen.get(name)) else MINE,
            )
            for name, value in mine.items()
            if not self._means_the_same(name, value, theirs[name])
        ]
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["version"] = str(stored.version)
        self.data["seen"] = json.dumps(theirs)

    def _with_choices(self, data: QueryDict) -> QueryDict:
        """What was sent, with the stored value of each field for which it was chosen."""
        stored = self._texts(self.initial)
        chosen = {name: stored[name] for name in self.names if data.get(f"{KEEP}{name}") == STORED}
        if chosen:
            data = data.copy()
            for name, text in chosen.items():
                data[name] = text
        return data

    def _texts(self, initial: Mapping[str, Any]) -> dict[str, str]:
        """Values as the controls hold them."""
        texts: dict[str, str] = {}
        for name in self.names:
            value = self.fields[name].prepare_value(initial.get(name))
            shown = self.fields[name].widget.format_value(value)
            shown = shown[0] if isinstance(shown, list) and shown else shown
            texts[name] = str(shown) if shown else ""
        return texts

    def _means_the_same(self, name: str, text: Any, other: Any) -> bool:
        """Whether two texts of a control are one value: `1234,5` is `1 234,50`."""
        try:
            return bool(self.fields[name].clean(text) == self.fields[name].clean(other))
        except ValidationError:
            return False

    def _seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.data.get("seen", ""))
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _label_of(self, name: str, text: str) -> str:
        """A value of a control as people read it."""
        choices = getattr(self.fields[name], "choices", None)
        if choices is not None:
            return str({str(value): label for value, label in choices}.get(text, text))
        return text
