"""`/live/`: the event stream of a browser.

It stands before Django, whose handler keeps a thread for each request as long as it lasts; here a stream that has
nothing to say costs a socket and a timer.
"""

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError
from io import BytesIO

from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import caches
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, connections
from django.http import QueryDict
from redis.exceptions import RedisError

from crm.body_limit import Application, Receive, Scope, Send
from crm.live.audience import Audience
from crm.live.hub import Hub, Listener
from crm.live.log import place
from crm.models import User
from crm.sessions import SessionStore

log = logging.getLogger(__name__)

PATH = "/live/"
HEARTBEAT = 20.0
# A stream ends by itself, and its browser opens another one: who may hear what is asked anew.
LIFETIME = (240.0, 360.0)
# Threads of its own: many browsers that come back to a slow database must not hold those that Django answers by.
OPENERS = ThreadPoolExecutor(2, thread_name_prefix="live")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def with_live_stream(application: Application) -> Application:
    """`application` (ASGI) as it is, with the event stream at PATH."""
    hub = Hub()

    async def streaming(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await _answer(hub, scope, receive, send)
        else:
            await application(scope, receive, send)

    return streaming


async def _answer(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["method"] != "GET":
        await _refuse(send, 405)
        return
    try:
        listener = await asyncio.get_running_loop().run_in_executor(OPENERS, _listener_of, scope)
    except (DatabaseError, RedisError) as error:
        log.warning("Live events: a stream could not be opened: %s", error)
        await _refuse(send, 503)
        return
    if listener is None:
        await _refuse(send, 401)
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    # After a restart of the server not all browsers come back in the same moment.
    await _write(send, b"retry: %d\n\n" % random.randint(1000, 4000))
    try:
        await hub.join(listener, since=_since(scope))
        ends = {asyncio.create_task(_serve(listener, send)), asyncio.create_task(_disconnected(receive))}
        await asyncio.wait(ends, timeout=random.uniform(*LIFETIME), return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
    finally:
        hub.leave(listener)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _serve(listener: Listener, send: Send) -> None:
    while True:
        try:
            body = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT)
        except TimeoutError:
            body = b":\n\n"
        if body is None:
            return
        await _write(send, body)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _since(scope: Scope) -> str:
    """The last event that the browser has: it says so itself when the connection was lost, a tab that takes over by
    `?since=`.
    """
    header = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"), "")
    return place(header or QueryDict(scope["query_string"]).get("since", ""))


def _listener_of(scope: Scope) -> Listener | None:
    """Who asks, by the session's cookie; None when nobody is signed in. The database's connection is given back."""
    try:
        request = ASGIRequest({**scope, "headers": _cookies(scope)}, BytesIO())
        store = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        request.session = store
        user = get_user(request)
        if not isinstance(user, User) or not user.is_active:
            return None
        return Listener(Audience.of(user), caches["default"].make_key(store.cache_key))
    except CookieError:
        return None
    finally:
        connections.close_all()


def _cookies(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope["headers"] if name == b"cookie"]
