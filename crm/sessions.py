"""Sessions in PostgreSQL, read through Redis."""

import re
from typing import Any

import redis
from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore
from django.contrib.sessions.backends.db import SessionStore as StoredSessionStore

KEY = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(CachedSessionStore):
    """Knows by its look that a key is none of ours: a cookie may hold what the database can't even be asked for.

    While Redis is away, sessions are read from PostgreSQL.
    """

    def load(self) -> dict[str, Any]:
        """What the session holds."""
        try:
            return super().load()
        except redis.RedisError:
            return StoredSessionStore.load(self)

    def _validate_session_key(self, key: str | None) -> bool:
        return KEY.fullmatch(key or "") is not None
