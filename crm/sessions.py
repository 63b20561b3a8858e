"""Sessions in PostgreSQL, read through Redis."""

from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore


class SessionStore(CachedSessionStore):
    """Knows by its look that a key is none of ours: a cookie may hold what the database can't even be asked for."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and key.isascii() and key.isalnum() and bool(super()._validate_session_key(key))
