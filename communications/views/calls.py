"""Połączenia: the tab of the section, the card of a call, and what the cards of leads and partners show of calls."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from communications import permissions
from communications.calls import CallList, rows_of
from communications.models import Call
from crm.models import Partner, User
from crm.requests import signed_in_user
from leads.sections import section_tabs
from leads.views.responses import find_lead, is_htmx, require

SHOWN = 50


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """The tab; for HTMX its table, with the number on the tab."""
    user = signed_in_user(request)
    require(user.has_perm("communications.view_call"))
    context = {"list": CallList(user, request.GET), **_rights(user)}
    if is_htmx(request):
        response = render(request, "communications/_call_table.html", context)
    else:
        context["tabs"] = section_tabs("communications:call_list", user=user)
        response = render(request, "communications/call_list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def call_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a call: what is known of it, its lead or those that fit, the partner and the partner's leads."""
    user = signed_in_user(request)
    call = find_call(user, pk)
    row = rows_of([call], user)[0]
    partner = row.found.partner
    if row.linked is not None and row.linked.partner is not None:
        partner = row.linked.partner
    others = Call.objects.visible_to(user).filter(number_e164=call.number_e164).exclude(pk=pk)
    context: dict[str, Any] = {
        "row": row,
        "call": call,
        "partner": partner,
        "others": rows_of(list(others.with_rows().newest_first()[:10]), user) if call.number_e164 else [],
        **_rights(user),
    }
    template = "communications/_call_card.html" if is_htmx(request) else "communications/call_detail.html"
    return render(request, template, context)


@require_safe
def call_pop(request: HttpRequest, pk: int) -> HttpResponse:
    """What the browser shows of a call that rings the user's phone; empty when it is somebody else's by now."""
    user = signed_in_user(request)
    call = find_call(user, pk)
    if user.pk not in call.people:
        return HttpResponse(status=200)
    context = {"row": rows_of([call], user)[0], "call": call, **_rights(user)}
    return render(request, "communications/_call_pop.html", context)


@require_safe
def lead_calls(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab Połączenia of a lead's card, and the number on it."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    calls = Call.objects.visible_to(user).filter(lead=lead)
    context = {"lead": lead, **_block(calls, user)}
    return render(request, "communications/_lead_calls.html", context)


@require_safe
def partner_calls(request: HttpRequest, pk: int) -> HttpResponse:
    """The calls of a partner on its card: those of its leads, and those with its numbers."""
    user = signed_in_user(request)
    require(user.has_perm("crm.view_partner"))
    partner = get_object_or_404(Partner, pk=pk)
    calls = Call.objects.visible_to(user).of_partner(partner)
    context = {"partner": partner, **_block(calls, user)}
    return render(request, "communications/_partner_calls.html", context)


def find_call(user: User, pk: int) -> Call:
    """The call, or 404 when it does not exist for `user`."""
    return get_object_or_404(Call.objects.visible_to(user).with_rows().select_related("linked_by", "account"), pk=pk)


def _block(calls: Any, user: User) -> dict[str, Any]:
    """The newest of some calls, and how many there are."""
    count = calls.order_by().count()
    rows = rows_of(list(calls.with_rows().newest_first()[:SHOWN]), user) if count else []
    return {"rows": rows, "count": count, "not_shown": max(0, count - SHOWN), **_rights(user)}


def _rights(user: User) -> dict[str, Any]:
    return {"may_process": permissions.may_process(user), "may_create": permissions.may_make_lead(user)}
