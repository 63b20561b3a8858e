"""The list of leads: its page, its columns and its export."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from crm.downloads import begun, file_name, stream_download
from crm.htmx import asking_page, close_dialog, redirect_to, trigger
from crm.replica import PRIMARY, read_beside
from crm.requests import signed_in_user
from leads.cell_forms import CHANGED_IN_PLACE
from leads.columns import DEFAULT_COLUMNS, all_columns, known_columns
from leads.export import TooManyRows, csv_pieces, prepare_export, too_many_text, xlsx_pieces
from leads.listing import Listing, prepare_listing, read_listing
from leads.panel import build_chips, build_panel, list_url
from leads.permissions import may_change_many, may_create, may_edit, may_review_duplicates
from leads.saved_views import ViewBar
from leads.sections import section_tabs
from leads.services.columns import choose_columns
from leads.views.responses import is_htmx, require
from leads.views.saved_views import opening

FORMATS = {
    "csv": (csv_pieces, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_pieces, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_GET
def lead_list(request: HttpRequest) -> HttpResponseBase:
    """The list as the address filters and sorts it; for HTMX the table alone, with the panel when that changed too."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    bar = ViewBar(user, request.get_full_path())
    if not request.GET and not is_htmx(request) and bar.default:
        return opening(request, bar.default, user)
    listing = read_listing(user, request.GET)
    context: dict[str, Any] = {
        "list": listing,
        "address": _address(request, listing),
        "chips": build_chips(listing.leads, order=listing.order_given),
        "may_create": may_create(user),
        "may_review": may_review_duplicates(user),
        "may_edit": may_edit(user),
        "may_select": may_change_many(user),
        "cells": CHANGED_IN_PLACE,
        "filter_query": urlencode(listing.leads.asked()),
        "cols": request.GET.get("cols", ""),
    }
    if not is_htmx(request):
        tabs = section_tabs("leads:lead_list", user=user, pairs=listing.leads.asked())
        context |= {"panel": build_panel(listing.leads), "tabs": tabs, "bar": bar}
        return fresh(render(request, "leads/lead_list.html", context, status=400 if listing.problem else 200))
    if panel_is_outdated(request, is_wrong=bool(listing.problem)):
        context |= {"panel": build_panel(listing.leads), "oob": True}
    if "view" in request.GET:
        context["bar"] = ViewBar(user, context["address"])
    response = render(request, "leads/_lead_table.html", context, status=422 if listing.problem else 200)
    if asking_page(request) != context["address"]:
        response.headers["HX-Push-Url"] = context["address"]
    return fresh(response)


@require_http_methods(["GET", "POST"])
def lead_columns(request: HttpRequest) -> HttpResponseBase:
    """Choose the columns of the list and their order."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    given = QueryDict((asking_page(request) or "").partition("?")[2]).get("cols", "")
    if request.method == "POST":
        names = list(DEFAULT_COLUMNS) if "reset" in request.POST else request.POST.getlist("columns")
        if given and len(known_columns(names)) == len(
            names
        ):  # those of a view stay with it, and do not become the user's
            return redirect_to(request, _with_columns(str(asking_page(request)), names))
        try:
            choose_columns(names=names, by=user)
        except ValidationError as refusal:
            return HttpResponse(" ".join(refusal.messages), status=422, content_type="text/plain")
        if is_htmx(request):
            return trigger(close_dialog(), "lead-columns:changed")
        return redirect("leads:lead_list")
    template = "leads/_lead_columns.html" if is_htmx(request) else "leads/lead_columns.html"
    return render(request, template, {"columns": all_columns(user, given)})


@require_GET
def lead_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The whole list, as the address filters and sorts it, as a file: CSV or XLSX."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    make, content_type = FORMATS[format]
    listing = prepare_listing(user, request.GET)
    if listing.problem:
        return HttpResponse(listing.problem, status=400, content_type="text/plain; charset=utf-8")
    all_there_are = request.GET.get("columns") == "all"

    def read(alias: str) -> Iterator[bytes]:
        pieces = make(prepare_export(listing, all_columns=all_there_are, alias=alias))
        return pieces if alias == PRIMARY.alias else begun(pieces)

    try:
        pieces, source = read_beside(read)
    except TooManyRows:
        return HttpResponse(too_many_text(), status=413, content_type="text/plain; charset=utf-8")
    name = file_name(gettext("leads"), source.as_of, format)
    response = stream_download(request, pieces, name=name, content_type=content_type)
    token = request.GET.get("token", "")
    if re.fullmatch(r"[0-9a-f-]{1,36}", token):
        # The page that asked waits for this to know that the file is on its way.
        response.set_cookie("lejek-export", token, max_age=60, samesite="Lax")
    return response


def panel_is_outdated(request: HttpRequest, *, is_wrong: bool) -> bool:
    """Whether the panel in the page shows another filter than the answer: something else than itself changed it."""
    return is_wrong or (request.htmx.trigger or "").startswith("unfilter")  # type: ignore[attr-defined]


def fresh(response: HttpResponse) -> HttpResponse:
    """The page and its fragment have one address; neither is to be shown again from memory in place of the other."""
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _with_columns(address: str, names: Sequence[str]) -> str:
    """The address of a list with other columns, from its first page."""
    path, _mark, query = address.partition("?")
    data = QueryDict(query, mutable=True)
    data["cols"] = ".".join(names)
    for place in ("after", "before"):
        data.pop(place, None)
    return f"{path}?{data.urlencode()}"


def _address(request: HttpRequest, listing: Listing) -> str:
    """The address of what is shown, without what a form sends empty."""
    if listing.problem:
        return request.get_full_path()
    place = [(name, request.GET[name]) for name in ("after", "before") if request.GET.get(name)]
    return list_url([*listing.leads.parameters(), *place], order=listing.order_given)
