"""Real courses of calls, as providers tell them: for anybody who wants to see telephony work without any."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from communications.telephony import generic, zadarma
from communications.telephony.provider import Credentials

ANSWERED, MISSED, BUSY, OUTGOING = "answered", "missed", "busy", "outgoing"
FLOWS = (ANSWERED, MISSED, BUSY, OUTGOING)


@dataclass(frozen=True, slots=True)
class Beat:
    """A notification, so many seconds after the one before."""

    after: float
    step: str
    more: Mapping[str, Any] = field(default_factory=dict)


def beats(flow: str, *, ring: float, talk: float, recording: str = "") -> Iterator[Beat]:
    """The course of a call: it rings `ring` seconds, and then they talk for `talk` seconds."""
    yield Beat(0, "started")
    if flow != OUTGOING:
        yield Beat(0.3, "ringing")
    if flow in (ANSWERED, OUTGOING):
        yield Beat(ring, "answered")
        yield Beat(talk, "ended", {"result": "answered", "duration": round(talk)})
        if recording:
            yield Beat(0.5, "recorded", {"recording": recording})
    else:
        yield Beat(ring, "ended", {"result": "no_answer" if flow == MISSED else "busy", "duration": 0})


@dataclass(frozen=True, slots=True)
class Simulated:
    """A call between a customer's `number` and the phone `extension`, told in the way of a provider."""

    kind: str
    credentials: Credentials
    flow: str
    number: str
    extension: str
    own_number: str = "+48221002030"
    call_id: str = field(default_factory=lambda: f"sim-{uuid4().hex[:12]}")
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def request(self, beat: Beat) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a notification, signed now."""
        return self._generic(beat) if self.kind == "generic" else self._zadarma(beat)

    def _generic(self, beat: Beat) -> tuple[bytes, dict[str, str]]:
        payload: dict[str, Any] = {"call_id": self.call_id, "event": beat.step}
        if beat.step == "recorded":
            payload["recording_url"] = beat.more["recording"]
        else:
            is_out = self.flow == OUTGOING
            payload |= {
                "direction": "out" if is_out else "in",
                "time": datetime.now(UTC).isoformat(),
                "caller": self.extension if is_out else self.number,
                "recipient": self.number if is_out else self.own_number,
                "extension": "" if beat.step == "started" and not is_out else self.extension,
                **beat.more,
            }
        body = json.dumps(payload).encode()
        timestamp = str(int(datetime.now(UTC).timestamp()))
        signature = generic.sign(body, secret=self.credentials.secret, timestamp=timestamp)
        return body, {
            "Content-Type": "application/json",
            "X-Lejek-Timestamp": timestamp,
            "X-Lejek-Signature": signature,
        }

    def _zadarma(self, beat: Beat) -> tuple[bytes, dict[str, str]]:
        is_out = self.flow == OUTGOING
        events = {"started": "OUT_START" if is_out else "START", "ringing": "INTERNAL", "answered": "ANSWER"}
        events |= {"ended": "OUT_END" if is_out else "END", "recorded": "RECORD"}
        payload = {"event": f"NOTIFY_{events[beat.step]}", "pbx_call_id": self.call_id}
        if beat.step == "recorded":
            payload["call_id_with_rec"] = beat.more["recording"]
        else:
            local = self.started.astimezone(ZoneInfo(self.credentials.time_zone))
            payload |= {"call_start": local.strftime("%Y-%m-%d %H:%M:%S")}
            payload |= {"caller_id": self.extension if is_out else self.number}
            payload |= {"destination": self.number} if is_out else {"called_did": self.own_number.lstrip("+")}
            if beat.step == "answered" and not is_out:
                payload["destination"] = self.extension
            if beat.step != "started" or is_out:
                payload["internal"] = self.extension
            if beat.step == "ended":
                told = {"answered": "answered", "no_answer": "no answer", "busy": "busy"}[beat.more["result"]]
                payload |= {"duration": str(beat.more["duration"]), "disposition": told, "is_recorded": "0"}
        signature = zadarma.sign(payload, secret=self.credentials.secret)
        return urlencode(payload).encode(), {
            "Content-Type": "application/x-www-form-urlencoded",
            "Signature": signature,
        }
