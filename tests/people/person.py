"""Halina Żółtkowska, who has left traces in every corner, and Jan, who has the same surname as nobody else."""

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from communications.models import Attachment, Call, CallRecording, Message, MessagePlace, OutgoingMail, TelephonyEvent
from crm.models import Notification, Partner, User
from documents.models import Invoice, Order
from leads.models import (
    BulkRow,
    BulkRun,
    ImportKind,
    ImportMapping,
    ImportRow,
    ImportRun,
    Lead,
    LeadMerge,
    SavedView,
)
from leads.services import LeadValues, create_lead, merge_leads, update_lead
from leads.services.files import add_file
from reports.models import SavedReport
from tests.cast import FunnelCast
from tests.factories.calls import CallFactory, RecordingFactory
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.crm import PartnerFactory
from tests.factories.documents import InvoiceFactory, OrderFactory
from tests.factories.leads import ActivityFactory, CommentFactory, LeadFactory

PHONE, EMAIL, NAME, SURNAME = "+48600100207", "halina@zoltkowska.test", "Halina Żółtkowska", "Żółtkowska"
TYPED = ("600 100 207", "Halina@Zoltkowska.test", "halina zoltkowska")
# What must be nowhere: the number in any spelling that occurs, the address, the surname.
WORDS = ("600100207", "600 100 207", "600-100-207", EMAIL, "halina%40zoltkowska", SURNAME)


@dataclass
class Person:
    """Her rows, and those of others that mention her."""

    lead: Lead
    partner: Partner
    message: Message
    call: Call
    merge: LeadMerge
    other: Lead
    invoice: Invoice
    draft: Order


def make_person(funnel: FunnelCast, by: User) -> Person:
    """All her traces; what is Jan's stands beside."""
    values: LeadValues = {
        "name": f"Okna dla {SURNAME}", "status": funnel.new, "phone": "600 100 207", "email": EMAIL.title(),
        "description": f"<div>Dzwoniła {NAME}</div>", "company_name": f"{SURNAME} Okna", "street": "Wąska 7",
        "first_name": "Halina", "last_name": SURNAME, "external_id": "H-7",
    }  # fmt: skip
    lead = create_lead(values=values, by=by)
    lead = update_lead(lead=lead, values={"phone": "600-100-207", "street": f"{SURNAME} 8"}, by=by)
    other = LeadFactory(name="Lead Jana", first_name="Jan", phone="601 000 001", status=funnel.new)
    loser = create_lead(values={**values, "external_id": "H-8", "name": f"{SURNAME} drugi raz"}, by=by)
    merge = merge_leads(survivor=lead, loser=loser, values={}, tags=[], by=by)
    lead.refresh_from_db()
    partner = PartnerFactory(kind="person", name=NAME, phone="600100207", phone_e164=PHONE, email=EMAIL, nip="")
    firm = PartnerFactory(name="Firma z Łodzi")
    firm.contacts.create(first_name="Halina", last_name=SURNAME, phone_e164=PHONE, phone="600100207")
    _work(lead, other, by)
    message = _mail(lead, other)
    call = _calls(lead)
    _records(lead, by)
    invoice = InvoiceFactory(
        lead=lead, partner=partner, number="FV/1", state="due", issue_date=timezone.localdate(), buyer_name=NAME
    )
    draft = OrderFactory(lead=lead, partner=partner, buyer_name=NAME, notes=f"Dla {SURNAME}")
    return Person(lead, partner, message, call, merge, other, invoice, draft)


def _work(lead: Lead, other: Lead, by: User) -> None:
    ActivityFactory(lead=lead, summary=f"Zadzwonić do {SURNAME}", note="600100207", feedback=NAME)
    CommentFactory(lead=lead, text=f"Pani {SURNAME} chce rabat")
    CommentFactory(lead=other, text=f"Poleciła nas Halina Żółtkowska, tel. +48 600-100-207, {EMAIL}.")
    CommentFactory(lead=other, text="Inny numer: 700 100 207")
    file = ContentFile(f"Umowa z {SURNAME}".encode())
    add_file(lead=lead, file=file, name=f"umowa-{SURNAME}.txt", size=file.size, by=by)
    Notification.objects.create(user=by, kind="reply", what=f"{lead}", details="600100207", url=f"/leads/{lead.pk}/")
    Notification.objects.create(user=by, kind="reply", what="Lead Jana", url=f"/leads/{other.pk}/")
    SavedView.objects.create(owner=by, name="Pilne", query="q=halina%40zoltkowska.test&mine=1")
    SavedReport.objects.create(owner=by, name="Raport", query="q=600+100+207")
    run = BulkRun.objects.create(owner=by, action="status")
    BulkRow.objects.create(run=run, lead_id=lead.pk, label=str(lead), reason="x")


