"""„Przechowywanie”: for how many months things are kept, what goes next, and what has gone."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.requests import signed_in_user
from leads import background
from leads.forms_people import RetentionForm
from leads.models import RetentionRun
from leads.personal.retention import kind_of, months_of_all, previews
from leads.services import retention
from leads.views.people import may_manage, people_tabs

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def retention_edit(request: HttpRequest) -> HttpResponseBase:
    """The months of each kind, with what goes next and the log."""
    user = signed_in_user(request)
    form = RetentionForm(request.POST or None)
    if form.is_valid():
        try:
            retention.set_retention(months=form.months, seen=form.seen, by=user)
        except StaleObject as stale:
            form = RetentionForm()
            context = {"stale": str(stale)}
            return render(request, "leads/retention_edit.html", _context(request, form) | context, status=409)
        return redirect_to(request, request.path, _("Saved. What is over its time goes every night."))
    return render(request, "leads/retention_edit.html", _context(request, form), status=422 if form.is_bound else 200)


@require_GET
@may_manage
def retention_preview(request: HttpRequest) -> HttpResponseBase:
    """What would go with the months that are typed, before they are saved."""
    form = RetentionForm(request.GET)
    form.is_valid()
    context = {"previews": previews(form.months, signed_in_user(request)), "is_draft": form.months != months_of_all()}
    return render(request, "leads/_retention_preview.html", context)


@require_GET
@may_manage
def retention_log(request: HttpRequest) -> HttpResponseBase:
    """The log, for a page that watches a run."""
    return render(request, "leads/_retention_log.html", _log(request))


@require_POST
@may_manage
def retention_start(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Usuń teraz."""
    found = kind_of(kind)
    if found is None:
        raise Http404
    try:
        run = retention.start_retention(kind=found, by=signed_in_user(request))
    except RuleError as refusal:
        return _back(request, str(refusal), "danger")
    return _back(request, _("It has begun.") if run else _("There is nothing to take away now."))


@require_POST
@may_manage
def retention_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop after the rows that are at work."""
    retention.cancel_retention(run=_run(request, pk), by=signed_in_user(request))
    return _back(request)


@require_POST
@may_manage
def retention_resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go on with what failed or was stopped."""
    try:
        retention.resume_retention(run=_run(request, pk), by=signed_in_user(request))
    except RuleError as refusal:
        return _back(request, str(refusal), "danger")
    return _back(request)


def _run(request: HttpRequest, pk: int) -> RetentionRun:
    return get_object_or_404(RetentionRun.objects.visible_to(signed_in_user(request)), pk=pk)


def _back(request: HttpRequest, text: str = "", level: Any = "success") -> HttpResponseBase:
    return redirect_to(request, reverse("leads:retention_edit"), text, level)


def _context(request: HttpRequest, form: RetentionForm) -> dict[str, Any]:
    user = signed_in_user(request)
    shown = previews(months_of_all(), user)
    return {"form": form, "tabs": people_tabs("retention"), "previews": shown, "is_draft": False, **_log(request)}


def _log(request: HttpRequest) -> dict[str, Any]:
    runs = list(RetentionRun.objects.visible_to(signed_in_user(request)).select_related("by")[:LISTED])
    for run in runs:
        background.watch(run)
    kinds = {run.kind: kind_of(run.kind) for run in runs}
    return {"runs": [(run, kinds[run.kind]) for run in runs], "is_busy": any(run.is_busy for run in runs)}
