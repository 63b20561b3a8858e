"""Passwords and tokens as they are stored: encrypted and signed (Fernet: AES-128-CBC with HMAC-SHA256), as text."""

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Unreadable(str):
    """Stands for a stored secret that the present keys do not open; it is empty, so nobody signs in with it."""

    __slots__ = ()


def encrypt(text: str) -> str:
    """`text` as it may be stored; "" stays "", so that „no password” needs no key to be seen."""
    return _keys().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """What `encrypt` was given, with whichever of the keys it was stored; Unreadable ("") when none of them fits."""
    if not stored:
        return ""
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        return Unreadable()


def _keys() -> MultiFernet:
    """The first key of the setting encrypts, all of them open: a new key is put in front of the old one."""
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg] # not subscriptable when it runs
    """Text that is plain in Python alone. Nothing can be looked up by it."""

    def from_db_value(self, value: str | None, expression: Any, connection: "BaseDatabaseWrapper") -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared if prepared is None else encrypt(prepared)
