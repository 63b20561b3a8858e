"""The forms of an import: the file, the columns and settings, what unknown values become."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import FileDrop, PlainText
from crm.models import LostReason, User
from leads.importing.fields import CREATABLE, field_choices, fields_of
from leads.importing.files import MAX_FILE
from leads.importing.lookups import CREATE, EMPTY, MAP, REFUSE
from leads.importing.targets import may_import
from leads.models import ImportKind, ImportRun
from leads.models.imports import DateOrder, FileFormat

FEW = 60


class UploadForm(forms.Form):
    """What to import, and the file with it."""

    kind = forms.ChoiceField(label=gettext_lazy("What does the file hold?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # it is refused with our own words
        widget=FileDrop(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}, max_bytes=MAX_FILE),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in ImportKind if may_import(user, kind)]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = kinds


class ColumnsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which field each column fills, and how the texts of the file are read."""

    save_as = PlainText(
        label=gettext_lazy("Save this mapping as"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Then it is offered for the next file with these headers."),
    )

    class Meta:
        model = ImportRun
        fields = ("encoding", "delimiter", "date_order", "number_format", "lost_reason", "empty_clears")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        run = self.instance
        if run.format == FileFormat.XLSX:
            del self.fields["encoding"], self.fields["delimiter"]
        if run.kind != ImportKind.LEADS:
            del self.fields["lost_reason"]
        else:
            reasons = self.fields["lost_reason"]
            assert isinstance(reasons, forms.ModelChoiceField)
            reasons.queryset = LostReason.objects.filter(is_archived=False)
            reasons.empty_label = _("none: such rows are refused")
        choices: list[tuple[str, str | Promise]] = [("", _("– do not import –")), *field_choices(run.kind)]
        for index, column in enumerate(run.columns):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=column["header"], required=False, choices=choices, initial=column["field"]
            )

    @property
    def column_rows(self) -> Iterator[tuple[Mapping[str, Any], forms.BoundField, str]]:
        """Each column of the file with the choice of its field, and the date format that its cells speak for."""
        orders = dict(DateOrder.choices)
        for index, column in enumerate(self.instance.columns):
            yield column, self[f"column_{index}"], str(orders.get(column["date_order"], ""))

    @property
    def setting_fields(self) -> list[forms.BoundField]:
        """The settings, without what only one kind of control shows well."""
        return [self[name] for name in self.Meta.fields if name in self.fields and name != "empty_clears"]

    @property
    def chosen(self) -> list[str]:
        """The field of each column, "" for none."""
        return [self.cleaned_data[f"column_{index}"] for index, _column in enumerate(self.instance.columns)]

    @property
    def settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}

    def _post_clean(self) -> None:
        """The service puts the values into the run."""


class ValuesForm(forms.Form):
    """What each unknown value becomes: something known, something new, nothing, or the end of its rows."""

    def __init__(self, *args: Any, run: ImportRun, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        self.fields_of_kind = fields_of(run.kind)
        for name, found in run.unknowns.items():
            model = self.fields_of_kind[name].refers_to
            assert model is not None
            ways = _ways(user.has_perm(CREATABLE[model]))
            others = _all_of(model)
            for index, value in enumerate(found["values"]):
                self.fields[f"{name}-{index}"] = forms.ChoiceField(
                    label=value["text"],
                    choices=_offers(value, others, ways),
                    initial=_initial(value["likely"], user.has_perm(CREATABLE[model])),
                )
            if found["more"]:
                self.fields[f"{name}-rest"] = forms.ChoiceField(
                    label=_("%(count)s more values") % {"count": found["more"]}, choices=ways
                )

    @property
    def groups(self) -> Iterator[tuple[str, list[tuple[Mapping[str, Any] | None, forms.BoundField]]]]:
        """The choices by field of the import: its label, and each unknown value with its control."""
        for name, found in self.run.unknowns.items():
            rows: list[tuple[Mapping[str, Any] | None, forms.BoundField]] = [
                (value, self[f"{name}-{index}"]) for index, value in enumerate(found["values"])
            ]
            if found["more"]:
                rows.append((None, self[f"{name}-rest"]))
            yield capfirst(str(self.fields_of_kind[name].label)), rows

    @property
    def decisions(self) -> dict[str, dict[str, Any]]:
        """What was chosen, as `decide_values` takes it."""
        return {
            name: {
                "values": {
                    value["text"]: _decision(self.cleaned_data[f"{name}-{index}"])
                    for index, value in enumerate(found["values"])
                },
                "rest": self.cleaned_data.get(f"{name}-rest", ""),
            }
            for name, found in self.run.unknowns.items()
        }


def _ways(may_create: bool) -> list[tuple[str, str]]:
    create = [(CREATE, _("Create it"))] if may_create else []
    return [*create, (EMPTY, _("Leave the field empty")), (REFUSE, _("Refuse the rows"))]


def _all_of(model: type[models.Model]) -> list[tuple[str, str]]:
    """All names to choose from, where they are few."""
    rows = list(model._base_manager.all()[: FEW + 1])
    return [(f"{MAP}:{row.pk}", str(row)) for row in rows] if len(rows) <= FEW else []


def _offers(value: Mapping[str, Any], others: list[tuple[str, str]], ways: list[tuple[str, str]]) -> list[Any]:
    near = [(f"{MAP}:{offer['id']}", offer["label"]) for offer in value["offers"]]
    rest = [choice for choice in others if choice not in near]
    groups: list[Any] = [(_("Similar"), near)] if near else []
    groups += [(_("All"), rest)] if rest else []
    return [*ways, *groups]


def _initial(likely: Mapping[str, Any], may_create: bool) -> str:
    if likely["do"] == MAP:
        return f"{MAP}:{likely['id']}"
    return CREATE if may_create else REFUSE


def _decision(choice: str) -> dict[str, Any]:
    do, _colon, pk = choice.partition(":")
    return {"do": do, "id": int(pk)} if do == MAP else {"do": do}
