"""Bulk changes of the leads selected in the list: the question, the work with its progress, the result, the undo."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import RuleError
from crm.formats import format_number
from crm.htmx import close_dialog, render_form_error, toast, trigger
from crm.models import User
from crm.requests import signed_in_user
from leads import background, permissions
from leads.bulk_forms import FORMS, BulkForm, describe
from leads.bulk_report import reasons_of
from leads.models import BulkRun
from leads.selection import Selection, read_selection
from leads.services import bulk
from leads.views.responses import is_htmx, require


@require_POST
def bulk_ask(request: HttpRequest, action: str) -> HttpResponseBase:
    """The question of an action: what the leads shall get, and how many they are."""
    user = _user_who_may(request, action)
    try:
        selection = read_selection(request.POST)
        return render(request, "leads/_bulk_ask.html", _question(user, action, selection, FORMS[action]()))
    except RuleError as refusal:
        return _refused(refusal)


@require_POST
def bulk_start(request: HttpRequest, action: str) -> HttpResponseBase:
    """Do it: few leads while the user waits, many in the background."""
    user = _user_who_may(request, action)
    form = FORMS[action](request.POST)
    try:
        selection = read_selection(request.POST)
        if not form.is_valid():
            return render_form_error(request, "leads/_bulk_ask.html", _question(user, action, selection, form))
        run = bulk.start_bulk(action=action, values=form.values(), selection=selection, by=user)
    except RuleError as refusal:
        return _refused(refusal)
    return _changed(render(request, "leads/_bulk_dialog.html", _context(run, user)), run)


@require_GET
def bulk_last(request: HttpRequest) -> HttpResponseBase:
    """The user's last bulk change, with its undo."""
    user = signed_in_user(request)
    require(permissions.may_change_many(user))
    run = bulk.last_bulk(user)
    context = _context(run, user) if run else {}
    return render(request, "leads/_bulk_dialog.html" if is_htmx(request) else "leads/bulk_detail.html", context)


@require_GET
def bulk_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A bulk change: at work, or with its result."""
    run, user = _run(request, pk)
    return render(request, "leads/bulk_detail.html", _context(run, user))


@require_GET
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The state of the run for a page that watches it."""
    run, user = _run(request, pk)
    return _state(request, run, user)


@require_POST
def bulk_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop after the leads that are at work."""
    run, user = _run(request, pk)
    return _state(request, bulk.cancel_bulk(run=run, by=user), user)


@require_POST
def bulk_resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go on with what failed or was stopped."""
    run, user = _run(request, pk)
    try:
        run = bulk.resume_bulk(run=run, by=user)
    except RuleError as refusal:
        return _refused(refusal)
    return _state(request, run, user)


@require_POST
def bulk_undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the last bulk change back."""
    run, user = _run(request, pk)
    require(permissions.may_edit(user))
    try:
        run = bulk.undo_bulk(run=run, by=user)
    except RuleError as refusal:
        return _refused(refusal)
    return _state(request, run, user)


def _user_who_may(request: HttpRequest, action: str) -> User:
    user = signed_in_user(request)
    if action not in FORMS:
        raise Http404
    require(permissions.may_change_many(user) if action == BulkRun.Action.DELETE else permissions.may_edit(user))
    return user


def _run(request: HttpRequest, pk: int) -> tuple[BulkRun, User]:
    user = signed_in_user(request)
    require(permissions.may_change_many(user))
    return get_object_or_404(BulkRun.objects.visible_to(user), pk=pk), user


def _question(user: User, action: str, selection: Selection, form: BulkForm) -> dict[str, Any]:
    count = selection.count(user)
    if not count:
        raise RuleError(_("No lead is selected."))
    return {
        "action": action,
        "form": form,
        "count": count,
        "button": form.button(count) % {"n": format_number(count)},
        "selection": selection,
        "ids": ",".join(map(str, selection.ids or ())),
        "in_background": count > bulk.IN_REQUEST,
    }


def _context(run: BulkRun, user: User) -> dict[str, Any]:
    background.watch(run)
    return {
        "run": run,
        "what": describe(run),
        "reasons": [] if run.is_busy else reasons_of(run),
        "can_undo": permissions.may_edit(user) and bulk.can_undo(run=run, by=user),
    }


def _state(request: HttpRequest, run: BulkRun, user: User) -> HttpResponseBase:
    return _changed(render(request, "leads/_bulk_state.html", _context(run, user)), run)


def _changed(response: HttpResponseBase, run: BulkRun) -> HttpResponseBase:
    """Once the work is over, the list behind shows what it has done."""
    return response if run.is_busy else trigger(response, "leads:changed")


def _refused(refusal: RuleError) -> HttpResponseBase:
    response = HttpResponse(status=422, headers={"HX-Reswap": "none"})
    return close_dialog(toast(response, str(refusal), "danger"))
