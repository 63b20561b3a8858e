"""How a document goes out: its PDF, its file for KSeF, and the block on its page that leads there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.downloads import stream_download
from crm.errors import RuleError
from crm.htmx import redirect_to
from documents.kinds import INVOICES, Kind
from documents.panel import panel_context
from documents.pdf import Language
from documents.printing import file_name, language_of
from documents.printing import render as render_document
from documents.services.ksef import export_invoice
from documents.views.common import find_document

LANGUAGES: dict[str, Language] = {"pl": "pl", "en": "en"}


@require_safe
def document_panel(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The block with PDF, e-mail, payments, KSeF and corrections."""
    user, document = find_document(request, kind, pk)
    return render(request, "documents/_document_panel.html", panel_context(kind, document, user=user))


@require_safe
def document_pdf(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """The PDF, to be saved, in the language `?lang=`, else in the buyer's."""
    _user, document = find_document(request, kind, pk)
    language = LANGUAGES.get(request.GET.get("lang", "")) or language_of(document)
    return _file(request, render_document(document, language=language), f"{file_name(document)}.pdf", "application/pdf")


@require_safe
def invoice_fa3(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The FA(3) file of an issued invoice, to be sent to KSeF."""
    _user, invoice = find_document(request, INVOICES, pk)
    try:
        structured = export_invoice(invoice=invoice)
    except RuleError as refusal:
        return redirect_to(request, INVOICES.url("detail", pk), str(refusal), "danger")
    return _file(request, bytes(structured.xml), f"{file_name(invoice)}-FA3.xml", "application/xml")


def _file(request: HttpRequest, content: bytes, name: str, content_type: str) -> HttpResponseBase:
    response: Any = stream_download(request, iter([content]), name=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]
