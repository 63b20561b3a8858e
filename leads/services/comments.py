"""All writes of comments, and telling those who are mentioned."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.history import acting_as
from crm.models import NotificationKind, User
from crm.references import check_references
from crm.services.notifications import notify
from crm.text import check_text
from crm.visibility import viewers_of
from leads.mentions import find_mentions
from leads.models import Comment, CommentMention, Lead
from leads.services.announce import announce

LONGEST = Comment._meta.get_field("text").max_length or 0
QUOTED = 300


def add_comment(*, lead: Lead, text: str, by: User | None) -> Comment:
    """Write a comment on a lead; those it mentions are told, if they may see the lead.

    Raises RuleError at the text.
    """
    with transaction.atomic(), acting_as(by):
        comment = Comment.objects.create(lead=lead, author=by, text=_checked(text))
        check_references()
        _mention(comment, by)
        announce(leads=[lead], by=by)
    comment.refresh_from_db()
    return comment


def edit_comment(*, comment: Comment, text: str, by: User, version: int | None = None) -> Comment:
    """Change the text of a comment; who is mentioned only now is told.

    `version` is the one that the user saw. Raises StaleObject, Comment.DoesNotExist when it is gone, RuleError at the
    text.
    """
    text = _checked(text)
    with transaction.atomic(), acting_as(by):
        stored = Comment.objects.select_for_update(of=("self",)).select_related("lead").get(pk=comment.pk)
        if version is not None and stored.version != version:
            raise StaleObject(_("This comment has been changed in the meantime."))
        if stored.text != text:
            stored.text, stored.edited_at = text, timezone.now()
            stored.save(update_fields=["text", "edited_at"])
            _mention(stored, by)
            announce(leads=[stored.lead], by=by)
            stored.refresh_from_db()
    return stored


def delete_comment(*, comment: Comment, by: User) -> None:
    """Take a comment away for good."""
    with transaction.atomic(), acting_as(by):
        announce(leads=[comment.lead], by=by)
        comment.delete()


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise RuleError(_("Write something first."), field="text")
    if len(text) > LONGEST:
        message = _("A comment may have at most %(limit)s characters; this one has %(count)s.")
        raise RuleError(message % {"limit": LONGEST, "count": len(text)}, field="text")
    try:
        return check_text(text)
    except ValidationError as error:
        raise RuleError(" ".join(error.messages), field="text") from error


def _mention(comment: Comment, by: User | None) -> None:
    """Keep whom the text mentions, and tell those who were not told yet."""
    people = viewers_of(comment.lead.sales_person) if "@" in comment.text else ()
    found = find_mentions(comment.text, people)
    comment.mentions.all().delete()
    CommentMention.objects.bulk_create(
        CommentMention(comment=comment, user=person, name=name) for person, name in found.items()
    )
    for person in found:
        notify(
            user=person,
            kind=NotificationKind.MENTION,
            what=str(comment.lead),
            details=comment.text[:QUOTED],
            url=f"{reverse('leads:lead_detail', args=[comment.lead_id])}#comment-{comment.pk}",
            by=by,
            about=comment.lead,
            key=f"comment:{comment.pk}",
        )
