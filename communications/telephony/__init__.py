"""Telephony: the providers that Lejek knows, by the name in their webhook's address."""

from collections.abc import Mapping

from communications.telephony.generic import PROVIDER as GENERIC
from communications.telephony.provider import Provider
from communications.telephony.zadarma import PROVIDER as ZADARMA

PROVIDERS: Mapping[str, Provider] = {"generic": GENERIC, "zadarma": ZADARMA}
