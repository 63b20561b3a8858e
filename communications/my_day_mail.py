"""What waits among e-mails, for Mój dzień (leads.my_day.Provider)."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from communications import permissions
from communications.emails import is_set_up, rows_of, waiting_for, with_rows
from communications.models import Message
from communications.threads import once
from crm.querysets import OneOf
from leads.my_day import ALL, COUNTED, SHOWN, Block, Scope


def emails_to_process(scope: Scope) -> Block | None:
    """E-mails that are neither linked to a lead nor ignored, the newest first: those of the user's own accounts and of
    the shared ones, whoever's work is looked at.
    """
    if not is_set_up(scope.user):
        return None
    messages = waiting_for(scope.user)
    count = messages.order_by()[: COUNTED + 1].count()
    return Block(
        key="emails",
        title=_("E-mails to process"),
        icon="mail",
        row="communications/_day_email.html",
        rows=rows_of(list(with_rows(messages)[:SHOWN]), scope.user) if count else [],
        count=count,
        empty=_("Every e-mail has been processed."),
        url=reverse("communications:email_list"),
        context={
            "may_process": permissions.may_process_mail(scope.user),
            "may_create": permissions.may_make_lead_of_mail(scope.user),
        },
    )


def new_replies(scope: Scope) -> Block | None:
    """Nowe odpowiedzi: what customers answered, until it is opened; on closed leads and leads of nobody, too."""
    if not scope.user.has_perm("communications.view_message"):
        return None
    # Those unopened are few; PostgreSQL cannot know it, and would begin with the leads.
    unopened = ArraySubquery(Message.objects.unopened_replies().order_by().values("pk"))
    replies = Message.objects.visible_to(scope.user).filter(OneOf(F("pk"), unopened))
    if scope.whose != ALL:
        replies = replies.filter(Q(lead__sales_person__in=scope.people) | Q(lead__sales_person__isnull=True))
    replies = once(replies, user=scope.user)
    count = replies.order_by()[: COUNTED + 1].count()
    return Block(
        key="replies",
        title=_("New replies"),
        icon="mail-down",
        row="communications/_day_email.html",
        rows=rows_of(list(with_rows(replies)[:SHOWN]), scope.user) if count else [],
        count=count,
        empty=_("No reply waits to be read."),
        context={},
    )
