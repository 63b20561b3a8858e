"""How a report is answered, whichever it is: as its page, or for HTMX the report alone."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from crm.htmx import asking_page
from leads.filters import LeadFilter
from leads.panel import FilteredPage, build_panel
from leads.views.list import fresh, panel_is_outdated
from leads.views.responses import is_htmx
from reports.sections import report_tabs


def answer_report(
    request: HttpRequest, context: dict[str, Any], *, leads: LeadFilter, problem: str, page: FilteredPage, name: str
) -> HttpResponseBase:
    """The page `reports/<name>.html`; for HTMX `reports/_<region>.html` with the filter panel when that changed too.

    `context` is what the fragment needs, with the `address` of what it shows. With a `problem` the page is answered by
    400, the fragment by 422.
    """
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
