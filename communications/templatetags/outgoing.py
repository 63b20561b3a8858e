"""What the templates of e-mails need."""

from django import template

from communications.models import OutgoingMail
from communications.permissions_outgoing import may_settle as _may_settle
from communications.smtp_problems import explain
from crm.models import User

register = template.Library()

COLOURS = {"waiting": "blue", "sending": "blue", "sent": "green", "failed": "red", "unknown": "orange"}
ICONS = {"waiting": "clock", "sending": "send", "sent": "check", "failed": "alert-circle", "unknown": "help-circle"}


@register.filter
def state_colour(mail: OutgoingMail) -> str:
    """The colour of its state, of the palette."""
    return COLOURS[mail.state]


@register.filter
def state_icon(mail: OutgoingMail) -> str:
    """The name of the icon of its state."""
    return ICONS[mail.state]


@register.filter
def mail_problem(mail: OutgoingMail) -> str:
    """What went wrong, as a sentence."""
    return explain(mail)


@register.filter
def may_be_settled_by(mail: OutgoingMail, user: User) -> bool:
    """Whether `user` sends it again or takes it away."""
    return _may_settle(user, mail)
