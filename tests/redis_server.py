"""A Redis of one's own, to be taken away."""

import contextlib
import subprocess
from collections.abc import Iterator

import redis

from crm.embedded import redis_server
from tests.infra.installation import until


@contextlib.contextmanager
def running_redis(port: int, *, restarted: redis.Redis | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis on `port`; `restarted` names the one there to be ended before."""
    if restarted is not None:
        restarted.shutdown(nosave=True)
    program = redis_server._program(None)
    process = subprocess.Popen([program, "--port", str(port), "--save", "", "--loglevel", "warning"])
    try:
        until(lambda: _is_there(port), "Redis does not answer")
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _is_there(port: int) -> bool:
    with contextlib.suppress(redis.RedisError), redis.Redis(port=port) as probe:
        return bool(probe.ping())
    return False
