"""Files made for a request: sent in pieces, by ASGI and WSGI alike, so that the memory does not grow with the file."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

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
