"""Bodies of requests that are too large are let go by before Django stores them: no memory and no disk for them.

Django's ASGI handler takes in the whole body of a request, whoever sends it, before the first middleware is asked.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Who sends a file reads the answer only after it; beyond this much nobody is waited for.
PATIENCE = 1024 * 1024 * 1024


def limit_bodies(application: Application, *, limit: int) -> Application:
    """`application` (ASGI) as it is, but no more than `limit` bytes of a body reach it.

    It knows a larger one by its Content-Length, which is added where there was none: crm.middleware.request_size
    refuses it.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        headers = list(scope["headers"])
        announced = next((value for name, value in headers if name == b"content-length"), b"")
        body = _Body(receive, limit=0 if _is_above(announced, limit) else limit)

        async def receive_limited() -> Message:
            message = await body.receive()
            if body.is_cut and not announced:
                headers.append((b"content-length", b"%d" % body.length))
            return message

        await application({**scope, "headers": headers}, receive_limited, send)

    return limited


def _is_above(announced: bytes, limit: int) -> bool:
    return announced.isdigit() and (len(announced) > 18 or int(announced) > limit)


class _Body:
    """The body of one request: `limit` bytes of it are given on, and what comes after them is thrown away."""

    def __init__(self, receive: Receive, *, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._is_over = False
        self.length = 0

    @property
    def is_cut(self) -> bool:
        return self.length > self._limit

    async def receive(self) -> Message:
        """The next piece; of one that goes beyond the limit nothing, after the rest has gone by."""
        message = await self._receive()
        if self._is_over or message["type"] != "http.request":
            return message
        while self._count(message) and message.get("more_body") and self.length < PATIENCE:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
        self._is_over = self.is_cut or not message.get("more_body")
        return {"type": "http.request", "body": b"", "more_body": False} if self.is_cut else message

    def _count(self, message: Message) -> bool:
        """Whether the body is too long with this piece."""
        self.length += len(message.get("body", b""))
        return self.is_cut
