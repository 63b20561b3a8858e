"""What is done with e-mails: a lead is made of one, it is linked, ignored, taken back, opened."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from communications import permissions
from communications.attaching import Attaching, attach_dialog
from communications.models import Message
from communications.services.emails import (
    attach_email,
    create_lead_of_email,
    detach_email,
    ignore_emails,
    mark_personal,
    open_reply,
    restore_emails,
)
from communications.threads import suggest_leads
from communications.views.emails import find_email
from communications.views.inbox import Inbox, asked_ids
from crm.errors import RuleError, StaleObject
from crm.htmx import Undo, redirect_to, trigger
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads.models import Lead
from leads.views.responses import card_url, require

# Lists are read again after whatever happened, an open message after what its reader did: it is not taken away.
EMAILS = Inbox("communications:email_list", ("mails:changed", "mail:done"))


@require_POST
def email_create_lead(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Utwórz: a lead of the message; its card opens."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_make_lead_of_mail(user))
    try:
        made = create_lead_of_email(message=message, by=user)
    except (RuleError, ValidationError) as refusal:
        return EMAILS.refused(request, refusal)
    text = _("Lead %(number)s was created.") % {"number": made.lead.number}
    if made.left_out:
        left_out = ", ".join(made.left_out)
        text += " " + _("These attachments stay in the e-mail alone, they are too large or empty: %(names)s.") % {
            "names": left_out
        }
    return redirect_to(request, card_url(user, made.lead.pk), text, "warning" if made.left_out else "success")


@require_http_methods(["GET", "HEAD", "POST"])
def email_attach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Dołącz: choose a lead (the suggested ones first, any other by search), and link the message to it."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_process_mail(user))
    if request.method != "POST":
        return attach_dialog(request, _attaching(message, user), user=user)
    lead = Lead.objects.visible_to(user).filter(pk=parse_id(request.POST.get("lead", "")) or 0).first()
    if lead is None:
        problem = _("This lead does not exist any more. Choose another one.")
        return attach_dialog(request, _attaching(message, user), user=user, problem=problem, status=422)
    try:
        attach_email(message=message, lead=lead, by=user)
    except StaleObject as refusal:
        return EMAILS.refused(request, refusal)
    except RuleError as refusal:
        return attach_dialog(request, _attaching(message, user), user=user, problem=str(refusal), status=422)
    undo = Undo(reverse("communications:email_detach", args=[pk]), {})
    text = _("The e-mail was attached to lead %(number)s.") % {"number": lead.number}
    return EMAILS.changed(request, text, undo=undo)


@require_POST
def email_detach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Odłącz: take the message from its lead again."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_process_mail(user))
    lead = Lead.objects.visible_to(user).filter(pk=message.lead_id or 0).first()
    if lead is None:
        return EMAILS.told(request, _("Somebody else has changed this in the meantime."), status=409)
    try:
        detach_email(message=message, lead=lead, by=user)
    except StaleObject as refusal:
        return EMAILS.refused(request, refusal)
    return EMAILS.changed(request, _("The e-mail was taken from lead %(number)s.") % {"number": lead.number})


@require_POST
def email_ignore(request: HttpRequest) -> HttpResponseBase:
    """Ignorowany: one message or several (`ids`); those that somebody dealt with meanwhile stay as they are."""
    user = signed_in_user(request)
    require(permissions.may_process_mail(user))
    ids = asked_ids(request)
    done = ignore_emails(ids=ids, by=user)
    text = ngettext("%(count)s e-mail is ignored.", "%(count)s e-mails are ignored.", len(done)) % {"count": len(done)}
    undo_url = reverse("communications:email_restore")
    return EMAILS.processed(request, asked=ids, done=done, text=text, undo_url=undo_url)


@require_POST
def email_restore(request: HttpRequest) -> HttpResponseBase:
    """The undo of Ignorowany: the messages ask to be processed again."""
    user = signed_in_user(request)
    require(permissions.may_process_mail(user))
    ids = asked_ids(request)
    done = restore_emails(ids=ids, by=user)
    text = ngettext("%(count)s e-mail waits again.", "%(count)s e-mails wait again.", len(done)) % {"count": len(done)}
    return EMAILS.processed(request, asked=ids, done=done, text=text)


@require_POST
def email_mark_personal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say that a person wrote what looked automatic."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_process_mail(user))
    mark_personal(message=message, by=user)
    return EMAILS.changed(request, _("A lead can be made of this e-mail now."))


@require_POST
def email_opened(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new reply is shown to its reader: it is bold no more."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(user.has_perm("communications.view_message"))
    answer = HttpResponse(status=204)
    return trigger(answer, "mail:opened", id=pk) if open_reply(message=message, by=user) else answer


def _attaching(message: Message, user: User) -> Attaching:
    return Attaching(
        what=_("E-mail “%(subject)s”") % {"subject": message.subject[:80] or _("(no subject)")},
        url=reverse("communications:email_attach", args=[message.pk]),
        back_url=reverse("communications:email_list"),
        suggested=[found.lead for found in suggest_leads(message, user=user)],
    )
