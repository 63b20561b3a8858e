"""What the views of documents share: the lookup, the page, the fragments that changed, and refusals."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.htmx import redirect_to, toast
from crm.models import User, VatRate
from crm.requests import signed_in_user
from documents import money, permissions
from documents.forms import DocumentForm, form_class
from documents.kinds import INVOICES, ORDERS, AnyDocument, Kind
from documents.models import Order
from documents.querysets import visible_documents
from documents.services.lines import refusal_texts
from documents.services.store import lines_of
from leads.conflicts import author_of
from leads.views.responses import is_htmx, require, version_of


def find_document(request: HttpRequest, kind: Kind, pk: int) -> tuple[User, Any]:
    """The user and the document, or 404 when it does not exist for them."""
    user = signed_in_user(request)
    documents = kind.model.objects.visible_to(user).select_related("type", "partner", "lead", "created_by")
    return user, get_object_or_404(documents, pk=pk)


def find_editable(request: HttpRequest, kind: Kind, pk: int) -> tuple[User, Any]:
    """As `find_document`; 403 for those who may not change documents of the kind. That it is a draft is a rule."""
    user, document = find_document(request, kind, pk)
    require(user.has_perm(kind.may("change")))
    return user, document


def seen_version(request: HttpRequest) -> int:
    """The version that a change is meant for; 0, which no document has, when the request names none."""
    return version_of(request) or 0


def lines_context(document: AnyDocument, *, user: User) -> dict[str, Any]:
    """What the lines and the totals show."""
    lines = lines_of(document)
    return {
        "document": document,
        "lines": lines,
        "totals": money.compute(lines, gross=document.has_gross_prices),
        "can_edit": permissions.may_edit(user, document),
        "rates": VatRate.choices,
    }


def page_context(kind: Kind, document: AnyDocument, *, user: User, form: DocumentForm | None = None) -> dict[str, Any]:
    """What the page of a document shows; `form` is the one that was refused."""
    can_edit = permissions.may_edit(user, document)
    if can_edit and form is None:
        form = form_class(kind)(instance=document)
    return {
        **lines_context(document, user=user),
        "kind": kind,
        "form": form if can_edit else None,
        "steps": permissions.open_transitions(user, document),
        "can_delete": permissions.may_delete(user, document),
        "can_invoice": isinstance(document, Order)
        and document.state in ORDERS.summed
        and permissions.may_create(user, INVOICES),
        "token": get_random_string(22),
    }


def document_page(
    request: HttpRequest, kind: Kind, document: AnyDocument, *, form: DocumentForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page."""
    context = page_context(kind, document, user=signed_in_user(request), form=form)
    return render(request, "documents/document_detail.html", context, status=status)


def refused(request: HttpRequest, kind: Kind, document: Any, refusal: RuleError | ValidationError) -> HttpResponseBase:
    """The answer to an action that a rule refused (422), or that came too late (409): a sentence, and nothing else."""
    status = 409 if isinstance(refusal, StaleObject) else 422
    text = " ".join(refusal_texts(refusal))
    if isinstance(refusal, StaleObject):
        text += " " + _("Nothing was changed. Reload the page to see the document as it is now.")
    if is_htmx(request):
        return toast(HttpResponse(status=status, headers={"HX-Reswap": "none"}), text, "danger")
    return redirect_to(request, kind.url("detail", document.pk), text, "danger")


def find_deletion(kind: Kind, user: User, pk: int) -> Any:
    """How a document ended, for those who could see it; 404 for all others."""
    visible = visible_documents(user, kind.may("view"))
    event = kind.event.objects.filter(visible, pgh_obj_id=pk, pgh_label="delete").last()
    if event is None:
        raise Http404
    return event


def deleted_text(kind: Kind, event: Any) -> str:
    """That a document is gone, and by whom."""
    author = author_of(event)
    if author is None:
        return _("This document has been deleted in the meantime.")
    return _("%(person)s has deleted this document in the meantime.") % {"person": author}


def gone(request: HttpRequest, kind: Kind, pk: int, *, typed: Any = ()) -> HttpResponseBase:
    """The answer to a change of a document that somebody deleted meanwhile: 410, and what was typed stays.

    404 for those who could not see it.
    """
    user = signed_in_user(request)
    text = deleted_text(kind, find_deletion(kind, user, pk))
    if is_htmx(request):
        return toast(HttpResponse(status=410, headers={"HX-Reswap": "none"}), text, "danger")
    return render(request, "documents/document_gone.html", {"kind": kind, "text": text, "typed": typed}, status=410)
