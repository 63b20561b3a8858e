"""How a report is answered, whichever it is: as its page, for HTMX the report alone, or as a file."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify

from crm.downloads import file_name, stream_download
from crm.htmx import asking_page
from crm.search import plain
from leads.filters import LeadFilter
from leads.panel import FilteredPage, build_panel
from leads.views.list import FORMATS as TYPES
from leads.views.list import fresh, panel_is_outdated
from leads.views.responses import is_htmx
from reports.sections import report_tabs
from reports.sheet import Sheet, csv_pieces, xlsx_pieces

MAKERS = {"csv": csv_pieces, "xlsx": xlsx_pieces}


def answer_report(
    request: HttpRequest, context: dict[str, Any], *, leads: LeadFilter, problem: str, page: FilteredPage, name: str
) -> HttpResponseBase:
    """The page `reports/<name>.html`; for HTMX `reports/_<region>.html` with the filter panel when that changed too.

    `context` is what the fragment needs, with the `address` of what it shows (and its `query`, which is added for the
    files). With a `problem` the page is answered by 400, the fragment by 422.
    """
    context["query"] = context["address"].partition("?")[2]
    panel = build_panel(leads, page=page)
    if not is_htmx(request):
        context |= {"panel": panel, "tabs": report_tabs(page.url_name)}
        return fresh(render(request, f"reports/{name}.html", context, status=400 if problem else 200))
    if panel_is_outdated(request, is_wrong=bool(leads.errors)):
        context |= {"panel": panel, "oob": True}
    response = render(request, f"reports/_{page.region}.html", context, status=422 if problem else 200)
    if asking_page(request) != context["address"]:
        response.headers["HX-Push-Url"] = context["address"]
    return fresh(response)


def answer_file(
    request: HttpRequest, sheet: Sheet, *, format: str, name: str, as_of: datetime | None
) -> HttpResponseBase:
    """The table as CSV or XLSX; the file is called by the `name` of the report and the moment of its figures."""
    file = file_name(slugify(plain(name)) or slugify(plain(sheet.title)), as_of, format)
    return stream_download(request, MAKERS[format](sheet), name=file, content_type=TYPES[format][1])


def refuse_file(problem: str, advice: str) -> HttpResponse:
    """Why there is no file."""
    return HttpResponse(f"{problem} {advice}", status=400, content_type="text/plain; charset=utf-8")
