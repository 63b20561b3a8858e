"""Mój dzień: the page, and what is changed from its rows. Whatever was changed, all its blocks are read again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import Undo, close_dialog, redirect_to, toast, trigger
from crm.requests import signed_in_user
from leads import permissions
from leads.cell_forms import CellForm
from leads.history import text_of
from leads.models import Lead
from leads.my_day import WHOSE, Scope, blocks_of, in_columns, offered_to
from leads.my_day_blocks import CLOSING, DESCRIPTION, PERSON, STATUS
from leads.services import update_lead
from leads.views.responses import card_url, find_lead, is_htmx, require, version_of, what_became

EVENING = 18


@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """The page; for HTMX its blocks."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    scope = Scope.of(user, request.GET.get("who", ""))
    blocks = blocks_of(scope)
    now = timezone.localtime()
    context = {
        "scope": scope,
        "whose": [(name, WHOSE[name]) for name in offered_to(user)],
        "columns": in_columns([block for block in blocks if block.count]),
        "in_order": [block for block in blocks if not block.count],
        "today": now.date(),
        "is_evening": now.hour >= EVENING,
        "is_done": not any(block.count for block in blocks),
        "may_create": permissions.may_create(user),
    }
    response = render(request, "leads/_my_day.html" if is_htmx(request) else "leads/my_day.html", context)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def day_change(request: HttpRequest, pk: int, field: str) -> HttpResponseBase:
    """One field of a lead, in a dialog or by a quick choice."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_edit(user))
    if field not in (CLOSING, DESCRIPTION, STATUS, PERSON):
        raise Http404
    if request.method != "POST":
        return _dialog(request, CellForm(lead=lead, name=field, user=user))
    form = CellForm(request.POST, lead=lead, name=field, user=user, gives_back="undo" in request.POST)
    if not form.is_valid():
        return _refused(request, form)
    before = form.stored_value()
    try:
        stored = update_lead(lead=lead, values=form.values(), by=user, version=version_of(request) or 0)
    except StaleObject:
        return _outdated(request, form, find_lead(user, pk))
    except (RuleError, ValidationError) as refusal:
        form.refuse(refusal)
        return _refused(request, form)
    except Lead.DoesNotExist as gone:
        raise what_became(user, pk) from gone
    return _changed(request, stored, field, before=before)


def _changed(request: HttpRequest, lead: Lead, field: str, *, before: str) -> HttpResponseBase:
    """What was changed is said, with a way back for who still may change it."""
    stored: Any = Lead._meta.get_field(field)
    value = text_of(stored, getattr(lead, field)) or _("none")
    told = {
        CLOSING: _("Lead %(number)s: expected closing %(value)s."),
        DESCRIPTION: _("Lead %(number)s has a description now."),
        STATUS: _("Lead %(number)s: status %(value)s."),
        PERSON: _("Lead %(number)s: sales person %(value)s."),
    }[field]
    text = told % {"number": lead.number, "value": value}
    if not is_htmx(request):
        return redirect_to(request, card_url(signed_in_user(request), lead.pk), text)
    answer = trigger(HttpResponse(status=204), "my-day:changed", id=lead.pk)
    return close_dialog(toast(answer, text, undo=_undo(request, lead, field, before)))


def _undo(request: HttpRequest, lead: Lead, field: str, before: str) -> Undo | None:
    """What gives the field back what it held; None for an undo itself, and for a lead that the user gave out of their
    hands."""
    user = signed_in_user(request)
    values = {"value": before, "version": str(lead.version), "undo": "1"}
    kept = CellForm(values, lead=lead, name=field, user=user, gives_back=True)
    is_seen = Lead.objects.visible_to(user).filter(pk=lead.pk).exists()
    if "undo" in request.POST or not is_seen or kept.obstacle or not kept.is_valid():
        return None
    return Undo(request.path, values)


def _refused(request: HttpRequest, form: CellForm) -> HttpResponseBase:
    """422 in the dialog; without one, as a message."""
    if _asks_dialog(request):
        return _dialog(request, form, status=422)
    answer = toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), " ".join(form.error_texts), "danger")
    return trigger(answer, "my-day:changed", id=form.lead.pk)


def _asks_dialog(request: HttpRequest) -> bool:
    """Whether the answer has a place where a form can be shown: the dialog, or a page of its own."""
    return not is_htmx(request) or request.htmx.target == "modal"  # type: ignore[attr-defined]


def _outdated(request: HttpRequest, form: CellForm, stored: Lead) -> HttpResponseBase:
    """Somebody saved the lead meanwhile: the dialog says so, and keeps what was typed; a quick choice only says so."""
    told = _("Somebody else has saved this lead in the meantime.")
    if not _asks_dialog(request):
        answer = toast(HttpResponse(status=409, headers={"HX-Reswap": "none"}), told, "warning")
        return trigger(answer, "my-day:changed", id=stored.pk)
    form.lead = stored
    return _dialog(request, form, status=409, told=told, theirs=form.texts(stored)[1])


def _dialog(request: HttpRequest, form: CellForm, *, status: int = 200, **more: str) -> HttpResponse:
    layout = "components/modal.html" if is_htmx(request) else "crm/record_dialog.html"
    context = {"form": form, "lead": form.lead, "field": form.name, "layout": layout, **more}
    return render(request, "leads/day_change.html", context, status=status)
