"""Files of a lead: the tab „Pliki” of its card, uploads and downloads, each behind the lookup of the lead."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.downloads import CLOSED, PIECE, stream_download
from crm.errors import RuleError
from crm.htmx import redirect_to, toast, trigger
from crm.models import User
from crm.requests import signed_in_user
from leads import permissions
from leads.files import UNKNOWN
from leads.models import Lead, LeadFile
from leads.services.files import FileTooLarge, add_file, delete_file
from leads.views.responses import find_lead, is_htmx, require

# Chromium shows no PDF in a sandbox; its viewer is one itself.
PDF_ONLY = (
    "default-src 'none'; object-src 'self'; img-src 'self' blob:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


@require_safe
def lead_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The list in the tab „Pliki”, the newest first, and the number on the tab."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    files = LeadFile.objects.visible_to(user).filter(lead=lead).select_related("uploaded_by").order_by("-pk")
    rows = [(file, permissions.may_delete_file(user, file)) for file in files]
    return render(request, "leads/_file_list.html", {"lead": lead, "rows": rows})


@require_POST
def file_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep what was uploaded as `files`, each answered for itself; scripts send one at a time."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(permissions.may_add_files(user))
    kept, refusals = _keep(request.FILES.getlist("files"), lead, user)
    if not kept and not refusals:
        refusals = [RuleError(_("Choose a file."))]
    if "application/json" in request.headers.get("Accept", ""):
        return _told_to_script(kept, refusals)
    for refusal in refusals:
        messages.error(request, str(refusal))
    if kept:
        text = ngettext("%(count)s file was added.", "%(count)s files were added.", len(kept)) % {"count": len(kept)}
        messages.success(request, text)
    return HttpResponseRedirect(_tab(lead))


def _keep(uploads: "Sequence[UploadedFile[bytes]]", lead: Lead, user: User) -> tuple[list[LeadFile], list[RuleError]]:
    kept: list[LeadFile] = []
    refusals: list[RuleError] = []
    for upload in uploads:
        try:
            kept.append(add_file(lead=lead, file=upload, name=upload.name or "", size=upload.size or 0, by=user))
        except RuleError as refusal:
            refusals.append(refusal)
    return kept, refusals


def _told_to_script(kept: Sequence[LeadFile], refusals: Sequence[RuleError]) -> JsonResponse:
    if not refusals:
        return JsonResponse({"files": [{"id": file.pk, "name": file.name} for file in kept]}, status=201)
    status = 413 if all(isinstance(refusal, FileTooLarge) for refusal in refusals) else 422
    return JsonResponse({"error": " ".join(map(str, refusals))}, status=status)


@require_safe
def file_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, to be saved: nothing of it is opened in the browser."""
    file = _find(signed_in_user(request), pk)
    response = stream_download(request, _pieces(file.file), name=file.name, content_type=UNKNOWN)
    return _closed(response, CLOSED)


@require_safe
def file_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog with a look at an image or a PDF."""
    file = _find(signed_in_user(request), pk)
    if not (file.preview or file.kind == LeadFile.Kind.PDF):
        raise Http404
    return render(request, "leads/_file_preview.html", {"file": file})


@require_safe
def file_picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture that was made of an image."""
    file = _find(signed_in_user(request), pk)
    if not file.preview:
        raise Http404
    response = stream_download(request, _pieces(file.preview), name="picture.webp", content_type="image/webp")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"  # it never changes
    return _closed(response, CLOSED)


@require_safe
def file_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A PDF for the browser's own viewer, in a frame of ours."""
    file = _find(signed_in_user(request), pk)
    if file.kind != LeadFile.Kind.PDF:
        raise Http404
    response = stream_download(request, _pieces(file.file), name=file.name, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, file.name) or "inline"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return _closed(response, PDF_ONLY)


@require_POST
def file_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a file away."""
    user = signed_in_user(request)
    file = _find(user, pk)
    require(permissions.may_delete_file(user, file))
    delete_file(file=file, by=user)
    text = _("“%(name)s” was deleted.") % {"name": file.name}
    if not is_htmx(request):
        return redirect_to(request, _tab(file.lead), text)
    return toast(trigger(HttpResponse(status=204), "files:changed"), text)


def _find(user: User, pk: int) -> LeadFile:
    """A file of a lead that the user sees, else 404."""
    return get_object_or_404(LeadFile.objects.visible_to(user).select_related("lead", "uploaded_by"), pk=pk)


def _pieces(stored: FieldFile) -> Iterator[bytes]:
    """The content in pieces; 404 at once when the storage has lost it."""
    try:
        stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return _read(stored)


def _read(stored: FieldFile) -> Iterator[bytes]:
    with stored:
        yield from stored.chunks(PIECE)


def _closed(response: Any, policy: str) -> HttpResponseBase:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    answer: HttpResponseBase = response
    return answer


def _tab(lead: Lead) -> str:
    return f"{reverse('leads:lead_detail', args=[lead.pk])}#files"
