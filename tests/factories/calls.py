"""Makers of telephony accounts and calls."""

from typing import Any

import factory
from django.utils import timezone

from communications.models import Call, CallRecording, TelephonyAccount, TelephonyHealth

SECRET = "bardzo tajny sekret"


class TelephonyFactory(factory.django.DjangoModelFactory[TelephonyAccount]):
    """An active account of the kind `generic` with SECRET."""

    class Meta:
        model = TelephonyAccount
        skip_postgeneration_save = True

    kind = "generic"
    name = factory.Sequence(lambda n: f"Centrala {n}")
    secret = SECRET

    @factory.post_generation
    def its_health(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            TelephonyHealth.objects.create(account=self)  # type: ignore[misc]


class CallFactory(factory.django.DjangoModelFactory[Call]):
    """An incoming call that was answered by `employee` (nobody), of an account of its own."""

    class Meta:
        model = Call

    account = factory.SubFactory(TelephonyFactory)
    external_id = factory.Sequence(lambda n: f"call-{n}")
    started_at = factory.LazyFunction(timezone.now)
    caller = factory.SelfAttribute("number")
    recipient = "+48221234567"
    number = "+48600100200"
    number_e164 = factory.SelfAttribute("number")
    result = Call.Result.ANSWERED
    duration = 65
    employee = None
    people = factory.LazyAttribute(lambda call: [call.employee.pk] if call.employee else [])


class RecordingFactory(factory.django.DjangoModelFactory[CallRecording]):
    """The recording of a call of its own, which waits to be fetched."""

    class Meta:
        model = CallRecording

    call = factory.SubFactory(CallFactory)
    source = "https://centrala.test/nagranie.wav"
    next_at = factory.LazyFunction(timezone.now)
