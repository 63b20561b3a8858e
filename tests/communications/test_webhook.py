"""Notifications of telephony: who may send them, what they make, what is refused and where that is told."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import Call, CallRecording, TelephonyAccount, TelephonyEvent, TelephonyHealth
from communications.services.calls import retry_unread, take_notification
from communications.telephony.events import CallEvent, Direction, Result, Step, fold
from crm.models import User
from tests.communications.telephony import GENERIC, ZADARMA, flow, send, send_zadarma, zadarma_flow
from tests.factories.calls import TelephonyFactory
from tests.factories.crm import UserFactory

# So many of the 120 orders of five events are stored; all of them are folded.
STORED = 12
FACTS = [
    "direction", "started_at", "caller", "recipient", "number", "number_e164", "extensions", "employee", "people",
    "duration", "result",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def account(db: None) -> TelephonyAccount:
    return TelephonyFactory()


@pytest.fixture
def zadarma(db: None) -> TelephonyAccount:
    return TelephonyFactory(kind="zadarma")


@pytest.fixture
def ola(ola: User) -> User:
    ola.phone_extension = "101"
    ola.save()
    return ola


def facts_of(call: Call) -> dict[str, Any]:
    return Call.objects.filter(pk=call.pk).values(*FACTS, "recording__source").get()


def test_a_call_comes_in_event_by_event(account: TelephonyAccount, ola: User) -> None:
    started, ringing, answered, ended, recorded = flow()

    assert send(started).json()["status"] == "accepted"
    call = Call.objects.get()
    assert (call.number_e164, call.result, call.people, call.is_going_on) == ("+48600100200", "ringing", [], True)
    send(ringing)
    call.refresh_from_db()
    assert (call.employee, call.people, call.result) == (ola, [ola.pk], "ringing")
    send(answered)
    call.refresh_from_db()
    assert (call.result, call.duration) == ("talking", None)
    send(ended)
    send(recorded)

    call = Call.objects.get()
    assert (call.result, call.duration, call.employee) == ("answered", 65, ola)
    assert call.started_at == datetime.fromisoformat(started["time"])
    assert call.recording.source == recorded["recording_url"]
    assert call.recording.state == CallRecording.State.WAITING
    assert not call.is_missed
    assert call.needs_processing


@pytest.mark.parametrize("kind", ["generic", "zadarma"])
def test_the_order_and_repetition_of_events_do_not_matter(kind: str, ola: User) -> None:
    account = TelephonyFactory(kind=kind)
    events = flow() if kind == "generic" else zadarma_flow()
    orders = list(itertools.permutations(range(len(events))))
    told = [account.provider.event(event, account.credentials) for event in events]
    assert len({fold([told[place] for place in (*order, order[0])]) for order in orders}) == 1  # type: ignore[misc]
    expected: dict[str, Any] = {}
    for number, order in enumerate(Random(1).sample(orders, STORED)):
        for place in (*order, order[0], order[-1]):
            name = "call_id" if kind == "generic" else "pbx_call_id"
            take_notification(account=account, payload={**events[place], name: f"c{number}"})
        call = Call.objects.get(external_id=f"c{number}")
        expected = expected or facts_of(call)
        assert facts_of(call) == expected, order
    assert Call.objects.count() == STORED
    assert expected["result"] == "answered"
    assert expected["duration"] == 65
    assert expected["employee"] == ola.pk
    assert expected["number_e164"] == "+48600100200"


TEXTS = st.sampled_from(["", "101", "102", "+48600100200"])
EVENTS = st.builds(
    CallEvent,
    call_id=st.just("c"),
    step=st.sampled_from(Step),
    direction=st.sampled_from([None, *Direction]),
    at=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    caller=TEXTS,
    recipient=TEXTS,
    extension=TEXTS,
    duration=st.one_of(st.none(), st.integers(0, 9)),
    result=st.sampled_from([None, *Result]),
    recording=st.sampled_from(["", "a", "b"]),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=8, unique_by=lambda event: event.key), st.randoms())
def test_any_events_in_any_order_make_the_same_call(events: list[CallEvent], random: Any) -> None:
    shuffled = [*events, *random.choices(events, k=3)]
    random.shuffle(shuffled)

    assert fold(shuffled) == fold(events)


def test_an_outgoing_call_and_one_that_nobody_answered(account: TelephonyAccount, ola: User) -> None:
    now = datetime.now(UTC).isoformat()
    out = {"call_id": "out", "direction": "out", "time": now, "caller": "101", "recipient": "0048 600-100-200"}
    send({**out, "event": "started", "extension": "101"})
    send({**out, "event": "ended", "extension": "101", "result": "busy"})
    missed = {"call_id": "in", "direction": "in", "time": now, "caller": "600 100 200", "recipient": "221234567"}
    UserFactory(phone_extension="102")
    for extension in ("101", "102"):
        send({**missed, "event": "ringing", "extension": extension})
    send({**missed, "event": "ended", "result": "cancelled"})

    outgoing, incoming = Call.objects.get(external_id="out"), Call.objects.get(external_id="in")
    assert (outgoing.number_e164, outgoing.employee, outgoing.is_missed) == ("+48600100200", ola, False)
    assert incoming.is_missed
    assert incoming.number_e164 == "+48600100200"
    assert incoming.employee is None
    assert len(incoming.people) == 2
    assert list(Call.objects.missed()) == [incoming]


def test_zadarma_tells_a_call(zadarma: TelephonyAccount, ola: User) -> None:
    for event in zadarma_flow():
        assert send_zadarma(event).json()["status"] == "accepted"
    assert send_zadarma(zadarma_flow()[0]).json()["status"] == "known"

    call = Call.objects.get()
    assert (call.number_e164, call.recipient, call.employee) == ("+48600100200", "+48221234567", ola)
    assert (call.result, call.duration, call.recording.source) == ("answered", 65, "1458832388.2")
    assert abs(call.started_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_zadarma_checks_the_address(zadarma: TelephonyAccount, client: Client) -> None:
    answer = client.get(f"{ZADARMA}?zd_echo=abc123")

    assert (answer.content, answer["Content-Type"]) == (b"abc123", "text/plain")
    assert client.get(f"{ZADARMA}?zd_echo=<script>").status_code == 405
    assert client.get(f"{GENERIC}?zd_echo=abc123").status_code == 405
    assert client.get("/webhooks/telephony/nobody/").status_code == 404


@pytest.mark.parametrize(
    ("sending", "status"),
    [
        (lambda event: send(event, secret="zgadywany"), 401),
        (lambda event: send(event, **{"X-Lejek-Signature": ""}), 401),
        (lambda event: send(event, at=datetime.now(UTC) - timedelta(minutes=6)), 401),
        (lambda event: send(event, at=datetime.now(UTC) + timedelta(minutes=6)), 401),
        (lambda event: send({**event, "padding": "x" * 2**20}), 413),
        (lambda event: send(b"{"), 400),
        (lambda event: send([event]), 400),
        (lambda event: send_zadarma({**zadarma_flow()[0], "caller_id": "1"}, secret="zgadywany"), 404),
    ],
    ids=["wrong secret", "no signature", "old", "of the future", "1 MB", "no JSON", "no object", "no account"],
)
def test_what_is_refused_leaves_nothing_but_its_reason(account: TelephonyAccount, sending: Any, status: int) -> None:
    answer = sending(flow()[0])

    assert answer.status_code == status
    assert answer.json()["error"]
    assert not Call.objects.exists()
    assert not TelephonyEvent.objects.exists()
    if status != 404:
        health = TelephonyHealth.objects.get(account=account)
        assert health.refusal == answer.json()["error"]
        with override("pl"):
            assert health.refusal_text != health.refusal
        assert health.refused_at
        assert health.failing_since
        cache.clear()
        send(flow()[0])
        health.refresh_from_db()
        assert health.failing_since is None
        assert health.refused_at


def test_a_delivery_is_taken_once_and_a_retry_is_signed_anew(account: TelephonyAccount) -> None:
    now = datetime.now(UTC)
    event = flow()[0]

    assert send(event, at=now).status_code == 200
    assert send(event, at=now).status_code == 409
    again = send(event, at=now + timedelta(seconds=1))

    assert again.json()["status"] == "known"
    assert TelephonyEvent.objects.count() == 1


def test_an_old_notification_of_zadarma_is_refused(zadarma: TelephonyAccount) -> None:
    assert send_zadarma({**zadarma_flow()[0], "call_start": "2020-01-01 10:00:00"}).status_code == 401
    assert not Call.objects.exists()


def test_the_signature_tells_whose_notification_it_is(account: TelephonyAccount) -> None:
    other = TelephonyFactory(secret="inny sekret")
    TelephonyFactory(secret="wyłączony", is_active=False)

    send(flow("a")[0])
    send(flow("a")[0], secret="inny sekret")

    assert {call.account for call in Call.objects.all()} == {account, other}
    assert send(flow("b")[0], secret="wyłączony").status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"call_id": ""},
        {"event": "sang"},
        {"direction": "up"},
        {"time": "yesterday"},
        {"time": "2026-11-25T10:00:00"},
        {"duration": -1},
        {"duration": "65"},
        {"duration": 10**12},
        {"caller": ["1"]},
        {"result": "maybe"},
        {"call_id": "x" * 201},
        {"recording_url": "file:///etc/passwd"},
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_kept(account: TelephonyAccount, change: dict[str, Any]) -> None:
    answer = send({**flow()[3], **change})

    assert answer.status_code == 422
    kept = TelephonyEvent.objects.get()
    assert kept.error
    assert kept.error in answer.json()["error"]
    with override("pl"):
        assert kept.problem not in ("", kept.error)  # there is a translation
    assert not Call.objects.exists()
    assert retry_unread(account=account) == (0, 1)
    TelephonyEvent.objects.update(payload=flow()[3])  # as a newer version would read it
    assert retry_unread(account=account) == (1, 0)
    assert Call.objects.get().duration == 65
    assert not TelephonyEvent.objects.filter(call=None).exists()


@pytest.mark.parametrize("body", [b'{"a": "\\u0000", "b": "\\ud800"}', b'{"a": 1e999}', b'{"a": NaN}', b"[" * 9999])
def test_json_that_the_database_does_not_take(account: TelephonyAccount, body: bytes) -> None:
    assert send(body).status_code in (400, 422)
    assert not Call.objects.exists()


@pytest.mark.parametrize("caller", ["", "anonymous", "Restricted", "x" * 300, "<script>alert(1)</script>", "+999"])
def test_a_caller_without_a_number_is_a_call_too(account: TelephonyAccount, caller: str) -> None:
    assert send({**flow()[0], "caller": caller[:200]}).status_code == 200

    call = Call.objects.get()
    assert call.number_e164 == ""
    assert call.number == caller[:50].strip()


def test_a_notification_costs_few_queries(account: TelephonyAccount, ola: User) -> None:
    for event in flow():
        with CaptureQueriesContext(connection) as queries:
            send(event)
        asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert len(asked) <= 8, asked


def test_what_is_ignored_or_linked_stays_so(account: TelephonyAccount, ola: User) -> None:
    send(flow()[1])
    Call.objects.update(ignored_at=datetime.now(UTC), ignored_by=ola)

    send(flow()[3])

    call = Call.objects.get()
    assert call.ignored_by == ola
    assert call.duration == 65
