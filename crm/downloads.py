"""Files made for a request: sent in pieces, by ASGI and WSGI alike, so that the memory does not grow with the file."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

PIECE = 64 * 1024
# A browser runs nothing of what it gets under these, whatever the content is.
CLOSED = "default-src 'none'; sandbox"


def stream_download(
    request: HttpRequest, pieces: Iterator[bytes], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """An answer that saves `pieces` as the file `name`. Each piece is made when the one before has been sent."""
    body = one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def file_name(what: str, as_of: datetime | None, extension: str) -> str:
    """The name of a download: `leady-2026-11-25.csv`; data from the replica tell the moment that they are of (`as_of`):
    `leady stan na 2026-11-25 14.32.05.csv`.
    """
    if as_of is None:
        return f"{what}-{timezone.localdate():%Y-%m-%d}.{extension}"
    moment = f"{timezone.localtime(as_of):%Y-%m-%d %H.%M.%S}"
    return gettext("%(what)s as of %(moment)s") % {"what": what, "moment": moment} + f".{extension}"


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first of which is made now: an error that it meets is met before anything is sent."""
    first = next(pieces, b"")

    def all_pieces() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_pieces()


async def one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces for ASGI, where Django would make the whole of a synchronous iterator before it sends any. Each
    is made in the request's own thread, where its database connection is.
    """
    ask = sync_to_async(lambda: next(pieces, None), thread_sensitive=True)
    try:
        while (piece := await ask()) is not None:
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            await sync_to_async(close, thread_sensitive=True)()


def send_range(request: HttpRequest, file: FieldFile, *, size: int, name: str, content_type: str) -> HttpResponseBase:
    """A stored file to be played: all of it, or the one range that is asked for (RFC 9110, 14.2). 404 when the storage
    has lost it.
    """
    start, end = _asked_range(request.headers.get("Range", ""), size)
    headers = {"Accept-Ranges": "bytes", "Content-Security-Policy": CLOSED, "X-Content-Type-Options": "nosniff"}
    if start >= size:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    try:
        file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    is_part = (start, end) != (0, size - 1)
    response = stream_download(request, _part(file, start, end), name=name, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["Content-Length"] = str(end - start + 1)
    for header, value in headers.items():
        response.headers[header] = value
    if is_part:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _asked_range(header: str, size: int) -> tuple[int, int]:
    """The first and the last byte; all for no range, several ranges, or nonsense (which the RFC lets be ignored)."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if found is None or found[1] == found[2] == "":
        return 0, size - 1
    if not found[1]:
        return max(0, size - int(found[2])), size - 1
    start, end = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (start, end) if start <= end or start >= size else (0, size - 1)


def _part(file: FieldFile, start: int, end: int) -> Iterator[bytes]:
    left = end - start + 1
    with file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
