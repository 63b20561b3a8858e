"""Dołącz: the dialog that links a call or an e-mail to a lead; the suggested ones first, any other by search."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from crm.models import User
from crm.search import clean_query
from leads.models import Lead
from leads.views.responses import is_htmx

FOUND = 10


@dataclass(frozen=True, slots=True)
class Attaching:
    """What is linked: `url` takes the choice (`lead`) by POST and the search (`?q=`) by GET, `back_url` is where a page
    without scripts returns to.
    """

    what: str | Promise
    url: str
    back_url: str
    suggested: Sequence[Lead]


def attach_dialog(
    request: HttpRequest, attaching: Attaching, *, user: User, problem: str = "", status: int = 200
) -> HttpResponse:
    """The dialog; when it searches, the list in it alone."""
    query = clean_query(request.GET.get("q", ""))
    context = {"attaching": attaching, "query": query, "problem": problem, "leads": attaching.suggested}
    if query:
        found = Lead.objects.visible_to(user).search(query).select_related("status", "partner", "sales_person")
        context["leads"] = found.defer("description").order_by("is_closed", "-pk")[:FOUND]
    if is_htmx(request) and "q" in request.GET:
        return render(request, "communications/_attach_leads.html", context)
    context["layout"] = "components/modal.html" if is_htmx(request) else "communications/attach_page.html"
    return render(request, "communications/attach.html", context, status=status)
