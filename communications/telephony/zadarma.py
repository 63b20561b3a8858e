"""`zadarma`: the notifications, signatures and calls of Zadarma's API v1, as documented at zadarma.com/support/api."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha1
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from communications.telephony import outside
from communications.telephony.events import (
    CallEvent,
    Direction,
    Result,
    Step,
    Unreadable,
    clean_duration,
    clean_number,
    storable,
)
from communications.telephony.problems import CallFailed, CallProblem
from communications.telephony.provider import Credentials, Delivery, Download, Refused

SIGNATURE = "signature"
# The field in which Zadarma sends a word that must come back when the address of the webhook is entered.
ECHO = "zd_echo"
# What a signature is made of, by event.
IN, OUT = ("caller_id", "called_did", "call_start"), ("internal", "destination", "call_start")
SIGNED: dict[str, tuple[str, ...]] = {
    "NOTIFY_START": IN,
    "NOTIFY_INTERNAL": IN,
    "NOTIFY_END": IN,
    "NOTIFY_IVR": IN,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": OUT,
    "NOTIFY_OUT_END": OUT,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
STEPS = {
    "NOTIFY_START": (Step.STARTED, Direction.IN),
    "NOTIFY_INTERNAL": (Step.RINGING, Direction.IN),
    "NOTIFY_ANSWER": (Step.ANSWERED, None),
    "NOTIFY_END": (Step.ENDED, Direction.IN),
    "NOTIFY_OUT_START": (Step.STARTED, Direction.OUT),
    "NOTIFY_OUT_END": (Step.ENDED, Direction.OUT),
    "NOTIFY_RECORD": (Step.RECORDED, None),
}
# `disposition`; every other one is a failure.
RESULTS = {
    "answered": Result.ANSWERED,
    "busy": Result.BUSY,
    "cancel": Result.CANCELLED,
    "no answer": Result.NO_ANSWER,
}
# A notification is signed without a time of its own: the start of its call is the only one it has.
OLDEST = timedelta(days=1)
ANSWER_LIFETIME = 1800  # seconds, for which the link to a recording works
REFERENCE = re.compile(r"[\w.\-]{1,100}")


def sign(payload: Mapping[str, Any], *, secret: str) -> str:
    """The value of the header Signature: over the values that its event has signed, one after the other."""
    fields = SIGNED.get(str(payload.get("event", "")), IN)
    return _signature("".join(str(payload.get(name, "")) for name in fields), secret)


def sign_request(method: str, parameters: Mapping[str, str], *, secret: str) -> str:
    """The signature of a request to the API: over the method's path, its sorted parameters, and their MD5."""
    query = urlencode(sorted(parameters.items()))
    return _signature(method + query + md5(query.encode(), usedforsecurity=False).hexdigest(), secret)


def _signature(text: str, secret: str) -> str:
    """HMAC-SHA1, its hexadecimal form once more in Base64: what `base64_encode(hash_hmac('sha1', …))` makes in PHP."""
    return b64encode(hmac.new(secret.encode(), text.encode(), sha1).hexdigest().encode()).decode()


