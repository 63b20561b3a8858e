"""`manage.py simulate_calls`: every course of a call, against a real server, in order and shuffled."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from communications.models import Call
from crm.models import User
from tests.cast import FunnelCast
from tests.factories.calls import TelephonyFactory
from tests.factories.leads import LeadFactory

NUMBER = "+48600100200"


@pytest.mark.parametrize("kind", ["generic", "zadarma"])
def test_all_courses_are_played(live_server: LiveServer, ola: User, funnel: FunnelCast, kind: str) -> None:
    cache.clear()
    ola.phone_extension = "101"
    ola.save()
    TelephonyFactory(kind=kind)
    LeadFactory(status=funnel.new, sales_person=ola, phone=NUMBER, phone_e164=NUMBER)
    told = StringIO()

    call_command("simulate_calls", url=live_server.url, flow="all", shuffle=True, ring=0, talk=7, stdout=told)

    answers = [line for line in told.getvalue().splitlines() if line.startswith("  ")]
    assert len(answers) >= 24
    assert all(": 200 " in line for line in answers), told.getvalue()
    calls = Call.objects.order_by("pk")
    assert [(call.direction, call.result) for call in calls] == [
        ("in", "answered"),
        ("in", "no_answer"),
        ("in", "busy"),
        ("out", "answered"),
    ]
    assert {(call.number_e164, call.employee) for call in calls} == {(NUMBER, ola)}


def test_what_lacks_is_told(ola: User) -> None:
    with pytest.raises(CommandError, match="telephony account"):
        call_command("simulate_calls")
    TelephonyFactory()
    with pytest.raises(CommandError, match="phone extension"):
        call_command("simulate_calls")
