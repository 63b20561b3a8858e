"""One subscription to Redis a process, fanned out to its streams. It runs in the event loop alone: no thread, no
connection to the database.
"""

import asyncio
import json
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import redis.asyncio
from django.conf import settings
from redis.exceptions import RedisError

from crm.live.audience import READY, RESYNC, Audience
from crm.live.log import READ, Missed
from crm.live.publish import CHANNEL, STREAM

log = logging.getLogger(__name__)

CONNECT_WITHIN = 2.0
SESSIONS_EVERY = 10.0
PAUSE = 1.0
MOST_WAITING = 200
MOST_STREAMS = 20


class Listener:
    """One open stream: who listens, by which session, and what they have not been sent yet."""

    def __init__(self, audience: Audience, session: str) -> None:
        """`session` is the key in Redis whose end is the end of the stream."""
        self.audience = audience
        self.session = session
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(self, event: dict[str, Any], event_id: str = "") -> None:
        """Send what the user may hear of it. Who does not read is cut off, and catches up when it comes back."""
        told = self.audience.told(event) if event is not RESYNC else RESYNC
        if told is not None:
            self.waiting.put_nowait(message(told, event_id))
        if self.waiting.qsize() > MOST_WAITING:
            self.end()

    def end(self) -> None:
        """Close the stream; the browser opens a new one if it may."""
        self.waiting.put_nowait(None)


def message(told: dict[str, Any], event_id: str = "") -> bytes:
    """A message of an event stream (HTML standard, 9.2.6)."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}data: {json.dumps(told, separators=(',', ':'))}\n\n".encode()


class Hub:
    """The streams of this process."""

    def __init__(self) -> None:
        """Nothing is connected before the first stream."""
        self.listeners: set[Listener] = set()
        self._subscribed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._redis = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, health_check_interval=15, socket_keepalive=True, socket_connect_timeout=5
        )

    async def join(self, listener: Listener, *, since: str) -> None:
        """Let `listener` hear everything from now on, and first what it missed after the event `since` ("": nothing).

        Without Redis the stream opens all the same, and hears RESYNC once Redis is back.
        """
        if self._task is None:
            _call_at_end(self.end)
            self._task = asyncio.create_task(self._listen())
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._subscribed.wait()
        self._make_room(listener.audience.user_id)
        self.listeners.add(listener)
        try:
            answer: Any = await self._redis.eval(READ, 1, STREAM, since)
        except (RedisError, OSError):
            return
        missed = Missed.read(answer)
        for told in missed.told(listener.audience):
            listener.waiting.put_nowait(message(told))
        # The place to go on from, also when nothing happens until the connection is lost.
        listener.waiting.put_nowait(message(READY, missed.last))

    def end(self) -> None:
        """Close all streams: the server would wait for their end before its own."""
        for listener in self.listeners:
            listener.end()

    def leave(self, listener: Listener) -> None:
        """The stream is closed."""
        self.listeners.discard(listener)

    def _make_room(self, user_id: int) -> None:
        """A browser has one stream: many of one user are a mistake, and the process' connections are finite."""
        own = [listener for listener in self.listeners if listener.audience.user_id == user_id]
        if len(own) >= MOST_STREAMS:
            own[0].end()
            self.listeners.discard(own[0])

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError) as error:
                log.warning("Live events: the connection to Redis is lost, trying again: %s", error)
            self._subscribed.clear()
            await asyncio.sleep(PAUSE)

    async def _subscribe(self) -> None:
        loop = asyncio.get_running_loop()
        check_at = loop.time() + SESSIONS_EVERY
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            while True:
                received = await pubsub.get_message(timeout=max(check_at - loop.time(), 0.01))
                if loop.time() >= check_at:
                    await self._end_with_sessions()
                    check_at = loop.time() + SESSIONS_EVERY
                if received and received["type"] == "subscribe":
                    # The first time nobody waits for anything; later it says that the connection was lost meanwhile.
                    self._subscribed.set()
                    self._tell(RESYNC)
                elif received and received["type"] == "message":
                    event_id, _, event = received["data"].decode().partition(" ")
                    self._tell(json.loads(event), event_id)

    def _tell(self, event: dict[str, Any], event_id: str = "") -> None:
        for listener in list(self.listeners):
            listener.tell(event, event_id)

    async def _end_with_sessions(self) -> None:
        """End the streams whose session is gone: signed out, here or elsewhere."""
        listeners = list(self.listeners)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for listener in listeners:
                pipeline.exists(listener.session)
            alive = await pipeline.execute()
        for listener, is_alive in zip(listeners, alive, strict=True):
            if not is_alive:
                listener.end()


def _call_at_end(act: Callable[[], None]) -> None:
    """Call `act` in this event loop when the process is asked to end, beside what the server does then.

    The loop's own handlers hear of a signal through a file descriptor, whatever Python's handler of it is.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(act)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
        signal.siginterrupt(number, False)
