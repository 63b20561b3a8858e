"""Two at the same call in the same moment: notifications in two web processes, two people, a lead that goes."""

import pytest
from django.core.cache import cache

from communications.models import Call, TelephonyEvent
from communications.services.calls import take_notification
from communications.services.inbox import AlreadyProcessed, attach_item
from crm.errors import InUse, RuleError
from crm.models import User
from leads.models import Lead
from leads.services.actions import delete_lead
from tests.cast import FunnelCast
from tests.communications.telephony import flow
from tests.concurrency import race
from tests.factories.calls import CallFactory, TelephonyFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_notifications_of_one_call(ola: User) -> None:
    cache.clear()
    account = TelephonyFactory()
    started, ringing, answered, ended, _recorded = flow()

    def take(event: dict[str, object]) -> None:
        take_notification(account=account, payload=event)

    assert race(lambda: take(ended), lambda: take(started)) == (None, None)  # both would make the call
    assert race(lambda: take(answered), lambda: take(ringing)) == (None, None)
    assert race(lambda: take(ended), lambda: take(answered)) == (None, None)

    call = Call.objects.get()
    assert TelephonyEvent.objects.filter(call=call).count() == 4
    assert (call.result, call.duration, call.extensions) == ("answered", 65, ["101"])
    assert call.started_at.isoformat() == started["time"]


def test_two_people_and_a_lead_that_goes(ola: User, adam: User, funnel: FunnelCast) -> None:
    call = CallFactory(employee=ola)
    first, second, third = (LeadFactory(status=funnel.new, sales_person=ola) for _ in range(3))

    def attach(lead: Lead) -> None:
        attach_item(item=Call.objects.get(pk=call.pk), lead=lead, by=ola)

    errors = race(lambda: attach(first), lambda: attach(second))
    assert errors[0] is None
    assert isinstance(errors[1], AlreadyProcessed)

    Call.objects.update(lead=None)
    errors = race(lambda: delete_lead(lead=second, by=adam), lambda: attach(second))
    assert errors[0] is None
    assert isinstance(errors[1], RuleError)
    assert Call.objects.get().lead is None

    errors = race(lambda: attach(third), lambda: delete_lead(lead=third, by=adam))
    assert errors[0] is None
    assert isinstance(errors[1], InUse)
    assert Call.objects.get().lead == third
