"""What Lejek needs of a telephony provider. Each is a module of this package that has a PROVIDER."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from communications.telephony.events import CallEvent

# The largest notification that is read; those of providers have less than a kilobyte.
LARGEST_BODY = 64 * 1024  # the refusal of a larger one says it, too


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account signs in with, decrypted, and how its provider writes times."""

    secret: str
    api_key: str = ""
    callback_url: str = ""
    time_zone: str = "Europe/Warsaw"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to the webhook, as it came: header names in lower case."""

    body: bytes
    headers: Mapping[str, str]
    now: datetime


class Refused(Exception):
    """A notification that is not taken: `status` is the answer's, the text says why, in English for the provider.

    Texts are marked by `gettext_noop`: people read them in their own language (TelephonyHealth.refusal_text).
    """

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Download:
    """Where a recording is fetched from."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """One kind of telephony. A recording is there so long after the end of its call."""

    recording_delay: timedelta

    def is_signed(self, delivery: Delivery, secret: str) -> bool:
        """Whether whoever sent it knows the secret."""

    def check_fresh(self, delivery: Delivery, credentials: Credentials) -> str:
        """The name by which exactly this delivery is known, to refuse it when it comes again ("": it may come again,
        its events are known by themselves). Raises Refused when it is too old."""

    def payload(self, delivery: Delivery) -> dict[str, Any]:
        """The notification as it is kept. Raises Unreadable."""

    def event(self, payload: Mapping[str, Any], credentials: Credentials) -> CallEvent | None:
        """What a kept notification tells; None for one that concerns no call. Raises Unreadable."""

    def may_call_back(self, credentials: Credentials) -> bool:
        """Whether „Zadzwoń” can be asked of it."""

    def call_back(self, credentials: Credentials, *, extension: str, number: str) -> None:
        """Let the phone `extension` ring, and then call `number` (E.164) from it. Raises CallFailed."""

    def check(self, credentials: Credentials) -> str:
        """Ask the provider whether the account works; a sentence about what it said. Raises CallFailed."""

    def recording(self, credentials: Credentials, reference: str) -> Download:
        """Where the recording is that an event named so. Raises CallFailed."""
