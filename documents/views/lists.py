"""The lists of orders and invoices, and new documents that begin there."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.downloads import begun, file_name, stream_download
from crm.errors import RuleError
from crm.htmx import redirect_to
from crm.once import make_once
from crm.replica import PRIMARY, read_beside
from crm.requests import signed_in_user
from documents.forms import StartForm
from documents.kinds import Kind
from documents.listing import prepare_export, read_listing
from documents.permissions import may_create
from documents.services import create_draft
from leads.export import TooManyRows, too_many_text
from leads.views.list import FORMATS, fresh
from leads.views.responses import is_htmx, require


@require_GET
def document_list(request: HttpRequest, kind: Kind) -> HttpResponse:
    """The list as the address filters and sorts it; for HTMX the table alone."""
    user = signed_in_user(request)
    require(user.has_perm(kind.may("view")))
    listing = read_listing(kind, user, request.GET)
    context = {"listing": listing, "kind": kind, "may_create": may_create(user, kind), "today": timezone.localdate()}
    if is_htmx(request):
        status = 200 if listing.form.is_valid() else 422
        return fresh(render(request, "documents/_document_table.html", context, status=status))
    status = 200 if listing.form.is_valid() else 400
    return fresh(render(request, "documents/document_list.html", context, status=status))


@require_GET
def document_export(request: HttpRequest, kind: Kind, format: str) -> HttpResponseBase:
    """The whole list, as the address filters and sorts it, as a file: CSV or XLSX."""
    user = signed_in_user(request)
    require(user.has_perm(kind.may("view")))
    make, content_type = FORMATS[format]
    listing = read_listing(kind, user, request.GET, with_page=False)
    if not listing.form.is_valid():
        text = " ".join(str(error) for errors in listing.form.errors.values() for error in errors)
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")

    def read(alias: str) -> Iterator[bytes]:
        pieces = make(prepare_export(listing, alias=alias))
        return pieces if alias == PRIMARY.alias else begun(pieces)

    try:
        pieces, source = read_beside(read)
    except TooManyRows:
        return HttpResponse(too_many_text(), status=413, content_type="text/plain; charset=utf-8")
    name = file_name(str(kind.title).lower(), source.as_of, format)
    return stream_download(request, pieces, name=name, content_type=content_type)


@require_POST
def document_create(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """A new draft, opened for completion. Sent twice from one page, it makes one."""
    user = signed_in_user(request)
    require(may_create(user, kind))
    start = StartForm(request.POST)
    partner = start.cleaned_data["partner"] if start.is_valid() else None
    key = f"{kind.name} {user.pk} {request.POST.get('token', '')}"
    try:
        document, _made = make_once(
            key,
            rows=kind.model.objects.visible_to(user),
            make=lambda: create_draft(kind=kind, by=user, partner=partner),
        )
    except RuleError as refusal:
        return redirect_to(request, kind.list_url(), str(refusal), "danger")
    return redirect_to(request, kind.url("detail", document.pk))
