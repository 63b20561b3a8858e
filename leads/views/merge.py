"""Scal z…: choosing the other lead, then the values; the merges that were made, and taking one back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.models import User
from crm.numbers import parse_id
from crm.paging import Order, Sort, load_page
from crm.requests import signed_in_user
from crm.search import clean_query
from leads import permissions
from leads.duplicates import Typed, find_similar
from leads.history import history_of
from leads.merge_choices import MergeChoices
from leads.merges import MergeCard, attached
from leads.models import Lead, LeadMerge
from leads.services import LeadGone, merge_leads, undo_merge
from leads.services.unmerging import refuse_undo
from leads.views.card import moment_in
from leads.views.responses import card_leads, card_url, follow_merge, is_htmx, require

FOUND = 10
BY_TIME = {"id": Sort("id")}


@require_http_methods(["GET", "HEAD", "POST"])
def lead_merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Choose the lead to merge with (`?with=`), compare the two, merge them."""
    user = signed_in_user(request)
    lead = _mergeable(user).filter(pk=pk).first()
    if lead is None:
        if answer := follow_merge(request, pk):
            return answer
        raise Http404
    require(permissions.may_edit(user))
    asked = request.POST.get("with") or request.GET.get("with", "")
    if not asked:
        return _choose(request, user, lead)
    other = _mergeable(user).filter(pk=parse_id(asked)).first()
    if other is None:
        return _choose(request, user, lead, problem=_("This lead does not exist any more. Choose another one."))
    if other == lead:
        return _choose(request, user, lead, problem=_("A lead can't be merged with itself."))
    if request.method != "POST":
        return _compare(request, lead, other, MergeChoices(lead, other, user=user))
    return _merge(request, lead, other, MergeChoices(lead, other, user=user, sent=request.POST))


def _mergeable(user: User) -> Any:
    return card_leads(user).select_related(
        "status", "type", "partner", "product", "sales_person", "lost_reason", "priority", "campaign", "medium",
        "source", "position",
    )  # fmt: skip


def _choose(request: HttpRequest, user: User, lead: Lead, problem: str = "") -> HttpResponse:
    query = clean_query(request.GET.get("q", ""))
    context: dict[str, Any] = {"lead": lead, "query": query, "problem": problem}
    if query:
        others = Lead.objects.visible_to(user).search(query).exclude(pk=lead.pk)
        context["found"] = others.select_related("status", "sales_person").order_by("-pk")[:FOUND]
    else:
        context["similar"] = find_similar(Typed.of(lead), user=user).leads
    template = "leads/_merge_candidates.html" if is_htmx(request) else "leads/merge_choose.html"
    return render(request, template, context, status=422 if problem else 200)


def _compare(
    request: HttpRequest, lead: Lead, other: Lead, choices: MergeChoices, *, status: int = 200
) -> HttpResponse:
    context = {
        "lead": lead,
        "other": other,
        "choices": choices,
        "sides": [(side, attached(side)) for side in choices.leads],
    }
    return render(request, "leads/lead_merge.html", context, status=status)


def _merge(request: HttpRequest, lead: Lead, other: Lead, choices: MergeChoices) -> HttpResponseBase:
    survivor, loser = choices.survivor, choices.loser
    try:
        merge_leads(
            survivor=survivor,
            loser=loser,
            values=choices.values(),
            tags=choices.tags,
            by=choices.user,
            versions=choices.versions,
        )
    except LeadGone as refusal:
        left = Lead.objects.visible_to(choices.user).filter(pk__in=[lead.pk, other.pk]).first() or lead
        return redirect_to(request, reverse("leads:lead_detail", args=[left.pk]), str(refusal), "warning")
    except StaleObject as refusal:
        choices.refuse(refusal)
        choices.see_present_versions()
        return _compare(request, lead, other, choices, status=409)
    except (RuleError, ValidationError) as refusal:
        choices.refuse(refusal)
        return _compare(request, lead, other, choices, status=422)
    text = _("Lead %(number)s was merged into this one. For 30 days that can be undone in its history.")
    return redirect_to(request, card_url(choices.user, survivor.pk), text % {"number": loser.number})


@require_safe
def merge_list(request: HttpRequest) -> HttpResponse:
    """All merges of leads that the user may see."""
    user = signed_in_user(request)
    require(permissions.may_review_duplicates(user))
    merges = LeadMerge.objects.visible_to(user).select_related("by", "undone_by")
    page = load_page(
        merges.defer("loser_row", "survivor_before", "survivor_after", "moved", "set_aside"),
        order=Order(BY_TIME, "-id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "leads/merge_list.html", {"page": page})


@require_safe
def merge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was merged, what the loser was, and the way back."""
    user = signed_in_user(request)
    merge = _find(user, pk)
    return render(request, "leads/merge_detail.html", _context(user, merge))


@require_safe
def merge_history(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of the loser's history."""
    merge = _find(signed_in_user(request), pk)
    page = history_of(merge.loser_id, before=moment_in(request.GET.get("before", "")))
    context = {"page": page, "history_url": reverse("leads:merge_history", args=[pk])}
    return render(request, "leads/_lead_history.html", context)


@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a merge back."""
    user = signed_in_user(request)
    merge = _find(user, pk)
    require(permissions.may_undo(user, merge))
    try:
        undone = undo_merge(merge=merge, by=user)
    except (RuleError, ValidationError) as refusal:
        context = _context(user, merge) | {"refusal": str(refusal)}
        return render(request, "leads/merge_detail.html", context, status=422)
    text = _("The merge was undone: lead %(number)s is back.") % {"number": undone.loser_number}
    visible = LeadMerge.objects.visible_to(user).filter(pk=pk).exists()
    return redirect_to(
        request, reverse("leads:merge_detail", args=[pk]) if visible else reverse("leads:lead_list"), text
    )


def _find(user: User, pk: int) -> LeadMerge:
    return get_object_or_404(LeadMerge.objects.visible_to(user).select_related("by", "undone_by"), pk=pk)


def _context(user: User, merge: LeadMerge) -> dict[str, Any]:
    survivor = Lead.objects.visible_to(user).filter(pk=merge.survivor_id).first()
    context: dict[str, Any] = {
        "merge": merge,
        "card": MergeCard(merge),
        "survivor": survivor,
        "loser_is_seen": Lead.objects.visible_to(user).filter(pk=merge.loser_id).exists(),
        "may_undo": permissions.may_undo(user, merge) and merge.can_be_undone,
        "page": history_of(merge.loser_id),
        "history_url": reverse("leads:merge_history", args=[merge.pk]),
    }
    if context["may_undo"]:
        try:
            refuse_undo(merge)
        except RuleError as refusal:
            context |= {"may_undo": False, "obstacle": str(refusal)}
    return context
