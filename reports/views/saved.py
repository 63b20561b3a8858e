"""Saved reports: opening one, keeping what the page shows, and what is done with them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import RuleError
from crm.htmx import asking_page, redirect_to, render_form_error, toast
from crm.models import User
from crm.requests import signed_in_user
from leads.views.responses import require
from reports.forms import SavedReportForm
from reports.models import SavedReport
from reports.permissions import may_change_report, may_report
from reports.report import PAGE
from reports.saved import open_report, read_shown, saved_url
from reports.services.saved_reports import change_report, create_report, delete_report, update_report

FORM = "reports/_saved_report_form.html"


@require_GET
def report_open(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as it was kept; what its filter names and is gone is left out, and told."""
    user, saved = _find(request, pk)
    url, gone = open_report(saved, user=user)
    if gone:
        text = ngettext(
            "Report “%(report)s” is shown without the filter %(fields)s: what it names has been deleted."
            " Update the report.",
            "Report “%(report)s” is shown without the filters %(fields)s: what they name has been deleted."
            " Update the report.",
            len(gone),
        )
        messages.error(request, text % {"report": saved.name, "fields": ", ".join(gone)})
    return redirect(url)


@require_GET
def report_list(request: HttpRequest) -> HttpResponseBase:
    """All saved reports that the user may open, with what can be done with each."""
    user = signed_in_user(request)
    require(may_report(user))
    rows = [(saved, may_change_report(user, saved)) for saved in SavedReport.objects.visible_to(user)]
    return render(request, "reports/_saved_report_list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def report_create(request: HttpRequest) -> HttpResponseBase:
    """Keep the report that the page shows under a name."""
    user = signed_in_user(request)
    require(may_report(user))
    if request.method != "POST":
        address = asking_page(request) or PAGE.url
        try:
            read_shown(address, user=user)
        except RuleError as refusal:
            return _refused(refusal)
        return render(request, FORM, {"form": SavedReportForm(initial={"address": address})})
    form = SavedReportForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            shown = read_shown(data["address"], user=user)
            saved = create_report(
                name=data["name"], kind=shown.kind, query=shown.query, is_shared=data["is_shared"], by=user
            )
        except RuleError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            text = _("Report “%(name)s” saved.") % {"name": saved.name}
            return redirect_to(request, _url_of(saved), text)
    return render_form_error(request, FORM, {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename, share."""
    user, saved = _find(request, pk)
    require(may_change_report(user, saved))
    initial = {"name": saved.name, "is_shared": saved.is_shared}
    form = SavedReportForm(request.POST or None, report=saved, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_report(report=saved, name=data["name"], is_shared=data["is_shared"], by=user)
        except RuleError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _back(request, _("Report “%(name)s” saved.") % {"name": saved.name})
    return render(request, FORM, {"form": form, "report": saved}, status=422 if form.is_bound else 200)


@require_POST
def report_update(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let the saved report be the one that the page shows."""
    user, saved = _find(request, pk)
    require(may_change_report(user, saved))
    try:
        shown = read_shown(asking_page(request) or _url_of(saved), user=user)
    except RuleError as refusal:
        return _refused(refusal)
    update_report(report=saved, kind=shown.kind, query=shown.query, by=user)
    text = _("Report “%(name)s” updated.") % {"name": saved.name}
    return redirect_to(request, _url_of(saved), text)


@require_POST
def report_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete the saved report; leads are not touched."""
    user, saved = _find(request, pk)
    require(may_change_report(user, saved))
    delete_report(report=saved, by=user)
    return _back(request, _("Report “%(name)s” deleted.") % {"name": saved.name})


def _find(request: HttpRequest, pk: int) -> tuple[User, SavedReport]:
    user = signed_in_user(request)
    require(may_report(user))
    return user, get_object_or_404(SavedReport.objects.visible_to(user), pk=pk)


def _url_of(saved: SavedReport) -> str:
    return saved_url(str(saved.pk), saved.query, kind=saved.kind)


def _back(request: HttpRequest, text: str) -> HttpResponseBase:
    """The page that asked, loaded again."""
    return redirect_to(request, asking_page(request) or PAGE.url, text)


def _refused(refusal: RuleError) -> HttpResponseBase:
    return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal), "danger")
