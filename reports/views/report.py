"""„Raport leadów”: its page and its files."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
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
    report = prepare_report(user, request.GET)
    if not report.problem and report.layout.mode == TABLE:
        report, shown = _with_records(report, user, request.GET)
    else:
        report, shown = _with_table(report)
    if report.problem:
        shown["address"] = request.get_full_path()
    context = shown | {
        "report": report,
        "bar": ReportBar(user, report),
        "chips": build_chips(report.leads, order=shown["order"], page=PAGE),
        "zones": build_zones(report),
        "palettes": [("measure", measure_offers()), *(("dimension", offer) for offer in dimension_offers())],
        "options": build_options(report),
    }
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


def _with_table(report: Report) -> tuple[Report, dict[str, Any]]:
    """The report as a pivot, and what its template needs."""
    report = compute(report)
    table = build_table(report)
    return report, {
        "table": table,
        "chart": build_chart(table.pivot, currency=report.currency) if table else None,
        "address": list_url(report.pairs, page=PAGE),
        "order": "",
    }


def _with_records(report: Report, user: User, data: QueryDict) -> tuple[Report, dict[str, Any]]:
    """The report in the mode „Tabela”: its leads with chosen columns, and what its template needs."""
    columns = ".".join(column.name for column in columns_of(user, report.layout.cols))
    listing, source = read_beside(lambda alias: read_listing(user, data, page=PAGE, alias=alias))
    layout, order = replace(report.layout, cols=columns), listing.order_given
    report = replace(report, layout=layout, as_of=source.as_of, problem=listing.problem)
    place = [(name, value) for name in ("sort", "after", "before") if (value := data.get(name))]
    sort = [("sort", order)] if order else []
    return report, {
        "list": listing,
        "records_query": urlencode([*report.lead_pairs(), ("cols", columns), *sort]),
        "address": list_url([*report.pairs, *place], page=PAGE),
        "order": order,
    }
