"""Comments on a lead, and who is mentioned in them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.models.versioned import Versioned
from leads.models.lead import Lead
from leads.querysets_attached import CommentQuerySet


class Comment(Versioned):
    """What somebody wrote about a lead: plain text, made HTML only when it is shown. It goes with its lead."""

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="comments", db_index=False
    )
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="comments", editable=False
    )
    text = models.TextField(_("comment"), max_length=10_000)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True, editable=False)
    mentioned = models.ManyToManyField(User, through="CommentMention", related_name="+", editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar[list[str]] = ["-pk"]
        permissions = [("delete_any_comment", _("Can delete comments of others"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_text_not_empty"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index("lead", "id", name="comment_by_lead")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers]

    def __str__(self) -> str:
        return self.text[:80]


class CommentMention(models.Model):
    """Somebody who may see the lead, mentioned in a comment; `name` is how the text calls them."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=320)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "user"], name="commentmention_unique"),
        ]

    def __str__(self) -> str:
        return f"@{self.name}"
