"""Pages of reference data: one set of views for all kinds."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Func, Value
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from crm.errors import InUse, RuleError, StaleObject
from crm.forms.reference import ReplaceForm, form_class
from crm.htmx import asking_page, close_dialog, redirect_to, toast
from crm.models import ReferenceItem
from crm.reference import Kind
from crm.requests import signed_in_user
from crm.services.reference import (
    ConfirmationNeeded,
    archive_item,
    delete_item,
    restore_item,
    save_item,
    sort_items,
)
from crm.services.replacing import Replacement, replace_item
from crm.usage import listed_uses
from crm.views.stale import show_refusal, show_stale

SHOWN = 200
SEARCHED_FROM = 15

may_manage = permission_required("crm.manage_settings", raise_exception=True)


@may_manage
@require_safe
def reference_list(request: HttpRequest, kind: Kind) -> HttpResponse:
    """All items of a kind, or those whose name contains `?q=`; `?archived=1` shows the archived ones."""
    template = "crm/_reference_list.html" if request.htmx else "crm/reference_list.html"  # type: ignore[attr-defined]
    return render(request, template, list_context(kind, request.GET))


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def reference_create(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """A new item."""
    return _save(request, kind, kind.model())


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def reference_edit(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Change an item."""
    return _save(request, kind, get_object_or_404(kind.model, pk=pk))


@may_manage
@require_POST
def reference_sort(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Put the items `id=…&id=…` into that order; answers which place each holds now."""
    ids = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal() and len(pk) < 19]
    places = sort_items(model=kind.model, ids=ids, by=signed_in_user(request))
    return JsonResponse(places)


@may_manage
@require_POST
def reference_archive(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Offer an item no more."""
    item = get_object_or_404(kind.model, pk=pk)
    if kind.archive_url_name:
        return redirect_to(request, kind.archive_url(item))  # has more to ask first
    archive_item(item=item, by=signed_in_user(request))
    return back_to_list(request, kind, _("“%(item)s” is archived.") % {"item": item})


@may_manage
@require_POST
def reference_restore(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Offer an archived item again."""
    item = get_object_or_404(kind.model, pk=pk)
    restore_item(item=item, by=signed_in_user(request))
    return back_to_list(request, kind, _("“%(item)s” can be chosen again.") % {"item": item})


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def reference_delete(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Ask, and delete; what is in use says where, and offers archiving or replacing."""
    item = get_object_or_404(kind.model, pk=pk)
    refusal: RuleError | None = None
    if request.method == "POST":
        try:
            delete_item(item=item, by=signed_in_user(request))
        except RuleError as error:
            refusal = error
        else:
            return back_to_list(request, kind, _("“%(item)s” is deleted.") % {"item": item})
    return _deletion(request, kind, item, ReplaceForm(kind=kind, item=item), refusal)


@may_manage
@require_POST
def reference_replace(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Put another item in the place of one wherever it is used, then delete that one."""
    item = get_object_or_404(kind.model, pk=pk)
    form = ReplaceForm(request.POST, kind=kind, item=item)
    if not form.is_valid():
        return _deletion(request, kind, item, form)
    replacement = form.cleaned_data["replacement"]
    try:
        done = replace_item(item=item, replacement=replacement, by=signed_in_user(request))
    except RuleError as error:
        return _deletion(request, kind, item, form, error)
    if done.outcome == "kept":
        return _deletion(request, kind, item, form, done=done)
    return back_to_list(request, kind, _replaced_text(done, item, replacement))


def list_context(kind: Kind, query: QueryDict) -> dict[str, Any]:
    """What the list shows for its query."""
    archived = query.get("archived") == "1"
    search = query.get("q", "").replace("\x00", "").strip()[:100]
    everything = kind.model._default_manager.filter(is_archived=archived)
    items = everything
    if search:
        needle = Func(Value(search), function="lejek_normalise")
        items = items.annotate(searched=Func("name", function="lejek_normalise")).filter(searched__contains=needle)
    found = items.count()
    in_archive = kind.model._default_manager.filter(is_archived=True).count()
    return {
        "kind": kind,
        "items": items[:SHOWN],
        "search": search,
        "is_searchable": search or found > SEARCHED_FROM,
        "archived": archived,
        "archived_count": in_archive,
        "not_shown": max(0, found - SHOWN),
        "is_sortable": not archived and not search and found > 1,
    }


def back_to_list(request: HttpRequest, kind: Kind, text: str) -> HttpResponseBase:
    """The list as it was, renewed in place, with a message; without HTMX, the list's page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect_to(request, kind.list_url(), text)
    query = QueryDict(urlsplit(asking_page(request) or "").query)
    response = render(request, "crm/_reference_list.html", list_context(kind, query))
    retarget(reswap(response, "outerHTML"), "#reference-list")
    return close_dialog(toast(response, text))


def dialog(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A dialog of the settings: in #modal for HTMX, else as a page of its own."""
    layout = "components/modal.html" if request.htmx else "crm/settings_dialog.html"  # type: ignore[attr-defined]
    return render(request, template, {**context, "layout": layout}, status=status)


def _save(request: HttpRequest, kind: Kind, item: ReferenceItem) -> HttpResponseBase:
    form = form_class(kind)(request.POST or None, instance=item)
    context: dict[str, Any] = {"kind": kind, "item": item, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_item(
                item=item,
                values=form.values,
                by=signed_in_user(request),
                seen=form.cleaned_data["seen"] if item.pk else None,
                confirmed="confirmed" in request.POST,
            )
        except ConfirmationNeeded as asked:
            context["questions"] = asked.questions
        except StaleObject:
            context["stored"] = show_stale(form)
        except (RuleError, ValidationError) as refusal:
            show_refusal(form, refusal)
        else:
            text = _("“%(item)s” is saved.") if item.pk else _("“%(item)s” is added.")
            return back_to_list(request, kind, text % {"item": saved})
    return dialog(request, "crm/reference_form.html", context, status=422 if form.is_bound else 200)


def _deletion(
    request: HttpRequest,
    kind: Kind,
    item: ReferenceItem,
    form: ReplaceForm,
    refusal: RuleError | None = None,
    done: Replacement | None = None,
) -> HttpResponse:
    uses = listed_uses(item)
    if refusal is not None and refusal.field == "replacement":
        form.add_error("replacement", str(refusal))
        refusal = None
    context = {
        "kind": kind,
        "item": item,
        "uses": uses,
        "form": form,
        "refusal": None if isinstance(refusal, InUse) else refusal,
        "done": done,
        "archive_url": kind.archive_url(item),
    }
    refused = refusal is not None or form.is_bound
    return dialog(request, "crm/reference_delete.html", context, status=422 if refused or done else 200)


def _replaced_text(done: Replacement, item: ReferenceItem, replacement: ReferenceItem) -> str:
    texts = {
        "deleted": _("“%(item)s” is replaced by “%(replacement)s” and deleted."),
        "archived": _("“%(item)s” is replaced by “%(replacement)s” and archived, since the history tells of it."),
    }
    text = texts[done.outcome] % {"item": item, "replacement": replacement}
    if not done.answer.moved:
        return text
    moved = ngettext("%(count)s record changed.", "%(count)s records changed.", done.answer.moved)
    return f"{text} {moved % {'count': done.answer.moved}}"
