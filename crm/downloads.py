"""Files made for a request: sent in pieces, by ASGI and WSGI alike, so that the memory does not grow with the file."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

PIECE = 64 * 1024


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
