"""What a message is made of: its HTML in a frame, its original, its attachments."""

from collections.abc import Iterator

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from communications.html.frame import frame_response
from communications.models import Attachment
from communications.views.emails import find_email
from crm.downloads import CLOSED, PIECE, stream_download
from crm.requests import signed_in_user
from leads.files import clean_name

UNKNOWN = "application/octet-stream"


@require_safe
def email_frame(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML for the sandboxed frame; `?images=1` with the images of other servers."""
    message = find_email(signed_in_user(request), pk)
    attachments = message.attachments.exclude(content_id="")
    return frame_response(message.html, attachments=attachments, remote=request.GET.get("images") == "1")


@require_safe
def email_original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The message as it came (`.eml`), to be saved."""
    message = find_email(signed_in_user(request), pk)
    if not message.raw:
        raise Http404
    name = clean_name(f"{message.subject[:100].strip() or _('e-mail')}.eml".replace("/", "_"))
    return _download(request, message.raw, name)


@require_safe
def attachment_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An attachment, to be saved: nothing of it is opened in the browser."""
    user = signed_in_user(request)
    attachment = get_object_or_404(Attachment.objects.visible_to(user), pk=pk)
    return _download(request, attachment.file, clean_name(attachment.name))


def _download(request: HttpRequest, stored: FieldFile, name: str) -> HttpResponseBase:
    try:
        stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = stream_download(request, _read(stored), name=name, content_type=UNKNOWN)
    response.headers["Content-Security-Policy"] = CLOSED
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _read(stored: FieldFile) -> Iterator[bytes]:
    with stored:
        yield from stored.chunks(PIECE)
