"""Saved views: the bar, opening one, keeping what the page shows, and what is done with them."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import RuleError
from crm.htmx import asking_page, redirect_to, render_form_error, toast
from crm.models import User
from crm.requests import signed_in_user
from leads.models import SavedView
from leads.panel import LIST
from leads.permissions import may_change_view
from leads.saved_view_forms import SavedViewForm
from leads.saved_views import ViewBar, open_view, read_shown, view_url
from leads.services.saved_views import (
    change_view,
    create_view,
    delete_view,
    pin_view,
    set_default_view,
    update_view,
)
from leads.views.responses import is_htmx, require


@require_GET
def view_open(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list or the board as the view has it."""
    user, view = _find(request, pk)
    return opening(request, view, user)


def opening(request: HttpRequest, view: SavedView, user: User) -> HttpResponseBase:
    """Go to where the view opens; what its filter names and is gone is left out, and told."""
    url, gone = open_view(view, user=user)
    if gone:
        text = ngettext(
            "View “%(view)s” is shown without the filter %(fields)s: what it names has been deleted. Update the view.",
            "View “%(view)s” is shown without the filters %(fields)s: what they name has been deleted."
            " Update the view.",
            len(gone),
        )
        messages.error(request, text % {"view": view.name, "fields": ", ".join(gone)})
    return redirect(url)


@require_GET
def view_list(request: HttpRequest) -> HttpResponseBase:
    """All views that the user may open, with what can be done with each."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    if not is_htmx(request):  # a dialog of the list: it has no page of its own
        return redirect("leads:lead_list")
    return render(request, "leads/_saved_view_list.html", _listed(user, request))


@require_http_methods(["GET", "HEAD", "POST"])
def view_create(request: HttpRequest) -> HttpResponseBase:
    """Keep what the page shows under a name."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    if request.method != "POST":
        address = asking_page(request) or LIST.url
        try:
            shown = read_shown(address, user=user)
        except RuleError as refusal:
            return _refused(refusal)
        form = SavedViewForm(initial={"kind": shown.kind, "address": address, "is_pinned": True})
        return render(request, "leads/_saved_view_form.html", {"form": form})
    form = SavedViewForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            shown = replace(read_shown(data["address"], user=user), kind=data["kind"])
            view = create_view(name=data["name"], shown=shown, is_shared=data["is_shared"], by=user)
        except RuleError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            _choose(view, user, data)
            return redirect_to(request, view_url(view), _("View “%(name)s” saved.") % {"name": view.name})
    return render_form_error(request, "leads/_saved_view_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def view_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename, share, pin."""
    user, view = _find(request, pk)
    require(may_change_view(user, view))
    initial = {name: getattr(view, name) for name in ("name", "is_shared", "is_pinned", "is_default")}
    form = SavedViewForm(request.POST or None, view=view, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_view(view=view, name=data["name"], is_shared=data["is_shared"], by=user)
        except RuleError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            if view.is_shared or view.owner_id == user.pk:
                _choose(view, user, data)
            return _back(request, _("View “%(name)s” saved.") % {"name": view.name})
    context = {"form": form, "view": view}
    return render(request, "leads/_saved_view_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def view_update(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let the view keep what the page shows now."""
    user, view = _find(request, pk)
    require(may_change_view(user, view))
    try:
        shown = read_shown(asking_page(request) or view_url(view), user=user)
    except RuleError as refusal:
        return _refused(refusal)
    update_view(view=view, shown=shown, by=user)
    return redirect_to(request, view_url(view), _("View “%(name)s” updated.") % {"name": view.name})


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete the view; leads are not touched."""
    user, view = _find(request, pk)
    require(may_change_view(user, view))
    delete_view(view=view, by=user)
    return _back(request, _("View “%(name)s” deleted.") % {"name": view.name})


@require_POST
def view_pin(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the view as a tab, or no more."""
    user, view = _find(request, pk)
    pin_view(view=view, is_pinned=request.POST.get("on") == "1", by=user)
    return _changed(request, user)


@require_POST
def view_default(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open the list with this view, or with none."""
    user, view = _find(request, pk)
    set_default_view(view=view, is_default=request.POST.get("on") == "1", by=user)
    return _changed(request, user)


def _find(request: HttpRequest, pk: int) -> tuple[User, SavedView]:
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    return user, get_object_or_404(SavedView.objects.visible_to(user).chosen_by(user), pk=pk)


def _choose(view: SavedView, user: User, data: dict[str, Any]) -> None:
    pin_view(view=view, is_pinned=data["is_pinned"], by=user)
    set_default_view(view=view, is_default=data["is_default"], by=user)


def _listed(user: User, request: HttpRequest) -> dict[str, Any]:
    bar = ViewBar(user, asking_page(request) or LIST.url)
    return {"bar": bar, "rows": [(view, may_change_view(user, view)) for view in bar.views]}


def _changed(request: HttpRequest, user: User) -> HttpResponseBase:
    """The dialog as it is now, and the bar behind it."""
    return render(request, "leads/_saved_view_list.html", {**_listed(user, request), "oob": True})


def _back(request: HttpRequest, text: str) -> HttpResponseBase:
    """The page that asked, loaded again."""
    return redirect_to(request, asking_page(request) or LIST.url, text)


def _refused(refusal: RuleError) -> HttpResponseBase:
    return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal), "danger")
