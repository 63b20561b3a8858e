"""How activities and comments look."""

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.formats import format_day
from crm.text import shown_text
from leads.mentions import mention_pattern
from leads.models import Activity, Comment

register = template.Library()


@register.filter
def due(activity: Activity) -> str:
    """When an activity is due: `Dziś, 14:00`, `Jutro`, `16.11.2026`."""
    days = (activity.due_on - timezone.localdate()).days
    near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    day = near.get(days) or format_day(activity.due_on)
    return f"{day}, {activity.due_at:%H:%M}" if activity.due_at else day


@register.filter
def comment_text(comment: Comment) -> SafeString:
    """The text of a comment, with links and with those marked whom it mentions."""
    names = [mention.name for mention in comment.mentions.all()]
    return shown_text(comment.text, mention_pattern(names), css="comment-mention")
