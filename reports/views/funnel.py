"""„Lejek”: its page and its files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.downloads import file_name, stream_download
from crm.requests import signed_in_user
from leads.panel import build_chips
from leads.views.list import FORMATS as TYPES
from leads.views.responses import require
from reports.export import funnel_sheet
from reports.funnel import PAGE, compute_funnel, prepare_funnel
from reports.funnel_table import FunnelTable, funnel_options
from reports.permissions import may_report
from reports.views.answers import answer_report
from reports.views.report import MAKERS


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
        "query": address.partition("?")[2],
        "chips": build_chips(report.leads, page=PAGE),
        "options": funnel_options(report),
    }
    return answer_report(request, context, leads=report.leads, problem=report.problem, page=PAGE, name="funnel")


@require_GET
def funnel_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The funnel as a file: CSV or XLSX."""
    user = signed_in_user(request)
    require(may_report(user))
    report = compute_funnel(prepare_funnel(user, request.GET))
    if report.problem:
        text = f"{report.problem} {report.advice}"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    pieces = MAKERS[format](funnel_sheet(FunnelTable(report), title=_("Funnel")))
    name = file_name(slugify(_("Funnel")), report.as_of, format)
    return stream_download(request, pieces, name=name, content_type=TYPES[format][1])
