"""Tests: as development, with fast passwords and mail kept in memory."""

from config.settings.dev import *  # noqa: F403

SECRET_KEY = "tests only"
DATABASES["default"]["OPTIONS"]["pool"] = False  # type: ignore[index]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
