"""Notifications as telephony providers send them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from communications.telephony import generic, zadarma
from tests.factories.calls import SECRET

GENERIC, ZADARMA = "/webhooks/telephony/generic/", "/webhooks/telephony/zadarma/"


def send(payload: Any, *, secret: str = SECRET, at: datetime | None = None, **headers: str) -> HttpResponse:
    """Send a notification of `generic`, signed now (or `at` a moment); a `str` or `bytes` is sent as it is."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    timestamp = str(int((at or datetime.now(UTC)).timestamp()))
    signed = {
        "X-Lejek-Timestamp": timestamp,
        "X-Lejek-Signature": generic.sign(body, secret=secret, timestamp=timestamp),
    }
    return _post(GENERIC, body, {**signed, **headers}, "application/json")


def send_zadarma(payload: dict[str, Any], *, secret: str = SECRET) -> HttpResponse:
    """Send a notification of Zadarma with its signature."""
    signature = zadarma.sign(payload, secret=secret)
    return _post(ZADARMA, urlencode(payload).encode(), {"Signature": signature}, "application/x-www-form-urlencoded")


def _post(url: str, body: bytes, headers: dict[str, str], content_type: str) -> HttpResponse:
    # As from outside: no session, and CSRF checked.
    return Client(enforce_csrf_checks=True).post(url, body, content_type=content_type, headers=headers)  # type: ignore[return-value]


def flow(call_id: str = "c1", *, number: str = "+48600100200", extension: str = "101") -> list[dict[str, Any]]:
    """An incoming call that rings, is answered, ends and was recorded."""
    common = {"call_id": call_id, "direction": "in", "caller": number, "recipient": "+48221234567"}
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=90)

    def at(seconds: int) -> str:
        return (begin + timedelta(seconds=seconds)).isoformat()

    end = {**common, "extension": extension, "duration": 65, "result": "answered"}
    return [
        {**common, "event": "started", "time": at(0)},
        {**common, "event": "ringing", "time": at(2), "extension": extension},
        {**common, "event": "answered", "time": at(9), "extension": extension},
        {**end, "event": "ended", "time": at(74)},
        {"call_id": call_id, "event": "recorded", "recording_url": "https://centrala.test/c1.wav"},
    ]


def zadarma_flow(call_id: str = "in_1") -> list[dict[str, Any]]:
    """The same at Zadarma."""
    start = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    common = {"call_start": start, "pbx_call_id": call_id, "caller_id": "+48600100200"}
    return [
        {**common, "event": "NOTIFY_START", "called_did": "48221234567"},
        {**common, "event": "NOTIFY_INTERNAL", "called_did": "48221234567", "internal": "101"},
        {**common, "event": "NOTIFY_ANSWER", "destination": "101", "internal": "101"},
        {
            **common,
            "event": "NOTIFY_END",
            "called_did": "48221234567",
            "internal": "101",
            "duration": "65",
            "disposition": "answered",
            "status_code": "16",
            "is_recorded": "1",
            "call_id_with_rec": "1458832388.2",
        },
        {"event": "NOTIFY_RECORD", "pbx_call_id": call_id, "call_id_with_rec": "1458832388.2"},
    ]
