"""„Napisz e-mail”: the dialog, what a template makes of a lead, and what became of an e-mail."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communications.composing import Composition, find_composition, find_lead, may_write
from communications.forms.compose import ComposeForm
from communications.mail_fields import fill_html, fill_line
from communications.mail_writing import MAX_ATTACHED
from communications.models import EmailTemplate, OutgoingMail
from communications.permissions_outgoing import may_settle
from communications.services.send_mail import discard_mail, mark_sent, queue_mail, send_again
from crm.errors import RuleError
from crm.htmx import close_dialog, redirect_to, toast, trigger
from crm.models import User
from crm.requests import signed_in_user
from crm.views.records import is_htmx


@require_http_methods(["GET", "POST"])
def mail_compose(request: HttpRequest) -> HttpResponseBase:
    """The dialog: `?lead=`, `?reply=&all=1`, or `?about=<word>:<pk>` (leads.mailing). POST queues the e-mail."""
    user = signed_in_user(request)
    if not may_write(user):
        raise PermissionDenied
    composition = find_composition(request.GET, user)
    if request.method != "POST":
        return _dialog(request, composition, ComposeForm(composition=composition))
    form = ComposeForm(request.POST, request.FILES, composition=composition)
    if form.is_valid():
        try:
            _queue(form, composition)
        except RuleError as refusal:
            form.refuse(refusal)
        else:
            return _queued(request, composition)
    return _dialog(request, composition, form, status=422)


@require_safe
def mail_template(request: HttpRequest, pk: int, lead_pk: int) -> JsonResponse:
    """The subject and text of a template for a lead, and the fields that the lead leaves empty."""
    user = signed_in_user(request)
    lead = find_lead(user, lead_pk)
    template = get_object_or_404(EmailTemplate.objects.fitting(lead), pk=pk)
    subject = fill_line(template.subject, lead=lead, user=user)
    body = fill_html(template.body, lead=lead, user=user)
    empty = dict.fromkeys(field.title for field in (*subject.empty, *body.empty))
    warning = _("This lead has no value for: %(empty)s") % {"empty": ", ".join(empty)} if empty else ""
    return JsonResponse({"subject": subject.text, "body": body.text, "warning": warning})


@require_safe
def mail_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an e-mail stands; it asks again by itself while it moves."""
    return _state(request, _find(signed_in_user(request), pk))


@require_POST
def mail_send_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send what failed, or what nobody knows of, once more."""
    return _settle(request, pk, send_again, _("The e-mail will be sent again."))


@require_POST
def mail_mark_sent(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take for sent what nobody knows of."""
    return _settle(request, pk, mark_sent, _("The e-mail counts as sent."))


@require_POST
def mail_discard(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take away an e-mail that did not go out."""
    user = signed_in_user(request)
    mail = _find(user, pk)
    _require(may_settle(user, mail))
    try:
        discard_mail(mail=mail, by=user)
    except RuleError as refusal:
        return _refused(request, user, pk, refusal)
    text = _("The e-mail was deleted.")
    if not is_htmx(request):
        return redirect_to(request, _place(mail.message.lead_id), text)
    return toast(trigger(HttpResponse(""), "mails:changed"), text)


def _queue(form: ComposeForm, composition: Composition) -> None:
    letter, typed = form.letter(), form.cleaned_data
    with transaction.atomic():
        mail = queue_mail(letter=letter, account=typed["account"], by=composition.user, key=typed["once"])
        if composition.source is not None and form.is_complete:
            composition.source.sent(pk=composition.about, user=composition.user, mail=mail.pk)


def _queued(request: HttpRequest, composition: Composition) -> HttpResponseBase:
    text = _("The e-mail is being sent. Its state stands by it.")
    if not is_htmx(request):
        return redirect_to(request, _place(composition.lead.pk if composition.lead else None), text)
    return toast(trigger(close_dialog(), "mails:changed"), text)


def _dialog(request: HttpRequest, composition: Composition, form: ComposeForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "composition": composition,
        "form": form,
        "megabytes": MAX_ATTACHED // 2**20,
        "layout": "components/modal.html" if is_htmx(request) else "communications/mail_page.html",
    }
    return render(request, "communications/mail_compose.html", context, status=status)


def _find(user: User, pk: int) -> OutgoingMail:
    rows = OutgoingMail.objects.visible_to(user)
    found: OutgoingMail = get_object_or_404(rows.select_related("message__account", "by", "settled_by"), pk=pk)
    return found


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _settle(request: HttpRequest, pk: int, act: Any, text: str) -> HttpResponseBase:
    user = signed_in_user(request)
    mail = _find(user, pk)
    _require(may_settle(user, mail))
    try:
        act(mail=mail, by=user)
    except RuleError as refusal:
        return _refused(request, user, pk, refusal)
    if not is_htmx(request):
        return redirect_to(request, _place(mail.message.lead_id), text)
    return toast(_state(request, _find(user, pk)), text)


def _refused(request: HttpRequest, user: User, pk: int, refusal: RuleError) -> HttpResponseBase:
    """The state as it is by now, and why nothing was done."""
    return toast(_state(request, _find(user, pk)), str(refusal), "warning")


def _state(request: HttpRequest, mail: OutgoingMail) -> HttpResponse:
    return render(request, "communications/_mail_state.html", {"mail": mail})


def _place(lead_id: int | None) -> str:
    return f"{reverse('leads:lead_detail', args=[lead_id])}#emails" if lead_id else reverse("leads:my_day")
