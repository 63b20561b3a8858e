"""`generic`: any telephony that can send JSON. docs/telephony.md is its documentation for whoever connects one."""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import httpx
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

TIMESTAMP = "x-lejek-timestamp"
SIGNATURE = "x-lejek-signature"
# How far the sender's clock may be from ours, and how long a delivery is remembered: twice that.
TOLERANCE = timedelta(minutes=5)
STEPS = {"started": Step.STARTED, "ringing": Step.RINGING, "answered": Step.ANSWERED, "ended": Step.ENDED}
STEPS |= {"recorded": Step.RECORDED}
RESULTS = {"answered": Result.ANSWERED, "no_answer": Result.NO_ANSWER, "busy": Result.BUSY}
RESULTS |= {"cancelled": Result.CANCELLED, "failed": Result.FAILED}
LONGEST_ID = 200


def sign(body: bytes, *, secret: str, timestamp: str) -> str:
    """The value of X-Lejek-Signature: HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


class Generic:
    """See communications.telephony.provider.Provider."""

    recording_delay = timedelta()

    def is_signed(self, delivery: Delivery, secret: str) -> bool:
        expected = sign(delivery.body, secret=secret, timestamp=delivery.headers.get(TIMESTAMP, ""))
        return hmac.compare_digest(expected.encode(), delivery.headers.get(SIGNATURE, "").encode())

    def check_fresh(self, delivery: Delivery, credentials: Credentials) -> str:
        sent = delivery.headers.get(TIMESTAMP, "")
        if not re.fullmatch(r"\d{1,12}", sent):
            raise Refused(gettext_noop("X-Lejek-Timestamp must be the Unix time in seconds."), status=401)
        if abs(datetime.fromtimestamp(int(sent), UTC) - delivery.now) > TOLERANCE:
            late = gettext_noop("X-Lejek-Timestamp is more than 5 minutes away from the present time.")
            raise Refused(late, status=401)
        return delivery.headers[SIGNATURE]

    def payload(self, delivery: Delivery) -> dict[str, Any]:
        try:
            payload = json.loads(delivery.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable(gettext_noop("The body is not JSON.")) from error
        if not isinstance(payload, dict):
            raise Unreadable(gettext_noop("The body is not a JSON object."))
        return storable(payload)

    def event(self, payload: Mapping[str, Any], credentials: Credentials) -> CallEvent | None:
        step = STEPS.get(_text(payload, "event", LONGEST_ID))
        call_id = _text(payload, "call_id", LONGEST_ID)
        if step is None:
            raise Unreadable(gettext_noop("event must be one of: %(what)s."), ", ".join(STEPS))
        if not call_id:
            raise Unreadable(gettext_noop("%(what)s is missing."), "call_id")
        recording = _text(payload, "recording_url", 2000)
        if recording and urlsplit(recording).scheme not in ("http", "https"):
            raise Unreadable(gettext_noop("recording_url is no address of the web."))
        if step is Step.RECORDED:
            if not recording:
                raise Unreadable(gettext_noop("%(what)s is missing."), "recording_url")
            return CallEvent(call_id, step, recording=recording)
        direction = _text(payload, "direction", LONGEST_ID)
        if direction not in ("in", "out"):
            raise Unreadable(gettext_noop("direction must be one of: %(what)s."), "in, out")
        told = _text(payload, "result", LONGEST_ID)
        if told and told not in RESULTS:
            raise Unreadable(gettext_noop("result must be one of: %(what)s."), ", ".join(RESULTS))
        return CallEvent(
            call_id=call_id,
            step=step,
            direction=Direction(direction),
            at=_moment(payload),
            caller=clean_number(_text(payload, "caller", LONGEST_ID)),
            recipient=clean_number(_text(payload, "recipient", LONGEST_ID)),
            extension=clean_number(_text(payload, "extension", LONGEST_ID)),
            duration=_duration(payload),
            result=RESULTS.get(told),
            recording=recording,
        )

    def may_call_back(self, credentials: Credentials) -> bool:
        return bool(credentials.callback_url)

    def call_back(self, credentials: Credentials, *, extension: str, number: str) -> None:
        _post(credentials, {"action": "call", "extension": extension, "number": number})

    def check(self, credentials: Credentials) -> str:
        if not credentials.callback_url:
            return str(_("Nothing is asked of this telephony: it only sends notifications. Call a number to try it."))
        _post(credentials, {"action": "check"})
        return str(_("The telephony answers and accepts the signature."))

    def recording(self, credentials: Credentials, reference: str) -> Download:
        return Download(reference)


def _post(credentials: Credentials, request: dict[str, str]) -> None:
    body = json.dumps(request).encode()
    timestamp = str(int(datetime.now(UTC).timestamp()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP: timestamp,
        SIGNATURE: sign(body, secret=credentials.secret, timestamp=timestamp),
    }
    response = outside.ask("POST", credentials.callback_url, content=body, headers=headers)
    if response.status_code in (401, 403):
        raise CallFailed(CallProblem.SIGNATURE)
    if not response.is_success:
        raise CallFailed(CallProblem.REFUSED, _reason(response))


def _reason(response: httpx.Response) -> str:
    try:
        told = response.json()
    except ValueError:
        told = None
    reason = told.get("error") if isinstance(told, dict) else None
    return str(reason)[:200] if reason else f"HTTP {response.status_code}"


def _text(payload: Mapping[str, Any], name: str, longest: int) -> str:
    value = payload.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(gettext_noop("%(what)s must be a text."), name)
    text = str(value).strip()
    if len(text) > longest or "\0" in text:
        raise Unreadable(gettext_noop("%(what)s is too long or has a NUL."), name)
    return text


def _moment(payload: Mapping[str, Any]) -> datetime:
    try:
        moment = parse_datetime(_text(payload, "time", LONGEST_ID))
    except ValueError as error:
        raise Unreadable(gettext_noop("%(what)s is impossible."), "time") from error
    if moment is None or moment.tzinfo is None:
        raise Unreadable(gettext_noop("time must be a moment with its offset (ISO 8601)."))
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Unreadable(gettext_noop("%(what)s is impossible."), "time") from error


def _duration(payload: Mapping[str, Any]) -> int | None:
    value = payload.get("duration")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(gettext_noop("duration must be a whole number of seconds."))
    return clean_duration(value)


PROVIDER = Generic()
