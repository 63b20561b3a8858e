"""Production: every secret and address from the environment, nothing guessed; TLS everywhere."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.env import BASE_DIR, env

SHORTEST_SECRET_KEY = 50


def _required(name: str, means: str) -> str:
    """A variable that production cannot do without."""
    value: str = env.str(name, default="").strip()
    if value:
        return value
    raise ImproperlyConfigured(f"{name} is not set: {means}.")


SECRET_KEY = _required("SECRET_KEY", f"give a random text of at least {SHORTEST_SECRET_KEY} characters, and keep it")
if len(SECRET_KEY) < SHORTEST_SECRET_KEY or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured(f"SECRET_KEY is too weak: give {SHORTEST_SECRET_KEY} or more random characters.")

_required("ALLOWED_HOSTS", "name the hosts that Lejek is served from, separated by commas")
_hosts = [host.strip() for host in env.list("ALLOWED_HOSTS") if host.strip()]
if not _hosts or any(host in ("*", ".") for host in _hosts):
    raise ImproperlyConfigured("ALLOWED_HOSTS is open to every host: name those that Lejek is served from.")
# Health checks ask inside the container; nobody outside can reach it by this name.
ALLOWED_HOSTS = [*_hosts, "localhost"]

_required("DATABASE_URL", "give the address of PostgreSQL, as in postgresql://user:password@host/lejek")
_required("REDIS_URL", "give the address of Redis, as in redis://host:6379/0")
_required("EMAIL_URL", "give the address of the mail server, as in smtp+tls://user:password@host:587")

_required("ENCRYPTION_KEY", "give the key of stored passwords: 32 random bytes in URL-safe Base64, and keep it")
ENCRYPTION_KEYS = [key.strip() for key in env.list("ENCRYPTION_KEY") if key.strip()]
try:
    [Fernet(key) for key in ENCRYPTION_KEYS]
except ValueError:
    raise ImproperlyConfigured("ENCRYPTION_KEY is no key: give 32 random bytes in URL-safe Base64.") from None

from config.settings.base import *  # noqa: E402, F403
from config.settings.servers import *  # noqa: E402, F403

DEBUG = False

# --- TLS ----------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# Only behind a proxy that sets this header itself: otherwise any client could claim to have come by TLS.
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Limits on sign-in attempts count by the address that the proxy saw, not by the proxy's own.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in _hosts]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
PUBLIC_URL = env.str("PUBLIC_URL", default=f"https://{_hosts[0].lstrip('.')}").rstrip("/")

# --- Files --------------------------------------------------------------------------------------------------------

STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "media"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.staticfiles.HashedStaticFilesStorage"},
}
if _bucket := env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _bucket,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("S3_SECRET_KEY", default="") or None,
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
