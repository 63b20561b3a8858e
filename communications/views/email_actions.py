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
from crm.errors import RuleError, StaleObject
from crm.htmx import Undo, close_dialog, redirect_to, toast, trigger
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads.models import Lead
from leads.views.responses import card_url, is_htmx, require

# Lists are read again after whatever happened, an open message after what its reader did: it is not taken away.
CHANGED, DONE = "mails:changed", "mail:done"
MOST_IDS = 500


@require_POST
def email_create_lead(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Utwórz: a lead of the message; its card opens."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_make_lead_of_mail(user))
    try:
        made = create_lead_of_email(message=message, by=user)
    except StaleObject as refusal:
        return _told(request, str(refusal), status=409)
    except (RuleError, ValidationError) as refusal:
        text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
        return _told(request, text, status=422)
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
        return _told(request, str(refusal), status=409)
    except RuleError as refusal:
        return attach_dialog(request, _attaching(message, user), user=user, problem=str(refusal), status=422)
    undo = Undo(reverse("communications:email_detach", args=[pk]), {})
    return _changed(request, _("The e-mail was attached to lead %(number)s.") % {"number": lead.number}, undo)


@require_POST
def email_detach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Odłącz: take the message from its lead again."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_process_mail(user))
    lead = Lead.objects.visible_to(user).filter(pk=message.lead_id or 0).first()
    if lead is None:
        return _told(request, _("Somebody else has changed this in the meantime."), status=409)
    try:
        detach_email(message=message, lead=lead, by=user)
    except StaleObject as refusal:
        return _told(request, str(refusal), status=409)
    return _changed(request, _("The e-mail was taken from lead %(number)s.") % {"number": lead.number})


@require_POST
def email_ignore(request: HttpRequest) -> HttpResponseBase:
    """Ignorowany: one message or several (`ids`); those that somebody dealt with meanwhile stay as they are."""
    user = signed_in_user(request)
    require(permissions.may_process_mail(user))
    ids = _asked(request)
    done = ignore_emails(ids=ids, by=user)
    text = ngettext("%(count)s e-mail is ignored.", "%(count)s e-mails are ignored.", len(done)) % {"count": len(done)}
    undo = Undo(reverse("communications:email_restore"), {"ids": ",".join(map(str, done))})
    return _processed(request, ids, done, text, undo)


@require_POST
def email_restore(request: HttpRequest) -> HttpResponseBase:
    """The undo of Ignorowany: the messages ask to be processed again."""
    user = signed_in_user(request)
    require(permissions.may_process_mail(user))
    ids = _asked(request)
    done = restore_emails(ids=ids, by=user)
    text = ngettext("%(count)s e-mail waits again.", "%(count)s e-mails wait again.", len(done)) % {"count": len(done)}
    return _processed(request, ids, done, text)


@require_POST
def email_mark_personal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say that a person wrote what looked automatic."""
    user = signed_in_user(request)
    message = find_email(user, pk)
    require(permissions.may_process_mail(user))
    mark_personal(message=message, by=user)
    return _changed(request, _("A lead can be made of this e-mail now."))


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


def _asked(request: HttpRequest) -> list[int]:
    given = ",".join(request.POST.getlist("ids")).split(",")
    return [pk for pk in map(parse_id, given[:MOST_IDS]) if pk is not None]


def _processed(
    request: HttpRequest, ids: list[int], done: list[int], text: str, undo: Undo | None = None
) -> HttpResponseBase:
    if not done:
        return _told(request, _("Somebody else has dealt with this in the meantime."), status=409)
    if left := len(set(ids)) - len(done):
        text += " " + ngettext(
            "%(count)s was dealt with by somebody else.", "%(count)s were dealt with by somebody else.", left
        ) % {"count": left}
    return _changed(request, text, undo)


def _changed(request: HttpRequest, text: str, undo: Undo | None = None) -> HttpResponseBase:
    """What the page shows of e-mails is read again, and a message says what happened."""
    if not is_htmx(request):
        return redirect_to(request, reverse("communications:email_list"), text)
    answer = trigger(trigger(HttpResponse(status=204), CHANGED), DONE)
    return toast(close_dialog(answer), text, undo=undo)


def _told(request: HttpRequest, text: str, *, status: int) -> HttpResponseBase:
    """Nothing was done: a message says why, and what the page shows of e-mails is read again."""
    level = "warning" if status == 409 else "danger"
    if not is_htmx(request):
        return redirect_to(request, reverse("communications:email_list"), text, level)  # type: ignore[arg-type]
    answer = HttpResponse(status=status, headers={"HX-Reswap": "none"})
    return toast(trigger(trigger(answer, CHANGED), DONE), text, level)  # type: ignore[arg-type]
