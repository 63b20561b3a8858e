"""The forms of activities: planning or changing one, and what came of it."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import DateField, PlainText, RemoteSelect
from crm.forms.records import RecordForm
from crm.models import ActivityType, Partner, User
from leads.activity_block import Later
from leads.models import Activity, Lead

LONG_TEXT = Activity._meta.get_field("note").max_length


class ActivityTypes(forms.RadioSelect):
    """The types as buttons with their icons."""

    option_template_name = "django/forms/widgets/activity_type_option.html"
    template_name = "django/forms/widgets/colour.html"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["row"] = getattr(value, "instance", None)
        return option


class ActivityForm(RecordForm):
    """What is to be done, by when and by whom."""

    summary = PlainText(label=_("What is to be done"), max_length=200)
    note = PlainText(
        label=_("Note"), required=False, max_length=LONG_TEXT, widget=forms.Textarea({"rows": 3, "maxlength": None})
    )
    due_on = DateField(label=_("Due date"))

    class Meta:
        model = Activity
        fields = ["type", "summary", "due_on", "due_at", "assignee", "note"]
        widgets = {
            "type": ActivityTypes,
            "due_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        labels = {"type": _("Type"), "due_at": _("Hour"), "assignee": _("Assigned to")}

    def __init__(self, *args: Any, of: Lead | Partner, user: User, **options: Any) -> None:
        super().__init__(*args, auto_id="activity-%s", **options)
        activity: Activity = self.instance
        types: Any = self.fields["type"]
        types.queryset = ActivityType.objects.filter(Q(is_archived=False) | Q(pk=activity.type_id))
        types.empty_label = None
        people: Any = self.fields["assignee"]
        people.queryset = User.objects.filter(Q(is_active=True) | Q(pk=activity.assignee_id))
        url = reverse("leads:lead_people", args=[of.pk]) if isinstance(of, Lead) else reverse("crm:user_search")
        people.widget = RemoteSelect(url, placeholder=_("Search for a person…"))
        people.widget.choices = people.choices
        if activity.pk is None:
            self.initial.setdefault("type", next(iter(types.queryset.values_list("pk", flat=True)[:1]), None))
            self.initial.setdefault("assignee", user.pk)
            self.initial.setdefault("due_on", Later.TODAY.day)

    @property
    def later(self) -> list[Later]:
        """The quick choices of the due day."""
        return list(Later)


class FeedbackForm(forms.Form):
    """What came of an activity."""

    feedback = PlainText(
        label=_("How did it go?"), required=False, max_length=LONG_TEXT, widget=forms.Textarea({"rows": 3})
    )
