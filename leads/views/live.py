"""What open pages ask when they hear that leads changed: each question goes through the door of the page itself."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads import permissions
from leads.columns import columns_of
from leads.conflicts import last_author
from leads.listing import prepare_listing
from leads.rows import read_rows
from leads.views.responses import card_leads, gone, require

MOST_IDS = 200


@never_cache
@require_GET
def lead_rows(request: HttpRequest) -> HttpResponse:
    """The rows of the leads `?id=` as the list shows them; those that the user does not see (any more) are absent."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    rows = read_rows(user, _ids(request), columns=columns_of(user, request.GET.get("cols", "")))
    return render(request, "leads/_lead_row.html", {"rows": rows, "may_select": permissions.may_change_many(user)})


@never_cache
@require_GET
def lead_news(request: HttpRequest) -> HttpResponse:
    """How many of the new leads `?id=` the list would show, by the filter in the same address. `?many`: too many to be
    named, so that there are some is all that is told.
    """
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    listing = prepare_listing(user, request.GET)
    many = "many" in request.GET and not listing.problem
    count = 0 if many or listing.problem else listing.leads.qs.filter(pk__in=_ids(request)).count()
    return render(request, "leads/_lead_news.html", {"list": listing, "count": count, "many": many})


@never_cache
@require_GET
def lead_notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What became of a lead whose card shows the version `?version=`: nothing (204), saved by whom, deleted (410)."""
    lead = card_leads(signed_in_user(request)).filter(pk=pk).first()
    if lead is None:
        return gone(request, pk)
    if parse_id(request.GET.get("version", "")) == lead.version:
        return HttpResponse(status=204)
    outdated = {"saved_by": last_author(lead), "saved_at": lead.updated_at, "lead": lead}
    return render(request, "leads/_lead_notice.html", {"outdated": outdated})


def _ids(request: HttpRequest) -> list[int]:
    ids = [parse_id(text) for text in request.GET.getlist("id")[:MOST_IDS]]
    return [pk for pk in ids if pk is not None]
