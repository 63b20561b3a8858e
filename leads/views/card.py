"""The page of one lead: new, shown, saved; and the fragments that it loads."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.models import LeadType
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads import permissions
from leads.conflicts import find_conflict
from leads.duplicates import Typed, find_similar
from leads.forms import LeadForm
from leads.history import history_of, status_steps
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import StatusMissing, allowed_statuses, default_status
from leads.services import create_lead_once, update_lead
from leads.views.responses import (
    card_context,
    card_leads,
    card_page,
    card_url,
    changed,
    find_lead,
    follow_merge,
    gone,
    is_htmx,
    require,
    seen_version,
    version_of,
)

PRESETS = ("status", "type", "partner", "product")


@require_safe
def lead_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The card of a lead; that of a merged one leads to the one into which it went."""
    lead = card_leads(signed_in_user(request)).filter(pk=pk).first()
    if lead is not None:
        return card_page(request, lead)
    if (answer := follow_merge(request, pk)) is None:
        raise Http404
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def lead_create(request: HttpRequest) -> HttpResponseBase:
    """The form of a new lead, and its storing. Sent twice, it makes one lead."""
    user = signed_in_user(request)
    require(permissions.may_create(user))
    if request.method != "POST":
        return render(request, "leads/lead_detail.html", _new_context(request, _proposed(request)))
    form = LeadForm(request.POST, instance=Lead(), user=user, funnel=load_funnel())
    if form.is_valid():
        try:
            lead = create_lead_once(key=_fingerprint(request), values=form.values(), tags=form.tags() or (), by=user)
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
        else:
            text = _("Lead %(number)s was created.") % {"number": lead.number}
            return redirect_to(request, card_url(user, lead.pk), text)
    template = "leads/_lead_form.html" if is_htmx(request) else "leads/lead_detail.html"
    return render(request, template, _new_context(request, form), status=422)


def _fingerprint(request: HttpRequest) -> str:
    """The same for the same form sent again, and for nothing else."""
    sent = {name: values for name, values in sorted(request.POST.lists()) if name != "csrfmiddlewaretoken"}
    return f"lead {signed_in_user(request).pk} {sent}"


def _new_context(request: HttpRequest, form: LeadForm) -> dict[str, Any]:
    return {"lead": None, "form": form, "token": request.POST.get("token") or get_random_string(22)}


def _proposed(request: HttpRequest) -> LeadForm:
    """The form of a new lead as it opens: now, the current user, the only type, its first status; and what the link
    gives (`?status=…`), when it exists."""
    user, funnel = signed_in_user(request), load_funnel()
    types = LeadType.objects.active()[:2]
    initial: dict[str, Any] = {
        "received_at": timezone.now(),
        "sales_person": user.pk,
        "type": types[0].pk if len(types) == 1 else None,
    }
    blank = LeadForm(instance=Lead(), user=user, funnel=funnel)
    for name in PRESETS:
        try:
            row = blank.fields[name].clean(request.GET.get(name, ""))
        except ValidationError:
            continue
        if row is not None:
            initial[name] = row.pk
    allowed = [status.pk for status in allowed_statuses(funnel, type_id=initial["type"])]
    if initial.get("status") not in allowed:
        try:
            initial["status"] = default_status(funnel, type_id=initial["type"]).pk
        except StatusMissing:
            initial["status"] = None
    return LeadForm(instance=Lead(), initial=initial, user=user, funnel=funnel)


