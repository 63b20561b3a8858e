"""The page of a document: its header, its steps, its history, its end."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to
from crm.once import make_once
from crm.requests import signed_in_user
from documents.forms import DocumentForm, form_class, labelled
from documents.history import history_of
from documents.kinds import INVOICES, ORDERS, AnyDocument, Kind
from documents.permissions import may_create, may_delete
from documents.rules import ReadOnly
from documents.services import delete_draft, invoice_order, take_step, update_draft
from documents.transitions import Transition, find_transition
from documents.views.common import (
    document_page,
    find_document,
    gone,
    refused,
    seen_version,
)
from leads.views.card import moment_in
from leads.views.responses import require


@require_safe
def document_detail(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The document; a draft as a form."""
    _user, document = find_document(request, kind, pk)
    return document_page(request, kind, document)


@require_POST
def document_save(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Store the header of a draft; with `step`, take that step after it."""
    user = signed_in_user(request)
    document = kind.model.objects.visible_to(user).filter(pk=pk).first()
    require(user.has_perm(kind.may("change")))
    if document is None:
        return _gone_with_form(request, kind, pk)
    form = form_class(kind)(request.POST, instance=document)
    if not form.is_valid():
        return document_page(request, kind, document, form=form, status=422)
    try:
        saved = update_draft(document=document, values=form.values, by=user, version=form.cleaned_data["version"])
        form.go_on_from(saved)
        if "step" in request.POST:
            step = _step(request, saved)
            take_step(document=saved, transition=step, by=user, version=saved.version)
            return redirect_to(request, kind.url("detail", pk), step.done)
    except StaleObject:
        form.compare_with_stored()
        return document_page(request, kind, document, form=form, status=409)
    except ObjectDoesNotExist:
        return _gone_with_form(request, kind, pk)
    except ReadOnly as refusal:
        return refused(request, kind, document, refusal)
    except (RuleError, ValidationError) as refusal:
        form.refuse(refusal)
        stored = kind.model.objects.visible_to(user).get(pk=pk)
        return document_page(request, kind, stored, form=form, status=422)
    return redirect_to(request, kind.url("detail", pk), _("Saved."))


def _gone_with_form(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    form: DocumentForm = form_class(kind)(request.POST, instance=kind.model(pk=pk, type_id=None))
    return gone(request, kind, pk, typed=list(labelled(form)))


def _step(request: HttpRequest, document: AnyDocument) -> Transition:
    """The step that was asked for; 404 for what is none, 403 without the right."""
    try:
        step = find_transition(document, request.POST.get("step", ""))
    except KeyError:
        raise Http404 from None
    if not step.by_hand:
        raise Http404
    require(signed_in_user(request).has_perm(step.permission))
    return step


@require_POST
def document_step(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Take a step with a document whose header is not being typed."""
    user, document = find_document(request, kind, pk)
    step = _step(request, document)
    try:
        take_step(document=document, transition=step, by=user, version=seen_version(request))
    except ObjectDoesNotExist:
        return gone(request, kind, pk)
    except (RuleError, ValidationError) as refusal:
        return refused(request, kind, document, refusal)
    return redirect_to(request, kind.url("detail", pk), step.done)


@require_http_methods(["GET", "HEAD", "POST"])
def document_delete(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Ask, and delete a draft for good."""
    user, document = find_document(request, kind, pk)
    require(user.has_perm(kind.may("delete")))
    if request.method != "POST":
        context = {"document": document, "kind": kind, "can_delete": may_delete(user, document)}
        return render(request, "documents/_document_delete.html", context)
    try:
        delete_draft(document=document, by=user)
    except ObjectDoesNotExist:
        return gone(request, kind, pk)
    except RuleError as refusal:
        return refused(request, kind, document, refusal)
    return redirect_to(request, kind.list_url(), _("The draft was deleted."))


@require_safe
def document_history(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The block „Historia”, a page of it."""
    _user, document = find_document(request, kind, pk)
    page = history_of(document, before=moment_in(request.GET.get("before", "")))
    context: dict[str, Any] = {"page": page, "history_url": kind.url("history", pk)}
    return render(request, "leads/_lead_history.html", context)


@require_POST
def order_invoice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An invoice for an order, opened for completion. Sent twice from one page, it makes one."""
    user, order = find_document(request, ORDERS, pk)
    require(may_create(user, INVOICES))
    key = f"invoice of order {pk} {user.pk} {request.POST.get('token', '')}"
    try:
        invoice, _made = make_once(
            key, rows=INVOICES.model.objects.visible_to(user), make=lambda: invoice_order(order=order, by=user)
        )
    except RuleError as refusal:
        return refused(request, ORDERS, order, refusal)
    return redirect_to(request, INVOICES.url("detail", invoice.pk))
