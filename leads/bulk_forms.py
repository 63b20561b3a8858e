"""What a bulk change asks before it begins: one form an action, whose `values` go to the service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import ColouredSelectMultiple, searchable
from crm.models import LeadPriority, LeadStatus, LeadTag, LeadType, LostReason, User
from leads.forms import label_of
from leads.models import BulkRun, Lead

Action = BulkRun.Action
NONE = "none"


class BulkForm(forms.Form):
    """The question of one action. `name` is the field of the lead that it fills."""

    name = ""
    title: str | Promise = ""
    is_danger = False

    def values(self) -> dict[str, Any]:
        """What the leads shall get, references by ID."""
        return {}

    def button(self, count: int) -> str:
        """What the button says: how many leads it changes."""
        return ngettext("Change %(n)s lead", "Change %(n)s leads", count)


class OneForm(BulkForm):
    """One row of reference data, or a user, to choose; or none, where a lead may have none."""

    rows: Callable[[], "QuerySet[Any]"]
    none: str | Promise = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = [(NONE, str(self.none))] if self.none else []
        offered = [(str(row.pk), str(row)) for row in type(self).rows()]
        self.fields["value"] = forms.ChoiceField(
            label=label_of(self.name),
            choices=[("", gettext("Choose")), *none, *offered],
            widget=forms.Select(attrs=searchable(placeholder=_("Choose"))),
        )

    def values(self) -> dict[str, Any]:
        value = self.cleaned_data["value"]
        return {self.name: None if value == NONE else int(value)}


class SalesPersonForm(OneForm):
    name, title, none = "sales_person", _("Change the sales person"), _("Nobody")
    rows = staticmethod(lambda: User.objects.filter(is_active=True))


class TypeForm(OneForm):
    name, title, none = "type", _("Change the type"), _("No type")
    rows = staticmethod(lambda: LeadType.objects.active())


class PriorityForm(OneForm):
    name, title, none = "priority", _("Change the priority"), _("No priority")
    rows = staticmethod(lambda: LeadPriority.objects.active())


def _reason_field(*, required: bool) -> forms.Field:
    return forms.ModelChoiceField(
        LostReason.objects.active(),
        label=label_of("lost_reason"),
        required=required,
        empty_label=gettext("Choose a reason"),
        error_messages={"required": _("Choose a lost reason.")},
    )


class StatusForm(OneForm):
    """A status; the one marked „Porażka” asks for its reason."""

    name, title = "status", _("Change the status")
    rows = staticmethod(lambda: LeadStatus.objects.active())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lost_reason"] = _reason_field(required=False)
        lost = LeadStatus.objects.active().filter(is_lost=True).first()
        self.lost_status_id = lost.pk if lost else None

    @property
    def asks_lost_reason(self) -> bool:
        return self.lost_status_id is not None and self["value"].value() == str(self.lost_status_id)

    def clean_lost_reason(self) -> LostReason | None:
        """Required with the status marked „Porażka”, and with no other."""
        reason: LostReason | None = self.cleaned_data["lost_reason"]
        if not self.asks_lost_reason:
            return None
        if reason is None:
            raise ValidationError(_("Choose a lost reason."))
        return reason

    def values(self) -> dict[str, Any]:
        reason = self.cleaned_data["lost_reason"]
        return {**super().values(), "lost_reason": reason.pk if reason else None}


class LoseForm(BulkForm):
    title, is_danger = _("Close as lost"), True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lost_reason"] = _reason_field(required=True)

    def values(self) -> dict[str, Any]:
        return {"lost_reason": self.cleaned_data["lost_reason"].pk}

    def button(self, count: int) -> str:
        return ngettext("Mark %(n)s lead as lost", "Mark %(n)s leads as lost", count)


class TagsForm(BulkForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"] = forms.ModelMultipleChoiceField(
            self.offered(), label=label_of("tags"), widget=ColouredSelectMultiple(placeholder=_("Choose tags"))
        )

    def offered(self) -> "QuerySet[LeadTag]":
        return LeadTag.objects.active()

    def values(self) -> dict[str, Any]:
        return {"tags": [tag.pk for tag in self.cleaned_data["tags"]]}


class AddTagsForm(TagsForm):
    title = _("Add tags")


class RemoveTagsForm(TagsForm):
    title = _("Remove tags")

    def offered(self) -> "QuerySet[LeadTag]":
        return LeadTag.objects.all()


class DeleteForm(BulkForm):
    title, is_danger = _("Delete leads"), True

    def button(self, count: int) -> str:
        return ngettext("Delete %(n)s lead", "Delete %(n)s leads", count)


FORMS: dict[str, type[BulkForm]] = {
    Action.SALES_PERSON: SalesPersonForm,
    Action.STATUS: StatusForm,
    Action.TYPE: TypeForm,
    Action.PRIORITY: PriorityForm,
    Action.ADD_TAGS: AddTagsForm,
    Action.REMOVE_TAGS: RemoveTagsForm,
    Action.LOSE: LoseForm,
    Action.DELETE: DeleteForm,
}


def describe(run: BulkRun) -> str:
    """What the run does, in one line: `Lead status: Proposal`."""
    chosen: list[str] = []
    for name, value in run.values.items():
        if value is None:
            none = str(getattr(FORMS[run.action], "none", ""))
            chosen += [none] if none else []
        else:
            model: Any = Lead._meta.get_field(name).related_model
            chosen += map(str, model.objects.filter(pk__in=value if isinstance(value, list) else [value]))
    title = str(run.get_action_display())
    return f"{title}: {', '.join(chosen)}" if chosen else title
