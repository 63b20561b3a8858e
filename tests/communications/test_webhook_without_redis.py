"""Notifications of telephony while Redis is really away: nothing is lost, and nothing is told twice."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from communications.models import Call, CallRecording, TelephonyAccount, TelephonyEvent, TelephonyHealth
from communications.services.recordings import waiting_recordings
from communications.telephony import generic
from crm.models import User
from tests.asgi import AsgiServer, running_server
from tests.communications.telephony import GENERIC, flow
from tests.factories.calls import SECRET, TelephonyFactory
from tests.infra.installation import free_port
from tests.redis_server import running_redis

pytestmark = pytest.mark.django_db(transaction=True)


def _post(server: AsgiServer, payload: Any, *, secret: str = SECRET, ago: int = 0) -> tuple[int, dict[str, Any]]:
    """Send a notification that was signed some seconds ago."""
    body = json.dumps(payload).encode()
    timestamp = str(int((datetime.now(UTC) - timedelta(seconds=ago)).timestamp()))
    signature = generic.sign(body, secret=secret, timestamp=timestamp)
    headers = {"Content-Type": "application/json", "X-Lejek-Timestamp": timestamp, "X-Lejek-Signature": signature}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", GENERIC, body, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_calls_come_in_without_redis_and_are_the_same_when_it_is_back(ola: User) -> None:
    User.objects.filter(pk=ola.pk).update(phone_extension="101")
    account: TelephonyAccount = TelephonyFactory()
    started, ringing, answered, ended, recorded = flow()
    port = free_port()
    url = f"redis://127.0.0.1:{port}/{settings.REDIS_URL.rpartition('/')[2]}"
    with running_redis(port) as process, running_server(REDIS_URL=url) as server:
        assert _post(server, started)[0] == 200
        process.terminate()
        process.wait(20)

        for event in (ringing, answered, ended, recorded):
            assert _post(server, event) == (200, {"status": "accepted", "call": Call.objects.get().pk})
        assert _post(server, ended)[1]["status"] == "known"  # the same again, signed again or not
        assert _post(server, ended, secret="zgadywany")[0] == 401
        with running_redis(port):
            assert _post(server, ended, ago=2)[1]["status"] == "known"

    call = Call.objects.get()
    assert (call.employee, call.result, call.duration) == (ola, "answered", 65)
    assert TelephonyEvent.objects.filter(call=call, error="").count() == 5
    # What could not be queued is found by beat.
    assert CallRecording.objects.get().state == CallRecording.State.WAITING
    assert waiting_recordings() == [call.pk]
    assert TelephonyHealth.objects.get(account=account).refusal == "The signature is wrong."
