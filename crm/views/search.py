"""What every page offers: the search everywhere (for the palette, and as a page) and the help sheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from crm.finding import find_everywhere, offer, starting_points
from crm.requests import signed_in_user
from crm.search import clean_query
from crm.shortcuts import sections_for
from crm.views.records import is_htmx


@require_safe
def search_show(request: HttpRequest) -> HttpResponse:
    """What is found for `?q=…`; with nothing typed, what was opened lately (`?recent=lead:5`) and where to begin."""
    user = signed_in_user(request)
    text = clean_query(request.GET.get("q", ""))
    groups = find_everywhere(text, user) if text else starting_points(user)
    context = {
        "text": text,
        "groups": groups,
        "count": sum(len(group.results) for group in groups),
        "recent": [] if text else offer(request.GET.getlist("recent"), user),
    }
    response = render(request, "crm/_search_results.html" if is_htmx(request) else "crm/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def shortcut_list(request: HttpRequest) -> HttpResponse:
    """The help sheet: the shortcuts of the page whose URL name is `?page=…`, and those of every page."""
    sections = list(sections_for(signed_in_user(request), request.GET.get("page", "")))
    return render(request, "crm/shortcut_dialog.html", {"sections": sections})
