"""The form of a comment."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import PlainText
from crm.forms.records import RecordForm
from leads.models import Comment, Lead


class CommentForm(RecordForm):
    """What somebody writes; the service says what is wrong with it, and the field holds any length, so that nothing
    that was pasted is cut off in silence.
    """

    text = PlainText(label=_("Comment"), required=False, widget=forms.Textarea({"rows": 2}))

    class Meta:
        model = Comment
        fields = ["text"]

    def __init__(self, *args: Any, of: Lead, **options: Any) -> None:
        comment: Comment | None = options.get("instance")
        super().__init__(*args, auto_id=f"comment-{comment.pk}-%s" if comment else "comment-%s", **options)
        self.fields["text"].widget.attrs |= {
            "data-mentions": reverse("leads:lead_people", args=[of.pk]),
            "data-mentions-label": _("People to mention"),
            "data-mentions-count": _("Suggestions: %(count)s. Choose with the arrow keys and Enter."),
            "data-mentions-none": _("Nobody found"),
            "placeholder": _("Write a comment, @ mentions somebody…"),
        }
