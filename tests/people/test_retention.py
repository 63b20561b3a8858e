"""Przechowywanie: what is over its time goes, nothing else does, and everybody can see it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from communications.models import Attachment, Call, CallRecording, Message, MessagePlace
from communications.services.storing import places_of
from crm.errors import RuleError, StaleObject
from crm.models import User
from leads import tasks
from leads.models import Comment, Lead, RetentionRun
from leads.personal.retention import kind_of, kinds, limit, months_of_all
from leads.services.retention import CHUNK, set_retention, start_retention
from tests.cast import FunnelCast
from tests.factories.calls import CallFactory, RecordingFactory
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.documents import InvoiceFactory
from tests.factories.leads import CommentFactory, LeadFactory
from tests.people.conftest import stored_traces
from tests.worker import Worker

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=400), NOW - timedelta(days=100)


def keep(by: User, **months: int | None) -> None:
    """Keep these kinds for so many months, the others for ever."""
    seen = months_of_all()
    set_retention(months={kind.name: months.get(kind.name) for kind in kinds()}, seen=seen, by=by)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def lost_lead(funnel: FunnelCast, closed_at: datetime, **values: object) -> Lead:
    lead = LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive, last_name="Kos", **values)
    Lead.objects.filter(pk=lead.pk).update(closed_at=closed_at)
    return lead


def every_night(worker: Worker) -> None:
    with worker():
        tasks.apply_retention()


def test_ignored_emails_go_and_no_import_brings_them_back(worker: Worker, adam: User, storage: Path) -> None:
    account = MailAccountFactory()
    folder = account.folders.get()
    raw = {"raw": ContentFile(b"From: Kos", name="a.eml"), "digest": b"1" * 32}
    old = MessageFactory(account=account, ignored_at=OLD, ignored_by=adam, **raw)
    MessagePlace.objects.create(message=old, folder=folder, uidvalidity=1, uid=7)
    Attachment.objects.create(message=old, position=1, name="a", size=1, file=ContentFile(b"Kos", name="b"))
    young = MessageFactory(account=account, ignored_at=YOUNG, ignored_by=adam)
    waiting = MessageFactory(account=account, received_at=OLD, sent_at=OLD)
    keep(adam, ignored_emails=6)

    every_night(worker)

    old.refresh_from_db()
    assert (old.text, old.from_address, old.raw.name, old.parse_state) == ("", "", "", "erased")
    assert not stored_traces(storage, b"Kos")
    folder.uidvalidity = 1
    assert places_of(folder, [7]) == {7}
    assert set(Message.objects.visible_to(adam)) == {young, waiting}
    assert {young.text, waiting.text} == set(Message.objects.exclude(pk=old.pk).values_list("text", flat=True))
    run = RetentionRun.objects.get()
    assert (run.kind, run.by, run.state, run.done, run.months) == ("ignored_emails", None, "done", 1, 6)


def test_ignored_calls_and_recordings_go(worker: Worker, adam: User, storage: Path) -> None:
    ignored = CallFactory(ignored_at=OLD, ignored_by=adam, started_at=OLD)
    RecordingFactory(call=ignored, file=ContentFile(b"one", name="x"))
    talked = CallFactory(started_at=OLD)
    RecordingFactory(call=talked, file=ContentFile(b"two", name="x"))
    young = RecordingFactory(call=CallFactory(started_at=YOUNG), file=ContentFile(b"three", name="x"))
    keep(adam, ignored_calls=6, recordings=12)

    every_night(worker)

    assert set(Call.objects.values_list("pk", flat=True)) == {talked.pk, young.call.pk}
    assert Call.objects.get(pk=talked.pk).number == "+48600100200"
    assert CallRecording.objects.get() == young
    assert not stored_traces(storage, b"one", b"two")
    assert stored_traces(storage, b"three")


def test_lost_leads_are_anonymised_and_stay(worker: Worker, adam: User, funnel: FunnelCast) -> None:
    old = lost_lead(funnel, OLD, name="Stary", expected_revenue=100)
    CommentFactory(lead=old, text="Kos dzwonił")
    young = lost_lead(funnel, YOUNG, name="Młody")
    won = LeadFactory(status=funnel.won, name="Wygrany")
    Lead.objects.filter(pk=won.pk).update(closed_at=OLD)
    invoice = InvoiceFactory(lead=old, number="FV/1", state="due", issue_date=OLD.date(), buyer_name="Kos")
    keep(adam, lost_leads=12)

    every_night(worker)

    lead = Lead.objects.get(pk=old.pk)
    assert (lead.name, lead.last_name, lead.closed_at) == ("Dane zanonimizowane", "", OLD)
    assert (lead.status, lead.lost_reason, lead.expected_revenue) == (funnel.lost, funnel.too_expensive, 100)
    assert Comment.objects.get().text == "Dane zanonimizowane"
    invoice.refresh_from_db()
    assert (invoice.buyer_name, invoice.lead_id) == ("Kos", old.pk)
    assert set(Lead.objects.exclude(pk=old.pk).values_list("name", flat=True)) == {young.name, won.name}
    version = lead.version
    every_night(worker)
    assert RetentionRun.objects.count() == 1
    assert Lead.objects.get(pk=old.pk).version == version


def test_nothing_goes_that_nobody_asked_for(worker: Worker, adam: User, funnel: FunnelCast) -> None:
    lead = lost_lead(funnel, OLD, name="Stary")

    every_night(worker)

    assert not RetentionRun.objects.exists()
    assert Lead.objects.get(pk=lead.pk).name == "Stary"
    with pytest.raises(RuleError):
        start_retention(kind=kinds()[0], by=adam)


def test_more_than_a_chunk_with_one_moment(worker: Worker, adam: User, funnel: FunnelCast) -> None:
    LeadFactory.create_batch(3, status=funnel.new)
    lost = lost_lead(funnel, OLD)
    twins = [lost_lead(funnel, OLD) for _number in range(CHUNK + 5)]
    keep(adam, lost_leads=12)
    kind = kind_of("lost_leads")
    assert kind is not None

    with worker():
        run = start_retention(kind=kind, by=adam)
        assert start_retention(kind=kind, by=adam) is None

    assert run is not None
    run.refresh_from_db()
    assert (run.state, run.done, run.total, run.by) == ("done", len(twins) + 1, len(twins) + 1, adam)
    assert Lead.objects.filter(name="Dane zanonimizowane").count() == len(twins) + 1
    assert Lead.objects.get(pk=lost.pk).last_name == ""


@pytest.mark.parametrize(
    ("today", "months", "before"),
    [
        ("2026-03-31T12:00", 1, "2026-02-28T12:00"),
        ("2024-02-29T12:00", 12, "2023-02-28T12:00"),
        ("2027-01-01T00:30", 1, "2026-12-01T00:30"),
        ("2026-10-25T12:00", 7, "2026-03-25T12:00"),
    ],
)
def test_months_go_by_the_calendar(today: str, months: int, before: str) -> None:
    moment = timezone.make_aware(datetime.fromisoformat(today))

    assert limit(months, now=moment) == timezone.make_aware(datetime.fromisoformat(before))


def test_the_page_tells_what_goes_next_and_when(client: Client, adam: User, funnel: FunnelCast) -> None:
    lost_lead(funnel, OLD, name="Stary")
    lost_lead(funnel, YOUNG, name="Młody")
    client.force_login(adam)

    kept = client.get("/settings/people/retention/").content.decode()
    assert "Bez ograniczeń. Teraz w systemie: 2." in kept
    draft = client.get("/settings/people/retention/preview/", {"lost_leads": "12"}).content.decode()

    assert "jeszcze nie zapisano" in draft
    assert "Do usunięcia teraz: 1" in draft
    assert "Stary" in draft
    assert re.search("zniknie <time[^>]*>25.11.2026<", draft)
    assert re.search("zniknie <time[^>]*>17.08.2027<", draft)
    assert "Usuń teraz" not in draft
    assert client.get("/settings/people/retention/preview/", {"lost_leads": "0"}).status_code == 200


def test_save_and_take_away_now(client: Client, worker: Worker, adam: User, funnel: FunnelCast) -> None:
    lead = lost_lead(funnel, OLD, name="Stary")
    client.force_login(adam)
    page = "/settings/people/retention/"

    assert client.post(page, {"lost_leads": "0"}).status_code == 422
    assert client.post(page, {"lost_leads": "12", "seen_lost_leads": "3"}).status_code == 409
    assert months_of_all()["lost_leads"] is None
    assert client.post(page, {"lost_leads": "12"}).status_code == 302
    assert "Usuń teraz" in client.get(page).content.decode()
    with worker():
        client.post(f"{page}lost_leads/start/")

    assert Lead.objects.get(pk=lead.pk).name == "Dane zanonimizowane"
    log = client.get(page).content.decode()
    assert "Adam Nowak" in log
    assert "25.11.2025" in log
    assert client.post(f"{page}nothing/start/").status_code == 404


def test_two_administrators(adam: User) -> None:
    seen = months_of_all()
    keep(adam, recordings=3)

    with pytest.raises(StaleObject):
        set_retention(months=seen, seen=seen, by=adam)
    assert months_of_all()["recordings"] == 3


def test_one_private_mailbox_is_not_told_of(client: Client, adam: User, ola: User) -> None:
    MessageFactory(account=MailAccountFactory(owner=ola), subject="Tajemnica", ignored_at=OLD, ignored_by=ola)
    client.force_login(adam)

    page = client.get("/settings/people/retention/preview/", {"ignored_emails": "1"}).content.decode()

    assert "Do usunięcia teraz: 1" in page
    assert "Tajemnica" not in page
