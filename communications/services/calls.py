"""Calls: what notifications make of them, the lead made of one, „Zadzwoń”."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from communications.matching import find_matches
from communications.models import Call, CallRecording, TelephonyAccount, TelephonyEvent
from communications.services.inbox import AlreadyProcessed, attach_item
from communications.telephony.events import CallEvent, CallFacts, Direction, Result, Step, Unreadable, fold
from communications.telephony.memory import keep, recall
from communications.telephony.problems import CallFailed
from crm.current import system_settings
from crm.errors import RuleError
from crm.live.publish import publish_call
from crm.models import User
from crm.phones import format_e164, to_e164
from leads.models import Lead
from leads.services import LeadValues, create_lead

# A call that the phone of an employee begins so soon after „Zadzwoń” is the one that was asked for.
ASKED_FOR = timedelta(minutes=10)
LONGEST_REFUSAL = 300
ATTEMPTS = 3
# Who sends more notifications of one call is not heard.
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a notification: its call (None: it is about none, or could not be understood), whether it told
    anything new, and why it could not be understood.
    """

    call: Call | None = None
    is_new: bool = False
    error: str = ""


def take_notification(*, account: TelephonyAccount, payload: dict[str, Any]) -> Taken:
    """Keep a notification, and make its call what all its notifications tell together. One that came before changes
    nothing; one that can't be understood is kept, too.
    """
    try:
        event = account.provider.event(payload, account.credentials)
    except Unreadable as error:
        text = str(error)[:LONGEST_REFUSAL]
        TelephonyEvent.objects.create(account=account, payload=payload, error=text)
        return Taken(error=text)
    return _take_event(account, event, payload) if event else Taken()


def retry_unread(*, account: TelephonyAccount) -> tuple[int, int]:
    """Try once more to understand what was kept; how many are understood now, and how many still are not."""
    rows = list(TelephonyEvent.objects.filter(account=account, call__isnull=True).order_by("pk"))
    done = 0
    for row in rows:
        with suppress(Unreadable), transaction.atomic():
            event = account.provider.event(row.payload, account.credentials)
            if event is not None:
                _take_event(account, event, row.payload)
            row.delete()
            done += 1
    return done, len(rows) - done


def _take_event(account: TelephonyAccount, event: CallEvent, payload: dict[str, Any]) -> Taken:
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _take(account, event, payload)
        except IntegrityError:  # another notification of the same call made it in this moment
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _take(account: TelephonyAccount, event: CallEvent, payload: dict[str, Any]) -> Taken:
    call = Call.objects.select_for_update().filter(account=account, external_id=event.call_id).first()
    if call is not None and call.is_erased:
        return Taken(call)
    known = dict(TelephonyEvent.objects.filter(call=call).values_list("key", "payload")) if call else {}
    if call is not None and (event.key in known or len(known) >= MOST_EVENTS):
        return Taken(call)
    facts = fold([event, *_events(account, known.values())])
    before = list(call.people) if call else []
    call = call or Call(account=account, external_id=event.call_id)
    _put_facts(call, facts)
    call.save()
    TelephonyEvent.objects.create(account=account, call=call, key=event.key, payload=payload)
    if facts.recording:
        _want_recording(account, call, facts, event)
    _link_asked_for(call)
    rings = facts.result is Result.RINGING and call.is_incoming
    publish_call(call_id=call.pk, people=sorted({*before, *call.people}), rings=rings)
    return Taken(call, is_new=True)


def _events(account: TelephonyAccount, payloads: Iterable[dict[str, Any]]) -> list[CallEvent]:
    """What was kept of a call before; a payload that a newer version does not understand tells nothing."""
    events = []
    for payload in payloads:
        try:
            event = account.provider.event(payload, account.credentials)
        except Unreadable:
            continue
        if event is not None:
            events.append(event)
    return events


def _put_facts(call: Call, facts: CallFacts) -> None:
    call.direction = facts.direction or Direction.IN
    call.started_at = facts.started_at or call.started_at or timezone.now()
    call.caller, call.recipient = facts.caller, facts.recipient
    call.number = facts.recipient if call.direction == Direction.OUT else facts.caller
    call.number_e164 = to_e164(call.number, region=system_settings().default_region)
    call.duration, call.result = facts.duration, facts.result
    extensions = list(facts.extensions)
    if extensions != call.extensions or call.pk is None:
        call.extensions = extensions
        people = _people_with(extensions)
        call.people = sorted(user.pk for user in people)
        call.employee = people[0] if len(people) == 1 else None