class Zadarma:
    """See communications.telephony.provider.Provider."""

    recording_delay = timedelta(seconds=40)

    def is_signed(self, delivery: Delivery, secret: str) -> bool:
        try:
            expected = sign(self.payload(delivery), secret=secret)
        except Unreadable:
            return False
        return hmac.compare_digest(expected.encode(), delivery.headers.get(SIGNATURE, "").encode())

    def check_fresh(self, delivery: Delivery, credentials: Credentials) -> str:
        started = _moment(self.payload(delivery), credentials)
        if started is not None and abs(delivery.now - started) > OLDEST:
            late = gettext_noop("call_start is more than a day away from the present time.")
            raise Refused(late, status=401)
        return ""

    def payload(self, delivery: Delivery) -> dict[str, Any]:
        try:
            text = delivery.body.decode()
            return storable(dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=100)))
        except ValueError as error:
            raise Unreadable(gettext_noop("The body is not a form in UTF-8.")) from error

    def event(self, payload: Mapping[str, Any], credentials: Credentials) -> CallEvent | None:
        name, call_id = _text(payload, "event"), _text(payload, "pbx_call_id")
        if name not in STEPS:
            return None  # of menus, messages and the like, which are no calls
        if not call_id:
            raise Unreadable(gettext_noop("%(what)s is missing."), "pbx_call_id")
        step, direction = STEPS[name]
        recording = _text(payload, "call_id_with_rec")
        if step is Step.RECORDED:
            if not REFERENCE.fullmatch(recording):
                raise Unreadable(gettext_noop("call_id_with_rec is missing or strange."))
            return CallEvent(call_id, step, recording=recording)
        told = _text(payload, "disposition").lower()
        is_recorded = _text(payload, "is_recorded") == "1" and REFERENCE.fullmatch(recording)
        extension = clean_number(_text(payload, "internal"))
        caller = _number(_text(payload, "caller_id"))
        return CallEvent(
            call_id=call_id,
            step=step,
            direction=direction,
            at=_moment(payload, credentials),
            caller=caller or (extension if direction is Direction.OUT else ""),
            recipient=_number(_text(payload, "called_did") or _text(payload, "destination")),
            extension=extension,
            duration=_duration(payload),
            result=RESULTS.get(told, Result.FAILED) if told else None,
            recording=recording if is_recorded else "",
        )

    def may_call_back(self, credentials: Credentials) -> bool:
        return bool(credentials.api_key)

    def call_back(self, credentials: Credentials, *, extension: str, number: str) -> None:
        _get("/v1/request/callback/", {"from": extension, "to": number, "sip": extension}, credentials)

    def check(self, credentials: Credentials) -> str:
        if not credentials.api_key:
            return str(_("Without an API key only notifications come in; calls and recordings can't be asked for."))
        zone = _get("/v1/info/timezone/", {}, credentials).get("timezone", "")
        return str(_("Zadarma accepts the key. The account's time zone there: %(zone)s.") % {"zone": str(zone)[:50]})

    def recording(self, credentials: Credentials, reference: str) -> Download:
        parameters = {"call_id": reference, "lifetime": str(ANSWER_LIFETIME)}
        answer = _get("/v1/pbx/record/request/", parameters, credentials)
        links = answer.get("links")
        link = answer.get("link") or (links[0] if isinstance(links, list) and links else "")
        if not isinstance(link, str) or not link:
            raise CallFailed(CallProblem.NO_LINK)
        return Download(link)


def _get(method: str, parameters: dict[str, str], credentials: Credentials) -> dict[str, Any]:
    parameters = {**parameters, "format": "json"}
    signature = sign_request(method, parameters, secret=credentials.secret)
    response = outside.ask(
        "GET",
        f"{settings.ZADARMA_API_URL}{method}?{urlencode(sorted(parameters.items()))}",
        headers={"Authorization": f"{credentials.api_key}:{signature}"},
    )
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code == 401:
        raise CallFailed(CallProblem.KEY)
    if response.status_code == 429:
        raise CallFailed(CallProblem.TOO_MANY)
    if not isinstance(answer, dict) or answer.get("status") != "success":
        told = answer.get("message") if isinstance(answer, dict) else ""
        reason = str(told)[:200] if told else f"HTTP {response.status_code}"
        raise CallFailed(CallProblem.REFUSED, reason)
    return answer


def _text(payload: Mapping[str, Any], name: str) -> str:
    text = str(payload.get(name, "")).strip()
    if len(text) > 200 or "\0" in text:
        raise Unreadable(gettext_noop("%(what)s is too long or has a NUL."), name)
    return text


def _number(text: str) -> str:
    """Numbers come in international form, with or without the plus sign; an extension has few digits."""
    text = clean_number(text)
    return f"+{text}" if text.isdecimal() and len(text) >= 10 and not text.startswith("0") else text


def _moment(payload: Mapping[str, Any], credentials: Credentials) -> datetime | None:
    """The start of the call: a local time of the account (`2026-11-25 10:00:00`), None in a notification without it."""
    text = _text(payload, "call_start")
    if not text:
        return None
    try:
        local = parse_datetime(text)
        if local is None:
            raise Unreadable(gettext_noop("call_start is no moment."))
        return local.replace(tzinfo=ZoneInfo(credentials.time_zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(gettext_noop("%(what)s is impossible."), "call_start") from error


def _duration(payload: Mapping[str, Any]) -> int | None:
    text = _text(payload, "duration")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Unreadable(gettext_noop("duration must be a whole number of seconds."))
    return clean_duration(int(text))


PROVIDER = Zadarma()
