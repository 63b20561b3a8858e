"""Calls of the last weeks: from leads and partners, from strangers, missed ones, some recorded."""

import wave
from datetime import datetime, timedelta
from io import BytesIO
from math import pi, sin
from random import Random
from struct import pack
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.crypto import get_random_string

from communications.models import Call, CallRecording, TelephonyAccount
from communications.services.calls import take_notification
from communications.services.inbox import attach_item, ignore_items
from communications.services.telephony import save_account
from crm.models import Partner, User
from leads.demo.build import SELLER
from leads.models import Lead

SEED = 7
CALLS, STRANGERS, RECORDINGS = 110, 0.22, 12
# The last calls came today, most of them to the demo seller, and nobody has dealt with them yet.
NEW = 10
OWN_NUMBER = "+48221002030"
FIRST_EXTENSION = 101
WORKING_HOURS = (8, 16)
DAYS = 21
# The share of older calls that were forgotten.
LEFT = 0.06


def add_calls() -> None:
    """A telephony account, extensions for everybody, and calls."""
    random = Random(SEED)
    account = save_account(
        account=None, values={"kind": "generic", "name": "Centrala", "secret": get_random_string(40)}, by=None
    )
    people = list(User.objects.filter(is_active=True).order_by("pk"))
    for extension, owner in enumerate(people, start=FIRST_EXTENSION):
        owner.phone_extension = str(extension)
        owner.save(update_fields=["phone_extension"])
    sellers = [person for person in people if person.leads.exists()]
    leads = list(Lead.objects.exclude(phone_e164="").exclude(sales_person=None).select_related("sales_person"))
    partners = list(Partner.objects.exclude(phone_e164=""))
    own = [lead for lead in leads if lead.is_open and lead.sales_person and lead.sales_person.email == SELLER]
    for place in range(CALLS):
        started = _moment(random, place)
        is_new = place >= CALLS - NEW
        if random.random() < STRANGERS * (2 if is_new else 1):
            number = random.choice(partners).phone if random.random() < 0.3 else _strange_number(random)
            person = own[0].sales_person if is_new else random.choice(sellers)
            assert person is not None
            call = _play(random, account, number, person, started, place)
            lead = None
        else:
            lead = random.choice(own if is_new and place % 4 else leads)
            assert lead.sales_person is not None
            call = _play(random, account, lead.phone, lead.sales_person, started, place)
        if not is_new:
            _process(random, call, lead)
    _add_recordings()


def _moment(random: Random, place: int) -> datetime:
    """The later the call in the list, the newer: the last ones came within the last hours."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    if place >= CALLS - NEW:
        return now - timedelta(minutes=12 + 17 * (CALLS - place))
    day = now - timedelta(days=1 + DAYS * (CALLS - place) // CALLS)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day.replace(hour=random.randint(*WORKING_HOURS) - 1, minute=random.randint(0, 59))


def _strange_number(random: Random) -> str:
    """A mobile number of a range that nobody has."""
    return f"+48 699 000 {random.randint(0, 999):03d}"


def _play(random: Random, account: TelephonyAccount, number: str, person: User, started: datetime, place: int) -> Call:
    """The notifications of one call."""
    is_out = random.random() < 0.35
    result = random.choices(("answered", "no_answer", "busy", "cancelled"), (70, 18, 6, 6))[0]
    seconds = round(random.lognormvariate(4.6, 0.8)) if result == "answered" else 0
    extension = person.phone_extension
    common: dict[str, Any] = {
        "call_id": f"demo-{place}",
        "direction": "out" if is_out else "in",
        "caller": extension if is_out else number,
        "recipient": number if is_out else OWN_NUMBER,
        "extension": extension,
    }
    steps: list[tuple[str, int, dict[str, Any]]] = [("ringing", 0, {})]
    if result == "answered":
        steps.append(("answered", 9, {}))
    steps.append(("ended", 12 + seconds, {"result": result, "duration": seconds}))
    for event, after, more in steps:
        at = (started + timedelta(seconds=after)).isoformat()
        taken = take_notification(account=account, payload={**common, **more, "event": event, "time": at})
    assert taken.call is not None
    return taken.call


def _process(random: Random, call: Call, lead: Lead | None) -> None:
    """What people did with it: older calls of leads are linked, those of strangers ignored."""
    if random.random() < LEFT:
        return
    if lead is not None:
        attach_item(item=call, lead=lead, by=call.employee)
        Call.objects.filter(pk=call.pk).update(linked_at=call.started_at + timedelta(minutes=random.randint(1, 30)))
    else:
        ignore_items(items=Call.objects.filter(pk=call.pk), by=call.employee)


def _add_recordings() -> None:
    melody = sound()
    for call in Call.objects.filter(result=Call.Result.ANSWERED).newest_first()[:RECORDINGS]:
        recording = CallRecording(call=call, source="demo", state=CallRecording.State.STORED, size=len(melody))
        recording.content_type = "audio/x-wav"
        recording.file.save("", ContentFile(melody), save=False)
        recording.save()


def sound(seconds: int = 4, rate: int = 8000) -> bytes:
    """A short melody in the place of voices."""
    notes = (440.0, 554.4, 659.3, 554.4)
    result = BytesIO()
    with wave.open(result, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        length = seconds * rate // len(notes)
        for note in notes:
            samples = (
                int(5000 * sin(2 * pi * note * place / rate) * sin(pi * place / length)) for place in range(length)
            )
            file.writeframes(b"".join(pack("<h", sample) for sample in samples))
    return result.getvalue()
