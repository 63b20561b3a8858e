"""The actions on a lead from its card: each has its own address and stores at once, whatever is typed in the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import InUse, RuleError, StaleObject
from crm.htmx import close_dialog, redirect_to
from crm.models import LeadStatus, User
from crm.requests import signed_in_user
from leads import permissions
from leads.forms import LostForm
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import lost_status
from leads.services import (
    change_status,
    copy_lead_once,
    create_partner,
    delete_lead,
    holders,
    mark_lost,
    reopen,
    update_lead,
)
from leads.services.attached import attached_to
from leads.views.responses import card_url, changed, find_lead, outdated, refused, require, seen_version


def _editable(request: HttpRequest, pk: int) -> tuple[User, Lead]:
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_edit(user))
    return user, lead


@require_POST
def lead_change_status(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Move the lead to the status that was clicked in the bar."""
    user, lead = _editable(request, pk)
    try:
        to = forms.ModelChoiceField(LeadStatus.objects.all()).clean(request.POST.get("status", ""))
        reason = LostForm(request.POST).reason()
        change_status(lead=lead, to=to, by=user, lost_reason=reason, version=seen_version(request))
    except StaleObject:
        return outdated(request, lead)
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    return changed(request, pk, _("Status: %(status)s.") % {"status": to.name}, moved=True)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_lose(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Porażka: ask for the reason, close the lead as lost."""
    user, lead = _editable(request, pk)
    form = LostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mark_lost(lead=lead, reason=form.cleaned_data["lost_reason"], by=user, version=seen_version(request))
        except StaleObject:
            return close_dialog(outdated(request, lead))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
        else:
            return close_dialog(changed(request, pk, _("The lead was closed as lost."), moved=True))
    context: dict[str, Any] = {"lead": lead, "form": form, "obstacle": _obstacle(lead)}
    return render(request, "leads/_lead_lose.html", context, status=422 if form.is_bound else 200)


def _obstacle(lead: Lead) -> str:
    """Why the funnel, as it is set up, can't lose the lead."""
    try:
        lost_status(load_funnel(), type=lead.type)
    except RuleError as refusal:
        return str(refusal)
    return ""


@require_POST
def lead_reopen(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Otwórz ponownie."""
    user, lead = _editable(request, pk)
    try:
        stored = reopen(lead=lead, by=user, version=seen_version(request))
    except StaleObject:
        return outdated(request, lead)
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    text = _("The lead is open again, in status “%(status)s”.") % {"status": stored.status.name}
    return changed(request, pk, text, moved=True)


@require_POST
def lead_assign_to_me(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Przypisz do mnie."""
    user, lead = _editable(request, pk)
    require(permissions.may_reassign(user, owner_id=lead.sales_person_id, to_id=user.pk))
    try:
        update_lead(lead=lead, values={"sales_person": user}, by=user, version=seen_version(request))
    except StaleObject:
        return outdated(request, lead)
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    return changed(request, pk, _("The lead is yours."), fields=["sales_person"])


@require_POST
def lead_create_partner(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Utwórz partnera."""
    user, lead = _editable(request, pk)
    require(user.has_perm("crm.add_partner"))
    try:
        partner = create_partner(lead=lead, by=user, version=seen_version(request))
    except StaleObject:
        return outdated(request, lead)
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    return changed(request, pk, _("Partner “%(name)s” was created.") % {"name": partner.name}, fields=["partner"])


@require_POST
def lead_copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Kopiuj: open a new lead with the same values. Sent twice from one page, it makes one lead."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_create(user))
    try:
        copy = copy_lead_once(key=f"copy {user.pk} {pk} {request.POST.get('token', '')}", lead=lead, by=user)
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    text = _("This is the copy of lead %(number)s.") % {"number": lead.number}
    return redirect_to(request, card_url(user, copy.pk), text)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Usuń: ask, or list what holds the lead; then delete it for good."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_delete(user, lead))
    uses = holders(lead=lead, by=user)
    if request.method == "POST":
        try:
            delete_lead(lead=lead, by=user)
        except InUse as refusal:
            uses = refusal.uses
        else:
            return redirect_to(
                request, reverse("leads:lead_list"), _("Lead %(number)s was deleted.") % {"number": lead.number}
            )
    status = 422 if request.method == "POST" else 200
    context = {"lead": lead, "uses": uses, "going": attached_to(lead.pk)}
    return render(request, "leads/_lead_delete.html", context, status=status)
