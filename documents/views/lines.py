"""The lines of a draft, edited in place. Each answer brings the amounts as the server counted them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.htmx import close_dialog, redirect_to, toast
from crm.models import Product
from crm.numbers import parse_id
from crm.requests import signed_in_user
from documents.forms import LineForm
from documents.kinds import AnyDocument, Kind
from documents.pasting import LONGEST, Pasted, read_pasted
from documents.services import add_lines, add_product, delete_line, sort_lines, update_line
from documents.services.lines import refusal_texts
from documents.views.common import find_document, find_editable, gone, lines_context, refused, seen_version
from leads.views.responses import is_htmx


@require_safe
def line_list(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The amounts as they are now, after the lines were put into another order; the controls stay."""
    user, document = find_document(request, kind, pk)
    return render(request, "documents/_line_saved.html", {**lines_context(document, user=user), "kind": kind})


@require_POST
def line_create(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """A line with the product that was chosen, or with what was written."""

    def add(document: AnyDocument) -> AnyDocument:
        version = seen_version(request)
        if request.POST.get("product"):
            try:
                product = forms.ModelChoiceField(Product.objects.active()).clean(request.POST["product"])
            except ValidationError as error:
                raise RuleError(_("This product has just been deleted or archived.")) from error
            return add_product(document=document, product=product, by=user, version=version)  # type: ignore[no-any-return]
        form = LineForm({"description": request.POST.get("description", "")})
        if not form.is_valid():
            raise ValidationError(form.sentences)
        return add_lines(document=document, rows=[form.cleaned_data], by=user, version=version)  # type: ignore[no-any-return]

    user, document = find_editable(request, kind, pk)
    return _changed(request, kind, document, add, has_new=True)


@require_POST
def line_update(request: HttpRequest, kind: Kind, pk: int, line: int) -> HttpResponseBase:
    """Store the controls of a line. The controls themselves stay: only the amounts and what is wrong are answered."""
    user, document = find_editable(request, kind, pk)
    form = LineForm(request.POST)
    errors: list[str] = []
    if form.is_valid():
        try:
            document = update_line(
                document=document, line_id=line, values=form.cleaned_data, by=user, version=seen_version(request)
            )
        except ObjectDoesNotExist:
            return gone(request, kind, pk)
        except StaleObject as refusal:
            return refused(request, kind, document, refusal)
        except (RuleError, ValidationError) as refusal:
            errors = refusal_texts(refusal)
    if not is_htmx(request):
        return redirect_to(request, kind.url("detail", pk), " ".join(form.sentences + errors), "danger")
    context = {
        **lines_context(document, user=user),
        "kind": kind,
        "line_id": line,
        "errors": form.sentences + errors,
        "wrong": list(form.errors),
    }
    return render(request, "documents/_line_saved.html", context, status=422 if context["errors"] else 200)


@require_POST
def line_delete(request: HttpRequest, kind: Kind, pk: int, line: int) -> HttpResponseBase:
    """Take a line away."""
    user, document = find_editable(request, kind, pk)
    version = seen_version(request)
    return _changed(
        request, kind, document, lambda row: delete_line(document=row, line_id=line, by=user, version=version)
    )


@require_POST
def line_sort(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Put the lines `id=…&id=…` into that order; answers which place each holds now."""
    user, document = find_editable(request, kind, pk)
    ids = [found for text in request.POST.getlist("id") if (found := parse_id(text)) is not None]
    try:
        sort_lines(document=document, ids=ids, by=user)
    except ObjectDoesNotExist:
        return gone(request, kind, pk)
    except RuleError as refusal:
        return refused(request, kind, document, refusal)
    return JsonResponse(dict(document.lines.order_by("position", "pk").values_list("pk", "position")))


@require_http_methods(["GET", "HEAD", "POST"])
def line_paste(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Ask for rows of a spreadsheet, and add all of them or tell of each what is wrong."""
    user, document = find_editable(request, kind, pk)
    context: dict[str, Any] = {"document": document, "kind": kind, "limit": LONGEST}
    if request.method != "POST":
        return render(request, "documents/_line_paste.html", context)
    text = request.POST.get("rows", "")
    pasted = read_pasted(text, gross=document.has_gross_prices)
    try:
        if not pasted.rows and not pasted.errors:
            raise RuleError(_("Paste at least one row."))
        if pasted.errors:
            return _show_pasted(request, context, text, pasted)
        document = add_lines(document=document, rows=pasted.rows, by=user, version=seen_version(request))
    except ObjectDoesNotExist:
        return gone(request, kind, pk)
    except StaleObject as refusal:
        return refused(request, kind, document, refusal)
    except (RuleError, ValidationError) as refusal:
        pasted.errors = [(0, sentence) for sentence in refusal_texts(refusal)]
        return _show_pasted(request, context, text, pasted)
    told = ngettext("%(count)s line added.", "%(count)s lines added.", len(pasted.rows)) % {"count": len(pasted.rows)}
    if not is_htmx(request):
        return redirect_to(request, kind.url("detail", pk), told)
    response = _lines(request, kind, document)
    response.headers["HX-Retarget"] = "#document-lines"
    response.headers["HX-Reswap"] = "outerHTML"
    return toast(close_dialog(response), told)


def _show_pasted(request: HttpRequest, context: dict[str, Any], text: str, pasted: Pasted) -> HttpResponse:
    return render(request, "documents/_line_paste.html", {**context, "text": text, "pasted": pasted}, status=422)


def _changed(
    request: HttpRequest,
    kind: Kind,
    document: AnyDocument,
    act: Callable[[Any], AnyDocument],
    *,
    has_new: bool = False,
) -> HttpResponseBase:
    """Let `act` change the document, and answer with its lines or with what refused it. A new line (the last one) gets
    the focus.
    """
    try:
        document = act(document)
    except ObjectDoesNotExist:
        return gone(request, kind, document.pk)
    except (RuleError, ValidationError) as refusal:
        return refused(request, kind, document, refusal)
    if not is_htmx(request):
        return redirect_to(request, kind.url("detail", document.pk))
    return _lines(request, kind, document, has_new=has_new)


def _lines(request: HttpRequest, kind: Kind, document: AnyDocument, *, has_new: bool = False) -> HttpResponse:
    context = {**lines_context(document, user=signed_in_user(request)), "kind": kind, "oob": True}
    if has_new and context["lines"]:
        context["new_line"] = context["lines"][-1].pk
    return render(request, "documents/_document_lines.html", context)
