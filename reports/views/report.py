"""„Raport leadów”: its page and its files."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.models import User
from crm.replica import read_beside
from crm.requests import signed_in_user
from leads.columns import columns_of
from leads.listing import read_listing
from leads.panel import build_chips, list_url
from leads.views.responses import is_htmx, require
from reports.chart import build_chart
from reports.controls import build_options, build_zones, dimension_offers, measure_offers
from reports.export import pivot_sheet
from reports.layout import TABLE
from reports.permissions import may_report
from reports.ready import READY
from reports.report import PAGE, Report, compute, prepare_report
from reports.saved import ReportBar, saved_url
from reports.table import build_table
from reports.views.answers import answer_file, answer_report, refuse_file


@require_GET
def lead_report(request: HttpRequest) -> HttpResponseBase:
    """The report that the address says; for HTMX the report alone, with the filter panel when that changed too."""
    user = signed_in_user(request)
    require(may_report(user))
    if not request.GET and not is_htmx(request):
        return redirect(saved_url(READY[0].key, READY[0].query))
    report, context = _shown(request, user)
    return answer_report(request, context, leads=report.leads, problem=report.problem, page=PAGE, name="lead_report")


@require_GET
def report_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The table of the report as a file: CSV or XLSX."""
    user = signed_in_user(request)
    require(may_report(user))
    report = compute(prepare_report(user, request.GET))
    if report.pivot is None:
        return refuse_file(report.problem, report.advice)
    sheet = pivot_sheet(report.pivot, title=_("Lead report"))
    return answer_file(request, sheet, format=format, name=ReportBar(user, report).name, as_of=report.as_of)


def _records_query(report: Report, order: str) -> str:
    """What the export of the list is asked, for the leads and columns of the mode „Tabela”."""
    return urlencode([*report.lead_pairs(), ("cols", report.layout.cols), *([("sort", order)] if order else [])])


def _shown(request: HttpRequest, user: User) -> tuple[Report, dict[str, Any]]:
    """The report, and what its template needs: of the mode „Tabela” the leads, else the pivot."""
    prepared = prepare_report(user, request.GET)
    is_table = not prepared.problem and prepared.layout.mode == TABLE
    context: dict[str, Any] = {}
    order = ""
    if is_table:
        columns = ".".join(column.name for column in columns_of(user, prepared.layout.cols))
        report = replace(prepared, layout=replace(prepared.layout, cols=columns))
        listing, source = read_beside(lambda alias: read_listing(user, request.GET, page=PAGE, alias=alias))
        report = replace(report, as_of=source.as_of)
        order = listing.order_given
        context |= {"list": listing, "records_query": _records_query(report, order)}
        if listing.problem:
            report = replace(report, problem=listing.problem)
    else:
        report = compute(prepared)
        if report.pivot is not None and not report.pivot.is_empty:
            context["table"] = build_table(report)
            context["chart"] = build_chart(report.pivot, currency=report.currency)
    place = [(name, request.GET[name]) for name in ("sort", "after", "before") if is_table and request.GET.get(name)]
    address = request.get_full_path()
    if not report.problem:
        address = list_url([*report.leads.asked(), *report.layout.pairs(), *place], page=PAGE)
    return report, context | {
        "report": report,
        "address": address,
        "query": address.partition("?")[2],
        "order": order,
        "bar": ReportBar(user, report),
        "chips": build_chips(report.leads, order=order, page=PAGE),
        "zones": build_zones(report),
        "palettes": [("measure", measure_offers()), *(("dimension", offer) for offer in dimension_offers())],
        "options": build_options(report),
    }
