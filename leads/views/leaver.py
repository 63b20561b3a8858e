"""Deactivating a user, or taking leads from an inactive one: leads and activities are handed over in the same step."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.errors import RuleError
from crm.formats import format_number
from crm.htmx import Level, redirect_to
from crm.models import User
from crm.people import manageable_users, may_manage_users
from crm.requests import signed_in_user
from leads.leaving_forms import HandOverForm
from leads.models import Activity, Lead
from leads.services.leaving import HandedOver, Which, hand_over


@require_http_methods(["GET", "HEAD", "POST"])
def user_leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand over the leads and activities of a user and deactivate the account, if it is active."""
    by = signed_in_user(request)
    if not may_manage_users(by):
        raise PermissionDenied
    leaver = get_object_or_404(manageable_users(by).exclude(pk=by.pk), pk=pk)
    counts = Lead.objects.filter(sales_person=leaver).aggregate(
        open=Count("pk", filter=Q(is_closed=False)), closed=Count("pk", filter=Q(is_closed=True))
    )
    activities = Activity.objects.open().assigned_to(leaver).count()
    has = {"has_leads": any(counts.values()), "has_activities": activities > 0}
    form = HandOverForm(request.POST or None, leaver=leaver, **has) if any(has.values()) else None
    if request.method == "POST" and (form is None or form.is_valid()):
        data: dict[str, Any] = form.cleaned_data if form else {"which": Which.NONE, "activities": False}
        try:
            handed = hand_over(
                leaver=leaver,
                to=data.get("to"),
                leads=data["which"],
                activities=data["activities"],
                deactivate=leaver.is_active,
                by=by,
            )
        except RuleError as error:
            return redirect_to(request, request.path, error.message, "danger")
        level: Level = "warning" if handed.kept_activities else "success"
        return redirect_to(request, reverse("crm:user_list"), _told(leaver, handed), level)
    context = {"person": leaver, "counts": counts, "activities": activities, "form": form, **has}
    return render(request, "leads/user_leave.html", context, status=422 if form and form.is_bound else 200)


def _told(leaver: User, handed: HandedOver) -> str:
    """What has just happened, in a few sentences."""
    told = [_("%(name)s is deactivated.") % {"name": leaver}] if leaver.is_active else []
    if handed.leads or not (told or handed.activities):
        text = ngettext("%(count)s lead handed over.", "%(count)s leads handed over.", handed.leads)
        told.append(text % {"count": format_number(handed.leads)})
    if count := handed.activities:
        text = ngettext("%(count)s activity handed over.", "%(count)s activities handed over.", count)
        told.append(text % {"count": format_number(count)})
    if count := handed.kept_activities:
        text = ngettext(
            "%(count)s activity stays: the new person may not see its lead.",
            "%(count)s activities stay: the new person may not see their leads.",
            count,
        )
        told.append(text % {"count": format_number(count)})
    return " ".join(told)
