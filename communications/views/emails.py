"""Email: the tab of the section, a message, and what the cards of leads and partners show of e-mails."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from communications import permissions
from communications.emails import EmailList, EmailRow, of_lead, of_partner, rows_of, with_rows
from communications.html.safe import content_ids, remote_images
from communications.invitations import read_invitation
from communications.models import Attachment, Message
from communications.querysets import MessageQuerySet
from communications.threads import once, suggest_leads, thread_of
from crm.models import Partner, User
from crm.requests import signed_in_user
from leads.sections import section_tabs
from leads.views.responses import find_lead, is_htmx, require

SHOWN = 50
SHOWN_TEXT = 100_000


@require_safe
def email_list(request: HttpRequest) -> HttpResponse:
    """The tab; for HTMX its table, with the number on the tab."""
    user = signed_in_user(request)
    require(user.has_perm("communications.view_message"))
    context = {"list": EmailList(user, request.GET), **rights(user)}
    if is_htmx(request):
        response = render(request, "communications/_email_table.html", context)
    else:
        context["tabs"] = section_tabs("communications:email_list", user=user)
        response = render(request, "communications/email_list.html", context)
    return _not_kept(response)


@require_safe
def email_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A message; for HTMX without the page around it, `?card=1` for the card of a lead or partner."""
    user = signed_in_user(request)
    context = message_context(find_email(user, pk), user)
    context["in_card"] = request.GET.get("card") == "1"
    template = "communications/_email.html" if is_htmx(request) else "communications/email_detail.html"
    return _not_kept(render(request, template, context))


@require_safe
def lead_emails(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab Email of a lead's card, and the number on it."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    return render(request, "communications/_lead_emails.html", {"lead": lead, **_block(of_lead(lead, user), user)})


@require_safe
def partner_emails(request: HttpRequest, pk: int) -> HttpResponse:
    """The e-mails of a partner on its card: of its leads, and from and to its addresses."""
    user = signed_in_user(request)
    require(user.has_perm("crm.view_partner") and user.has_perm("communications.view_message"))
    partner = get_object_or_404(Partner, pk=pk)
    context = {"partner": partner, **_block(of_partner(partner, user), user)}
    return render(request, "communications/_partner_emails.html", context)


def find_email(user: User, pk: int) -> Message:
    """The message, or 404 when it does not exist for `user`."""
    rows = Message.objects.visible_to(user).select_related(
        "account",
        "lead__status",
        "lead__sales_person",
        "partner",
        "linked_by",
        "ignored_by",
        "opened_by",
        "outgoing__settled_by",
    )
    return get_object_or_404(rows, pk=pk)


def message_context(message: Message, user: User) -> dict[str, Any]:
    """What is shown of a message."""
    row = row_of(message, user)
    attachments = list(message.attachments.all())
    in_text = content_ids(message.html)
    others = once(Message.objects.visible_to(user).filter(pk__in=thread_of(message).values("pk")), user=user)
    return {
        "row": row,
        "message": message,
        "text": message.text[:SHOWN_TEXT],
        "is_cut": len(message.text) > SHOWN_TEXT,
        "attachments": [one for one in attachments if not (one.is_inline and one.content_id in in_text)],
        "invitation": _invitation(attachments),
        "remote_images": remote_images(message.html),
        "suggested": suggest_leads(message, user=user) if message.needs_processing else [],
        "thread": rows_of(list(with_rows(others).order_by("-sent_at", "-pk")[:SHOWN]), user),
        **rights(user),
    }


def row_of(message: Message, user: User) -> EmailRow:
    """A message with its lead, when the user sees that."""
    [row] = rows_of([message], user)
    return row


def rights(user: User) -> dict[str, Any]:
    """What `user` may do with e-mails."""
    return {
        "may_process": permissions.may_process_mail(user),
        "may_create": permissions.may_make_lead_of_mail(user),
    }


def _invitation(attachments: list[Attachment]) -> Any:
    calendar = next((one for one in attachments if one.content_type == "text/calendar"), None)
    return read_invitation(calendar) if calendar else None


def _block(messages: MessageQuerySet, user: User) -> dict[str, Any]:
    """The newest of some messages, and how many there are."""
    count = messages.order_by().count()
    rows = rows_of(list(with_rows(messages).order_by("-sent_at", "-pk")[:SHOWN]), user) if count else []
    return {"rows": rows, "count": count, "not_shown": max(0, count - SHOWN), **rights(user)}


def _not_kept(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
