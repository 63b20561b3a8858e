"""Tests: as development, with fast passwords and mail kept in memory."""

from urllib.parse import urlsplit

from config.env import env, lejek_home
from config.settings.dev import *  # noqa: F403

SECRET_KEY = "tests only"
DATABASES["default"]["OPTIONS"]["pool"] = False  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Each process of a parallel run has a Redis database and a folder for uploads of its own.
_process = env.str("PYTEST_XDIST_WORKER", default="gw0").removeprefix("gw")
REDIS_URL = urlsplit(REDIS_URL)._replace(path=f"/{8 + int(_process)}").geturl()  # noqa: F405
CELERY_BROKER_URL = REDIS_URL
CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405
MEDIA_ROOT = lejek_home() / "test-media" / _process
# Where the servers of the tests are.
MAIL_TRUSTED_HOSTS = ["localhost", "127.0.0.1"]
# Nothing is collected for tests: files are found where they are.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
