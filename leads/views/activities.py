"""Activities: the block on the cards of leads and partners, and the dialogs in which they are planned and done.

Whatever was changed is told to the page by the event `activity:changed`; the lists of activities on it load anew.
"""

from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.formats import format_day
from crm.forms.fields import DateField
from crm.htmx import Level, Undo, close_dialog, redirect_to, toast, trigger
from crm.models import Partner, User
from crm.requests import signed_in_user
from crm.views.records import save_once
from leads import permissions
from leads.activity_block import activities_of, later_day
from leads.forms_activity import ActivityForm, FeedbackForm
from leads.models import Activity, Lead
from leads.services.activities import (
    ActivityValues,
    complete_activity,
    delete_activity,
    plan_activity,
    postpone_activity,
    reopen_activity,
    update_activity,
)
from leads.views.responses import find_lead, is_htmx, require


@require_safe
def lead_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """The block „Aktywności” of a lead."""
    return _block(request, find_lead(signed_in_user(request), pk))


@require_safe
def partner_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """The block „Aktywności” of a partner: its own activities and those of its leads."""
    return _block(request, _find_partner(signed_in_user(request), pk))


@require_http_methods(["GET", "HEAD", "POST"])
def activity_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Plan an activity of a lead."""
    return _plan(request, find_lead(signed_in_user(request), pk))


@require_http_methods(["GET", "HEAD", "POST"])
def partner_activity_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Plan an activity of a partner."""
    return _plan(request, _find_partner(signed_in_user(request), pk))


@require_http_methods(["GET", "HEAD", "POST"])
def activity_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change an activity."""
    user, activity = _find(request, pk)
    form = ActivityForm(request.POST or None, instance=activity, of=_holder(activity), user=user)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        values, version = cast(ActivityValues, form.values), form.cleaned_data["version"]
        try:
            update_activity(activity=activity, values=values, by=user, version=version)
            return _changed(request, activity, _("Saved."))
        except StaleObject:
            form.compare_with_stored()
            status = 409
        except Activity.DoesNotExist:
            return _gone(request, activity)
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    return _form(request, form, _holder(activity), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def activity_done(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mark an activity as done, with what came of it; then plan the next one, if asked to."""
    user, activity = _find(request, pk)
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial={"feedback": activity.feedback})
    if form.is_bound and form.is_valid():
        try:
            complete_activity(activity=activity, feedback=form.cleaned_data["feedback"], by=user)
        except StaleObject as refusal:
            return _changed(request, activity, str(refusal), level="info")
        except Activity.DoesNotExist:
            return _gone(request, activity)
        if "next" in request.POST and is_htmx(request):
            return _plan_next(request, activity)
        undo = Undo(reverse("leads:activity_reopen", args=[activity.pk]), {})
        return _changed(request, activity, _("Done."), undo=undo)
    context = {"activity": activity, "form": form}
    return render(request, "leads/_activity_done.html", context, status=422 if form.is_bound else 200)


@require_POST
def activity_reopen(request: HttpRequest, pk: int) -> HttpResponseBase:
    """It is to be done after all."""
    user, activity = _find(request, pk)
    reopen_activity(activity=activity, by=user)
    return _changed(request, activity, _("The activity is open again."))


@require_POST
def activity_postpone(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put an activity off: `to` is today, tomorrow, week, or a date."""
    user, activity = _find(request, pk)
    sent = request.POST.get("to", "")
    try:
        day = later_day(sent) or DateField().clean(sent)
        postpone_activity(activity=activity, to=day, by=user)
    except (RuleError, ValidationError) as refusal:
        text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), text, "danger")
    undo = None if "undo" in request.POST else Undo(request.path, {"to": activity.due_on.isoformat(), "undo": "1"})
    return _changed(request, activity, _("Put off to %(day)s.") % {"day": format_day(day)}, undo=undo)


@require_POST
def activity_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take an activity away."""
    user, activity = _find(request, pk)
    require(permissions.may_delete_activity(user, activity))
    delete_activity(activity=activity, by=user)
    return _changed(request, activity, _("The activity was deleted."))


def _find(request: HttpRequest, pk: int) -> tuple[User, Activity]:
    """An activity that the user sees (else 404) and may change (else 403)."""
    user = signed_in_user(request)
    rows = Activity.objects.visible_to(user).select_related("lead__sales_person", "partner", "type", "assignee")
    activity = get_object_or_404(rows, pk=pk)
    require(permissions.may_do(user, activity))
    return user, activity


def _find_partner(user: User, pk: int) -> Partner:
    require(user.has_perm("crm.view_partner"))
    return get_object_or_404(Partner, pk=pk)


def _holder(activity: Activity) -> Lead | Partner:
    holder = activity.lead or activity.partner
    assert holder is not None  # a check constraint
    return holder


def _plan(request: HttpRequest, of: Lead | Partner) -> HttpResponseBase:
    user = signed_in_user(request)
    require(permissions.may_plan(user, of_partner=isinstance(of, Partner)))
    form = ActivityForm(request.POST if request.method == "POST" else None, of=of, user=user)
    if form.is_bound and form.is_valid():
        values = cast(ActivityValues, form.values)
        try:
            activity = save_once(form, lambda: plan_activity(of=of, values=values, by=user))
            return _changed(request, activity, _("The activity is planned."))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    return _form(request, form, of, status=422 if form.is_bound else 200)


def _plan_next(request: HttpRequest, done: Activity) -> HttpResponseBase:
    """The dialog of a new activity in the place of the one in which another was done."""
    of = _holder(done)
    form = ActivityForm(None, of=of, user=signed_in_user(request), initial={"type": done.type_id})
    return trigger(toast(_form(request, form, of), _("Done.")), "activity:changed", id=done.pk)


def _form(request: HttpRequest, form: ActivityForm, of: Lead | Partner, *, status: int = 200) -> HttpResponse:
    activity: Activity = form.instance
    if activity.pk:
        action = reverse("leads:activity_edit", args=[activity.pk])
    else:
        name = "leads:partner_activity_create" if isinstance(of, Partner) else "leads:activity_create"
        action = reverse(name, args=[of.pk])
    context = {"form": form, "of": of, "activity": activity if activity.pk else None, "action": action}
    return render(request, "leads/_activity_form.html", context, status=status)


def _block(request: HttpRequest, of: Lead | Partner) -> HttpResponse:
    user = signed_in_user(request)
    block = activities_of(of, user=user, everything=request.GET.get("all") == "1")
    return render(request, "leads/_activities.html", {"block": block})


def _changed(
    request: HttpRequest, activity: Activity, text: str | Promise, *, level: Level = "success", undo: Undo | None = None
) -> HttpResponseBase:
    """The answer to a change: the dialog closes, and the lists of activities load anew."""
    if not is_htmx(request):
        return redirect_to(request, _holder_url(activity), text)
    answer = trigger(HttpResponse(status=204), "activity:changed", id=activity.pk)
    return close_dialog(toast(answer, text, level, undo=undo))


def _gone(request: HttpRequest, activity: Activity) -> HttpResponseBase:
    return _changed(request, activity, _("Somebody has deleted this activity in the meantime."), level="warning")


def _holder_url(activity: Activity) -> str:
    of = _holder(activity)
    return reverse("crm:partner_detail" if isinstance(of, Partner) else "leads:lead_detail", args=[of.pk])
