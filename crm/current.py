"""What a request looks up once and needs often."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm.models import SystemSettings

_memory: ContextVar[dict[str, SystemSettings] | None] = ContextVar("request_memory", default=None)


@contextmanager
def request_memory() -> Iterator[None]:
    """Remember, until the end of this block, what is looked up in it. Requests, exports and imports open one each."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def system_settings() -> SystemSettings:
    """The parameters of the system; within a request they are read from the database once."""
    memory = _memory.get()
    if memory is None:
        return SystemSettings.objects.current()
    if "settings" not in memory:
        memory["settings"] = SystemSettings.objects.current()
    return memory["settings"]


def forget() -> None:
    """Read again what has just been changed."""
    memory = _memory.get()
    if memory is not None:
        memory.clear()
