"""Files under ASGI: sent in pieces, and never read whole (a warning of Django's says when they are)."""

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from crm.downloads import PIECE
from crm.middleware import send_files_in_pieces


class CountedFile(BytesIO):
    """A file that notes how much of it was read."""

    def __init__(self, size: int) -> None:
        super().__init__(b"x" * size)
        self.taken = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def asgi_request() -> ASGIRequest:
    return ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": []}, BytesIO())


def in_a_loop(work: Any) -> Any:
    # In a thread of its own: where a browser test ran before, this one has a loop.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.django_db
def test_a_file_leaves_in_pieces_and_whole() -> None:
    file = CountedFile(3 * PIECE + 1)
    response: Any = send_files_in_pieces(lambda request: FileResponse(file))(asgi_request())
    sizes: list[int] = []
    read_before: list[int] = []

    async def send() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            async for piece in response:
                sizes.append(len(piece))
                read_before.append(file.taken)

    in_a_loop(send())
    response.close()

    assert sizes == [PIECE, PIECE, PIECE, 1]
    assert read_before[0] == PIECE, "the second piece is read when the first one was taken"
    assert file.closed


def test_other_answers_are_left_alone() -> None:
    page = HttpResponse("x")
    file = FileResponse(BytesIO(b"x"))

    def answer(given: HttpResponseBase, request: HttpRequest) -> HttpResponseBase:
        return send_files_in_pieces(lambda _request: given)(request)

    assert answer(page, asgi_request()) is page
    assert answer(file, HttpRequest()) is file
    assert not file.is_async
