"""What is done with calls: a lead is made of one, it is linked, ignored, taken back; a number is called."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from communications import permissions
from communications.attaching import Attaching, attach_dialog
from communications.calls import rows_of
from communications.models import Call
from communications.services.calls import create_lead_of_call, shown_number, start_call
from communications.services.inbox import attach_item, detach_item, ignore_items, restore_items
from communications.views.calls import find_call
from communications.views.inbox import Inbox, asked_ids
from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.models import User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads.models import Lead
from leads.views.responses import card_url, find_lead, require

CALLS = Inbox("communications:call_list", ("calls:changed",))


@require_POST
def call_create_lead(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Utwórz: a lead of the call; its card opens."""
    user = signed_in_user(request)
    call = find_call(user, pk)
    require(permissions.may_make_lead(user))
    try:
        lead = create_lead_of_call(call=call, by=user)
    except (RuleError, ValidationError) as refusal:
        return CALLS.refused(request, refusal)
    return redirect_to(request, card_url(user, lead.pk), _("Lead %(number)s was created.") % {"number": lead.number})


@require_http_methods(["GET", "HEAD", "POST"])
def call_attach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Dołącz: choose a lead (the suggested ones first, any other by search), and link the call to it."""
    user = signed_in_user(request)
    call = find_call(user, pk)
    require(permissions.may_process(user))
    if request.method != "POST":
        return attach_dialog(request, _attaching(call, user), user=user)
    lead = Lead.objects.visible_to(user).filter(pk=parse_id(request.POST.get("lead", "")) or 0).first()
    if lead is None:
        problem = _("This lead does not exist any more. Choose another one.")
        return attach_dialog(request, _attaching(call, user), user=user, problem=problem, status=422)
    try:
        attach_item(item=call, lead=lead, by=user)
    except StaleObject as refusal:
        return CALLS.refused(request, refusal)
    except RuleError as refusal:
        return attach_dialog(request, _attaching(call, user), user=user, problem=str(refusal), status=422)
    return CALLS.changed(request, _("The call was attached to lead %(number)s.") % {"number": lead.number})


def _attaching(call: Call, user: User) -> Attaching:
    return Attaching(
        what=_("Call %(number)s") % {"number": shown_number(call) or _("from a hidden number")},
        url=reverse("communications:call_attach", args=[call.pk]),
        back_url=reverse("communications:call_list"),
        suggested=rows_of([call], user)[0].found.leads,
    )


@require_POST
def call_detach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Odłącz: take the call from its lead again."""
    user = signed_in_user(request)
    call = find_call(user, pk)
    require(permissions.may_process(user))
    lead = Lead.objects.visible_to(user).filter(pk=call.lead_id or 0).first()
    if lead is None:
        return CALLS.told(request, _("Somebody else has changed this in the meantime."), status=409)
    try:
        detach_item(item=call, lead=lead, by=user)
    except StaleObject as refusal:
        return CALLS.refused(request, refusal)
    return CALLS.changed(request, _("The call was taken from lead %(number)s.") % {"number": lead.number})


@require_POST
def call_ignore(request: HttpRequest) -> HttpResponseBase:
    """Ignorowany: one call or several (`ids`); those that somebody dealt with meanwhile stay as they are."""
    user = signed_in_user(request)
    require(permissions.may_process(user))
    ids = asked_ids(request)
    done = ignore_items(items=Call.objects.of(user).filter(pk__in=ids), by=user)
    text = ngettext("%(count)s call is ignored.", "%(count)s calls are ignored.", len(done)) % {"count": len(done)}
    undo_url = reverse("communications:call_restore")
    return CALLS.processed(request, asked=ids, done=done, text=text, undo_url=undo_url)


@require_POST
def call_restore(request: HttpRequest) -> HttpResponseBase:
    """The undo of Ignorowany: the calls ask to be processed again."""
    user = signed_in_user(request)
    require(permissions.may_process(user))
    ids = asked_ids(request)
    done = restore_items(items=Call.objects.of(user).filter(pk__in=ids))
    text = ngettext("%(count)s call waits again.", "%(count)s calls wait again.", len(done)) % {"count": len(done)}
    return CALLS.processed(request, asked=ids, done=done, text=text)


@require_POST
def lead_call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Zadzwoń: the telephony lets the user's phone ring, and calls the lead from it."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(user.has_perm("communications.view_call"))
    try:
        start_call(lead=lead, by=user)
    except RuleError as refusal:
        return CALLS.told(request, str(refusal), status=422, back=card_url(user, pk))
    text = _("Pick up your phone: %(number)s is being called.") % {"number": lead.phone}
    return CALLS.changed(request, text, back=card_url(user, pk))
