"""„Pulpit”: the numbers that a manager, or a sales person for their own leads, looks at first."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.requests import signed_in_user
from leads.choices import load_choices
from leads.panel import list_url
from leads.passages import load_path
from leads.views.list import fresh
from leads.views.responses import require
from reports.dashboard import read_dashboard
from reports.dashboard_page import PAGE, DashboardPage
from reports.permissions import looks_at_others, may_report
from reports.sections import report_tabs

# `?mine=`: whose leads are counted; without it, what is usual for the user.
WHOSE = {"1": True, "0": False}


@require_GET
def dashboard_show(request: HttpRequest) -> HttpResponseBase:
    """The dashboard of the own leads, or of all that the user sees."""
    user = signed_in_user(request)
    require(may_report(user))
    given = request.GET.get("mine", "")
    is_mine = WHOSE.get(given, not looks_at_others(user))
    context: dict[str, Any] = {
        "tabs": report_tabs("reports:dashboard_show"),
        "is_mine": is_mine,
        "urls": {name: list_url([("mine", name)], page=PAGE) for name in WHOSE},
    }
    if given and given not in WHOSE:
        return fresh(render(request, "reports/dashboard.html", context | {"is_wrong": True}, status=400))
    numbers = read_dashboard(user, is_mine=is_mine)
    context["page"] = DashboardPage(numbers, is_mine, load_path(), load_choices())
    return fresh(render(request, "reports/dashboard.html", context))
