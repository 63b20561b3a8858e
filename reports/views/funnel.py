"""„Lejek”: its page and its files."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.requests import signed_in_user
from leads.panel import build_chips
from leads.views.responses import require
from reports.export import funnel_sheet
from reports.funnel import PAGE, compute_funnel, prepare_funnel
from reports.funnel_table import FunnelTable, funnel_options
from reports.models import SavedReport
from reports.permissions import may_report
from reports.saved import ReportBar
from reports.views.answers import answer_file, answer_report, refuse_file


@require_GET
def funnel_show(request: HttpRequest) -> HttpResponseBase:
    """The funnel that the address says; for HTMX it alone, with the filter panel when that changed too."""
    user = signed_in_user(request)
    require(may_report(user))
    report = compute_funnel(prepare_funnel(user, request.GET))
    address = request.get_full_path() if report.problem else report.url
    context: dict[str, Any] = {
        "report": report,
        "table": FunnelTable(report),
        "address": address,
        "chips": build_chips(report.leads, page=PAGE),
        "options": funnel_options(report),
        "bar": ReportBar(user, report, kind=SavedReport.Kind.FUNNEL),
    }
    return answer_report(request, context, leads=report.leads, problem=report.problem, page=PAGE, name="funnel")


@require_GET
def funnel_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The funnel as a file: CSV or XLSX."""
    user = signed_in_user(request)
    require(may_report(user))
    report = compute_funnel(prepare_funnel(user, request.GET))
    if report.problem:
        return refuse_file(report.problem, report.advice)
    sheet = funnel_sheet(FunnelTable(report), title=_("Funnel"))
    name = ReportBar(user, report, kind=SavedReport.Kind.FUNNEL).name
    return answer_file(request, sheet, format=format, name=name, as_of=report.as_of)