@require_POST
def lead_update(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Store the form of the card. When somebody else has saved the lead in between, ask which values to keep."""
    user = signed_in_user(request)
    lead = card_leads(user).filter(pk=pk).first()
    if lead is None:
        return gone(request, pk)
    require(permissions.may_edit(user))
    form = LeadForm(request.POST, instance=lead, user=user, funnel=load_funnel())
    if not form.is_valid():
        return _refused_form(request, form)
    if form.is_undecided:
        return _ask_which(request, form)
    version = form.chosen_version or seen_version(request)
    try:
        update_lead(lead=lead, values=form.values(), tags=form.tags(), by=user, version=version)
    except Lead.DoesNotExist:
        return gone(request, pk)
    except StaleObject:
        return _ask_which(request, form)
    except (RuleError, ValidationError) as refusal:
        form.refuse(refusal)
        return _refused_form(request, form)
    if form.chosen_version:
        return redirect_to(request, card_url(user, pk), _("Saved."))
    fields = ["partner"] if "partner" in form.changed_data else []  # its link leads to the new one
    return changed(request, pk, _("Saved."), fields=fields, saved=True)


def _refused_form(request: HttpRequest, form: LeadForm) -> HttpResponse:
    """The form again, with its errors. It goes on from what the user had seen, not from what is stored now."""
    context = card_context(form.user, form.instance, form=form)
    context |= {"version": version_of(request), "seen_at": request.POST.get("seen_at", "")}
    template = "leads/_lead_form.html" if is_htmx(request) else "leads/lead_detail.html"
    return render(request, template, context, status=422)


def _ask_which(request: HttpRequest, form: LeadForm) -> HttpResponseBase:
    """Both values of each field that differs. When none does, both saved the same: there is nothing to ask."""
    user, pk = form.user, form.instance.pk
    stored = card_leads(user).filter(pk=pk).first()
    if stored is None:
        return gone(request, pk)
    conflict = find_conflict(form, stored=stored, seen_at=moment_in(request.POST.get("seen_at", "")))
    if not conflict.differences:
        return changed(request, pk, _("Saved."), saved=True)
    if is_htmx(request):
        context = {"conflict": conflict, "lead": stored, "undecided": form.is_undecided}
        response = render(request, "leads/_lead_conflict.html", context, status=409)
        response.headers["HX-Retarget"] = "#lead-conflict"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
    context = card_context(user, stored, form=form, conflict=conflict)
    context |= {"version": version_of(request), "seen_at": request.POST.get("seen_at", "")}
    return render(request, "leads/lead_detail.html", context, status=409)


def moment_in(sent: str) -> Any:
    """A moment as a page of ours sends it back; None for anything else."""
    try:
        moment = parse_datetime(sent)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


@require_safe
def lead_status_field(request: HttpRequest) -> HttpResponse:
    """The status field of the form for the type that was just chosen in it."""
    user = signed_in_user(request)
    pk = parse_id(request.GET.get("lead", ""))
    lead = Lead() if pk is None else find_lead(user, pk)
    chosen = {name: request.GET.get(name, "") for name in ("type", "status", "lost_reason")}
    form = LeadForm(instance=lead, initial=chosen, user=user, funnel=load_funnel())
    return render(request, "leads/_lead_status_field.html", {"form": form, "lead": lead if lead.pk else None})


@require_safe
def lead_similar(request: HttpRequest) -> HttpResponse:
    """Leads and partners that look like the one being typed."""
    user = signed_in_user(request)
    require(permissions.may_create(user) or permissions.may_edit(user))
    typed = Typed.read(request.GET)
    context = {
        "similar": find_similar(typed, user=user),
        "lead": Lead.objects.visible_to(user).filter(pk=typed.lead or 0).first(),
        "may_merge": permissions.may_edit(user),
    }
    return render(request, "leads/_lead_similar.html", context)


@require_safe
def lead_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab „Historia”, a page of it."""
    lead = find_lead(signed_in_user(request), pk)
    page = history_of(lead, before=moment_in(request.GET.get("before", "")))
    return render(request, "leads/_lead_history.html", {"lead": lead, "page": page})


@require_safe
def lead_status_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab „Zmiany statusu”."""
    lead = find_lead(signed_in_user(request), pk)
    return render(request, "leads/_lead_status_changes.html", {"lead": lead, "steps": status_steps(lead)})
