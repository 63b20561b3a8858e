"""Sessions in PostgreSQL, read through Redis."""

import re

from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore

KEY = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(CachedSessionStore):
    """Knows by its look that a key is none of ours: a cookie may hold what the database can't even be asked for."""

    def _validate_session_key(self, key: str | None) -> bool:
        return KEY.fullmatch(key or "") is not None