def _people_with(extensions: list[str]) -> list[User]:
    """The active users with one of these internal numbers."""
    return list(User.objects.filter(phone_extension__in=extensions, is_active=True)) if extensions else []


def _want_recording(account: TelephonyAccount, call: Call, facts: CallFacts, event: CallEvent) -> None:
    delay = account.provider.recording_delay if event.step is not Step.RECORDED else timedelta()
    CallRecording.objects.bulk_create(
        [CallRecording(call=call, source=facts.recording, next_at=timezone.now() + delay)],
        update_conflicts=True,
        unique_fields=["call"],
        update_fields=["source", "next_at"],
    )
    transaction.on_commit(partial(fetch_later, call_id=call.pk, delay=delay), robust=True)


def fetch_later(*, call_id: int, delay: timedelta = timedelta()) -> None:
    """Let a worker fetch the recording of a call, after `delay`; when the queue can't be reached, beat finds it."""
    from communications.tasks import fetch_recording

    with suppress(OperationalError, OSError):
        fetch_recording.apply_async(args=(call_id,), countdown=delay.total_seconds())


# --- „Utwórz” --------------------------------------------------------------------------------------------------------


def create_lead_of_call(*, call: Call, by: User) -> Lead:
    """A lead of a call: the number as Telefon, the employee as Sprzedawca, and whom the number belongs to.

    Raises AlreadyProcessed when the call is linked already, and what `create_lead` raises.
    """
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).select_related("employee").get(pk=call.pk)
        if locked.lead_id is not None:
            raise AlreadyProcessed(_("Somebody else has linked this to a lead in the meantime."))
        lead = create_lead(values=_values_of(locked, by), by=by)
        attach_item(item=locked, lead=lead, by=by)
    return lead


def _values_of(call: Call, by: User) -> LeadValues:
    phone = shown_number(call)
    found = find_matches([call.number_e164], user=by)[call.number_e164]
    own = by if by.pk in call.people else None
    employee = call.employee if call.employee and call.employee.is_active else own
    values: LeadValues = {
        "name": _("Call: %(who)s") % {"who": (found.name or phone or _("hidden number"))[:150]},
        "phone": phone,
        "sales_person": employee,
        "received_at": call.started_at,
    }
    if found.partner is not None and not found.partner.is_archived:
        values["partner"] = found.partner
    if found.contact is not None:
        values |= {"first_name": found.contact.first_name, "last_name": found.contact.last_name}
        values["position"] = found.contact.position
    return values


def shown_number(call: Call) -> str:
    """The other side's number as people read it."""
    return format_e164(call.number_e164, region=system_settings().default_region) or call.number


# --- „Zadzwoń” -------------------------------------------------------------------------------------------------------


def calling_account(user: User) -> TelephonyAccount | None:
    """The account that lets the phone of `user` call somebody; None when there is none, or their phone is not known."""
    if not user.phone_extension:
        return None
    return next((account for account in TelephonyAccount.objects.active() if account.may_call_back), None)


def start_call(*, lead: Lead, by: User) -> None:
    """Let the phone of `by` call the lead. The call that comes of it is linked to the lead.

    Raises RuleError with what is missing, or with what the telephony said.
    """
    account = calling_account(by)
    if account is None:
        raise RuleError(_("Your phone extension is not set, or no telephony makes calls. Ask a manager."))
    if not lead.phone_e164:
        raise RuleError(_("This lead has no valid phone number."), field="phone")
    keep(_asked_key(account.pk, by.pk, lead.phone_e164), lead.pk, seconds=ASKED_FOR.total_seconds())
    try:
        account.provider.call_back(account.credentials, extension=by.phone_extension, number=lead.phone_e164)
    except CallFailed as failure:
        raise RuleError(str(failure)) from failure


def _link_asked_for(call: Call) -> None:
    """Link an outgoing call to the lead from whose card it was asked for."""
    if call.is_incoming or call.employee is None or not call.number_e164 or not call.needs_processing:
        return
    lead = Lead.objects.filter(pk=recall(_asked_key(call.account_id, call.employee.pk, call.number_e164))).first()
    if lead is not None:
        attach_item(item=call, lead=lead, by=call.employee)


def _asked_key(account_id: int, user_id: int, number: str) -> str:
    return f"asked-call:{account_id}:{user_id}:{number}"