def _mail(lead: Lead, other: Lead) -> Message:
    account = MailAccountFactory()
    raw = ContentFile(f"From: {NAME} <{EMAIL}>\r\n\r\nProszę o ofertę, {SURNAME}".encode(), name="a.eml")
    message: Message = MessageFactory(
        account=account, lead=lead, from_name=NAME, from_address=EMAIL, subject=f"Oferta dla {SURNAME}",
        text=f"Pozdrawiam, {SURNAME}", html=f"<p>{SURNAME}</p>", digest=b"1" * 32, raw=raw,
        reply_to=[{"name": NAME, "address": EMAIL}],
    )  # fmt: skip
    MessagePlace.objects.create(message=message, folder=account.folders.get(), uidvalidity=1, uid=7)
    Attachment.objects.create(
        message=message, position=1, name=f"{SURNAME}.pdf", size=3,
        file=ContentFile(SURNAME.encode(), name="b"), content_id="x",
    )  # fmt: skip
    sent = MessageFactory(
        account=account, direction="out", from_address="my@firma.test", from_name="My", subject="Odpowiedź",
        to=[{"name": NAME, "address": EMAIL.upper()}], text=f"Szanowna Pani {SURNAME}",
    )  # fmt: skip
    OutgoingMail.objects.create(
        message=sent, by=User.objects.first(), due_at=timezone.now(), details=f"550 <{EMAIL}> unknown", state="failed"
    )
    MessageFactory(
        account=account, lead=other, subject="Od Jana", raw=ContentFile(f"cc {EMAIL}".encode(), name="c.eml"),
        text=f"Znajoma, {NAME}, ma numer 600100207.", html=f"<b>600&nbsp;100&nbsp;207 {SURNAME}</b>",
    )  # fmt: skip
    return message


def _calls(lead: Lead) -> Call:
    call: Call = CallFactory(lead=lead, number=PHONE)
    TelephonyEvent.objects.create(account=call.account, call=call, key="1", payload={"caller": "48600100207"})
    recording = RecordingFactory(call=call, state=CallRecording.State.STORED)
    recording.file.save("x", ContentFile(f"głos {SURNAME}".encode()))
    CallFactory(number=PHONE, account=call.account)
    CallFactory(number="+48700100207", account=call.account)
    return call


def _records(lead: Lead, by: User) -> None:
    run = ImportRun.objects.create(
        owner=by, kind=ImportKind.LEADS, file_name="leady.csv", file_size=1, format="csv", stage="import", state="done",
        file=ContentFile(f"Nazwa,Telefon\n{NAME},600100207\n".encode(), name="leady.csv"),
        unknowns={"source": {NAME: 1}},
    )  # fmt: skip
    other: Any = ContentFile(b"Nazwa,Telefon\nJan,700100207\n", name="inne.csv")
    ImportRun.objects.create(
        owner=by, kind=ImportKind.LEADS, file_name="inne.csv", file_size=1, format="csv", file=other
    )
    ImportRow.objects.create(
        run=run, line=1, target="leads", result="changed", object_id=lead.pk, label=str(lead), version=lead.version,
        old_values={"last_name": SURNAME}, key="H-7",
    )  # fmt: skip
    ImportRow.objects.create(
        run=run, line=2, target="leads", result="refused", cells=["Halina", SURNAME, "600100207"],
        errors=[{"text": f"{SURNAME}?"}],
    )  # fmt: skip
    ImportMapping.objects.create(name="Z targów", kind=ImportKind.LEADS, choices={"source": {EMAIL: "x"}})
