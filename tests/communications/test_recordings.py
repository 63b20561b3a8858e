"""Recordings: fetched by a worker from a real server, kept, and heard only by who sees the call."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from communications.demo.calls import sound
from communications.models import Call, CallRecording
from communications.services import recordings
from communications.services.recordings import fetch_recording, waiting_recordings
from communications.telephony import outside, zadarma
from communications.telephony.problems import CallFailed
from crm.models import User
from tests.communications.provider_server import ProviderServer, running_provider
from tests.communications.telephony import flow, send
from tests.factories.calls import SECRET, CallFactory, RecordingFactory, TelephonyFactory
from tests.worker import Worker

pytestmark = pytest.mark.django_db

State = CallRecording.State


@pytest.fixture
def provider(settings: Settings) -> Iterator[ProviderServer]:
    settings.TELEPHONY_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_provider() as running:
        settings.ZADARMA_API_URL = running.url
        yield running


@pytest.fixture
def ola(ola: User) -> User:
    ola.phone_extension = "101"
    ola.save()
    return ola


def test_a_worker_fetches_what_a_notification_names(
    provider: ProviderServer, ola: User, client: Client, worker: Worker
) -> None:
    TelephonyFactory()
    events = flow()
    events[-1]["recording_url"] = f"{provider.url}/sound.wav"
    with worker():
        for event in events:
            assert send(event).status_code == 200

    recording = CallRecording.objects.get()
    assert (recording.state, recording.size, recording.tries) == (State.STORED, len(sound()), 1)
    client.force_login(ola)
    answer = client.get(f"/leads/calls/{recording.call_id}/recording/")
    assert b"".join(answer.streaming_content) == sound()  # type: ignore[attr-defined]
    assert answer["Content-Type"] in recordings.PLAYED
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("", 200, 0, 1000),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=990-", 206, 990, 1000),
        ("bytes=-10", 206, 990, 1000),
        ("bytes=990-5000", 206, 990, 1000),
        ("bytes=-5000", 200, 0, 1000),
        ("bytes=1000-", 416, 0, 0),
        ("bytes=0-1,5-6", 200, 0, 1000),
        ("bytes=-", 200, 0, 1000),
        ("lines=1-2", 200, 0, 1000),
        ("bytes=20-10", 200, 0, 1000),
    ],
)
def test_parts_of_it_are_played(client: Client, ola: User, asked: str, status: int, start: int, end: int) -> None:
    content = bytes(n % 251 for n in range(1000))
    recording = RecordingFactory(call__employee=ola, state=State.STORED, size=1000, content_type="audio/mpeg")
    recording.file.save("", ContentFile(content))
    client.force_login(ola)

    answer = client.get(f"/leads/calls/{recording.call_id}/recording/", headers={"Range": asked} if asked else {})

    assert answer.status_code == status
    assert answer["Accept-Ranges"] == "bytes"
    if status == 416:
        assert answer["Content-Range"] == "bytes */1000"
        return
    assert b"".join(answer.streaming_content) == content[start:end]  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(end - start)
    if status == 206:
        assert answer["Content-Range"] == f"bytes {start}-{end - 1}/1000"


def test_a_recording_of_zadarma_is_asked_for(provider: ProviderServer) -> None:
    account = TelephonyFactory(kind="zadarma", api_key="klucz")
    recording = RecordingFactory(call__account=account, source="1458832388.2")
    link = f"{provider.url}/sound.wav"
    provider.answer("/v1/pbx/record/request/", {"status": "success", "links": [link]})

    fetch_recording(call_id=recording.call_id)

    recording.refresh_from_db()
    assert (recording.state, recording.error) == (State.STORED, "")
    _method, path, headers, _body = provider.requests[0]
    assert path == "/v1/pbx/record/request/?call_id=1458832388.2&format=json&lifetime=1800"
    sent = {"call_id": "1458832388.2", "lifetime": "1800", "format": "json"}
    expected = zadarma.sign_request("/v1/pbx/record/request/", sent, secret=SECRET)
    assert headers["authorization"] == f"klucz:{expected}"


def test_what_fails_is_tried_again_and_then_told(provider: ProviderServer, client: Client, ewa: User) -> None:
    recording = RecordingFactory(source=f"{provider.url}/missing.wav")
    for tries in range(1, recordings.TRIES + 1):
        assert waiting_recordings() == [recording.call_id]
        fetch_recording(call_id=recording.call_id)
        fetch_recording(call_id=recording.call_id)  # a task that came twice does nothing
        recording.refresh_from_db()
        assert recording.tries == tries
        CallRecording.objects.filter(state=State.WAITING).update(next_at=timezone.now() - timedelta(seconds=1))
    assert recording.state == State.FAILED
    assert waiting_recordings() == []
    client.force_login(ewa)
    page = client.get(f"/leads/calls/{recording.call_id}/").content.decode()
    assert "Nagrania nie udało się pobrać" in page
    assert client.get(f"/leads/calls/{recording.call_id}/recording/").status_code == 404

    provider.answer("/missing.wav", sound())
    client.post(f"/leads/calls/{recording.call_id}/recording/fetch/", headers={"HX-Request": "true"})
    fetch_recording(call_id=recording.call_id)

    recording.refresh_from_db()
    assert recording.state == State.STORED


@pytest.mark.parametrize("content", [b"", b"<html>zaloguj</html>", b"%PDF-1.4", b"MZ" + b"\0" * 500])
def test_what_is_no_sound_is_not_kept(provider: ProviderServer, content: bytes) -> None:
    provider.answer("/odd", content)
    recording = RecordingFactory(source=f"{provider.url}/odd")

    fetch_recording(call_id=recording.call_id)

    recording.refresh_from_db()
    assert (recording.state, recording.problem) == (State.FAILED, "no_sound")
    assert recording.error == "To, co przysłała telefonia, nie jest dźwiękiem."
    with translation.override("en"):  # each reader in their own language, whatever the worker's is
        assert recording.error == "What the telephony sent is no sound."
    assert not recording.file


def test_a_recording_that_is_too_large_is_not_kept(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "LARGEST", 1000)
    recording = RecordingFactory(source=f"{provider.url}/sound.wav")

    fetch_recording(call_id=recording.call_id)

    recording.refresh_from_db()
    assert recording.state == State.FAILED
    assert not recording.file


@pytest.mark.parametrize(
    "url",
    [
        "http://zewnetrzny.test/a.wav",
        "https://127.0.0.1:9/a.wav",
        "https://localhost/a.wav",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/a.wav",
        "https://[::ffff:10.0.0.1]/a.wav",
        "https://10.0.0.1/a.wav",
        "https://user:password@example.com/a.wav",
        "ftp://example.com/a.wav",
        "https://",
        "https://0x7f000001/",
        "https://2130706433/",
        "//example.com",
        "https://exa\nmple.com/",
    ],
)
def test_our_own_network_is_never_asked(settings: Settings, url: str) -> None:
    settings.TELEPHONY_TRUSTED_HOSTS = []

    with pytest.raises(CallFailed):
        outside.ask("GET", url)


def test_a_redirect_is_not_followed(provider: ProviderServer) -> None:
    provider.answer("/away", b"http://127.0.0.1:1/secret", status=302)
    recording = RecordingFactory(source=f"{provider.url}/away")

    fetch_recording(call_id=recording.call_id)

    recording.refresh_from_db()
    assert "HTTP 302" in recording.error
    assert len(provider.requests) == 1


def test_a_name_that_leads_into_our_network_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("192.168.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **options: answer)

    with pytest.raises(outside.NotAllowed):
        outside.ask("GET", "https://podstepna.example/a.wav")


def test_who_does_not_see_the_call_does_not_hear_it(client: Client, ola: User, marek: User) -> None:
    recording = RecordingFactory(call__employee=marek, state=State.STORED, size=4, content_type="audio/wav")
    recording.file.save("", ContentFile(b"RIFF"))
    client.force_login(ola)

    assert client.get(f"/leads/calls/{recording.call_id}/recording/").status_code == 404
    assert Call.objects.count() == 1
    assert CallFactory(employee=ola).pk  # one without a recording
    assert client.get(f"/leads/calls/{Call.objects.last().pk}/recording/").status_code == 404  # type: ignore[union-attr]
