"""Anonimizuj: afterwards the person stands nowhere but in issued documents, and nothing brings them back."""

from pathlib import Path

import pytest
from django.test import Client

from communications.models import Call, Message, MessagePlace
from communications.services.calls import take_notification
from communications.services.storing import places_of
from crm.errors import RuleError
from crm.models import Notification, Partner, User
from documents.models import Invoice, Order
from leads.history import Kind, history_of
from leads.importing.undo import undo_chunk
from leads.models import Comment, ErasedLead, ImportRun, Lead, LeadFile, PersonCase, PersonRow
from leads.services.personal import choose_rows, erase_person, export_person, search_person
from leads.services.unmerging import undo_merge
from tests.cast import FunnelCast
from tests.leads.importing import counts, import_file, refusals
from tests.people.conftest import stored_traces, traces
from tests.people.person import EMAIL, NAME, SURNAME, TYPED, WORDS, Person, make_person
from tests.worker import Worker


@pytest.fixture
def person(funnel: FunnelCast, ewa: User) -> Person:
    return make_person(funnel, ewa)


def find(worker: Worker, by: User, *typed: str) -> PersonCase:
    with worker():
        case = search_person(typed=typed or TYPED, by=by)
    case.refresh_from_db()
    assert (case.stage, case.state, case.error) == ("search", "done", "")
    return case


def anonymise(worker: Worker, case: PersonCase, by: User, *, all_rows: bool = True) -> None:
    """Tick all that was found, and anonymise it."""
    if all_rows:
        case.rows.update(is_chosen=True)
    with worker():
        erase_person(case=case, by=by)
    case.refresh_from_db()
    assert (case.stage, case.state, case.error) == ("erase", "done", "")


def test_nothing_is_left_but_issued_documents(worker: Worker, adam: User, person: Person, storage: Path) -> None:
    assert len(list(traces(*WORDS))) > 40
    case = find(worker, adam)

    anonymise(worker, case, adam)

    left = list(traces(*WORDS))
    assert {line.split(":")[0].split(".")[0] for line in left} == {"documents_invoice", "documents_invoiceevent"}, left
    assert not stored_traces(storage, SURNAME.encode(), EMAIL.encode(), b"600100207")
    assert Invoice.objects.get().buyer_name == NAME
    order = Order.objects.get()
    assert (order.buyer_name, order.notes) == ("", "")


def test_what_is_no_data_of_hers_stays(worker: Worker, adam: User, person: Person, storage: Path) -> None:
    before = Lead.objects.get(pk=person.lead.pk)

    anonymise(worker, find(worker, adam), adam)

    lead = Lead.objects.get(pk=person.lead.pk)
    assert (lead.name, lead.email, lead.street, lead.external_id) == ("Dane zanonimizowane", "", "", "H-7")
    assert (lead.status_id, lead.received_at, lead.sales_person_id, lead.status_entered_at) == (
        before.status_id, before.received_at, before.sales_person_id, before.status_entered_at,
    )  # fmt: skip
    other = Lead.objects.get(pk=person.other.pk)
    assert (other.name, other.phone, other.version) == ("Lead Jana", "601 000 001", person.other.version)
    assert set(Comment.objects.filter(lead=other).values_list("text", flat=True)) == {
        "Poleciła nas ***, tel. ***, ***.",
        "Inny numer: 700 100 207",
    }
    assert Call.objects.filter(number="+48700100207").count() == 1
    assert Notification.objects.get().what == "Lead Jana"
    assert list(ImportRun.objects.exclude(file="").values_list("file_name", flat=True)) == ["inne.csv"]
    assert not LeadFile.objects.exists()
    assert ErasedLead.objects.get().lead_id == lead.pk


def test_the_case_forgets_whom_it_was_about(worker: Worker, adam: User, person: Person, client: Client) -> None:
    case = find(worker, adam)
    anonymise(worker, case, adam)

    assert (case.phones, case.emails, case.names) == ([], [], [])
    assert not PersonRow.objects.exists()
    assert case.erased_by == adam
    assert case.counts["leads.Lead"] == 1
    client.force_login(adam)
    page = client.get(f"/settings/people/{case.pk}/").content.decode()
    assert "Zanonimizowano" in page
    assert SURNAME not in page
    with pytest.raises(RuleError):
        export_person(case=case, by=adam)


def test_no_undo_brings_anything_back(worker: Worker, adam: User, ewa: User, person: Person) -> None:
    anonymise(worker, find(worker, adam), adam)

    with pytest.raises(RuleError, match="zanonimizowane"):
        undo_merge(merge=person.merge, by=ewa)
    run = ImportRun.objects.get(file_name="leady.csv")
    undo_chunk(run, ewa)
    assert not {line for line in traces(*WORDS) if not line.startswith("documents_invoice")}
    assert Lead.objects.get(pk=person.lead.pk).name == "Dane zanonimizowane"


def test_an_import_of_mail_does_not_bring_the_message_back(worker: Worker, adam: User, person: Person) -> None:
    place = MessagePlace.objects.get()
    anonymise(worker, find(worker, adam), adam)

    message = Message.objects.get(pk=person.message.pk)
    assert bytes(message.digest) == b"1" * 32
    assert (message.parse_state, message.raw.name, message.text, message.to) == ("erased", "", "", [])
    folder = place.folder
    folder.uidvalidity = 1
    assert places_of(folder, [7]) == {7}


def test_a_late_notification_of_a_call_brings_no_number_back(worker: Worker, adam: User, person: Person) -> None:
    anonymise(worker, find(worker, adam), adam)
    call = Call.objects.get(pk=person.call.pk)
    assert (call.number, call.caller, call.is_erased, call.duration) == ("", "", True, 65)

    take_notification(
        account=call.account,
        payload={
            "event": "call.ended", "call_id": call.external_id, "time": "2026-11-25T10:00:00+01:00",
            "direction": "in", "caller": "+48600100207", "recipient": "+48221234567", "duration": 5,
            "result": "answered",
        },
    )  # fmt: skip

    call.refresh_from_db()
    assert (call.number, call.caller) == ("", "")


def test_what_was_found_by_name_alone_waits_for_a_tick(worker: Worker, adam: User, person: Person) -> None:
    case = find(worker, adam, NAME)
    assert not case.rows.filter(is_chosen=True).exists()
    with pytest.raises(RuleError, match="zaznaczone"):
        erase_person(case=case, by=adam)
    row = case.rows.get(model="crm.Partner")

    choose_rows(case=case, shown=[row.pk], chosen=[row.pk], by=adam)
    anonymise(worker, case, adam, all_rows=False)

    assert Partner.objects.get(pk=person.partner.pk).name == "Dane zanonimizowane"
    assert Lead.objects.get(pk=person.lead.pk).last_name == SURNAME


def test_a_row_that_was_unticked_stays(worker: Worker, adam: User, person: Person) -> None:
    case = find(worker, adam, "600100207")
    row = case.rows.get(model="leads.Lead")
    choose_rows(case=case, shown=[row.pk], chosen=[], by=adam)

    anonymise(worker, case, adam, all_rows=False)

    lead = Lead.objects.get(pk=person.lead.pk)
    assert (lead.phone, lead.last_name) == ("600-100-207", SURNAME)
    assert Partner.objects.get(pk=person.partner.pk).phone == ""


def test_the_history_tells_that_and_who_but_no_value(worker: Worker, adam: User, person: Person) -> None:
    anonymise(worker, find(worker, adam), adam)

    entries = history_of(person.lead.pk).entries
    assert entries[0].kind is Kind.ERASED
    assert entries[0].author == "Adam Nowak"
    assert not [change for entry in entries for change in entry.changes if SURNAME in change.old + change.new]


def test_it_can_be_done_again(worker: Worker, adam: User, person: Person) -> None:
    anonymise(worker, find(worker, adam), adam)
    version = Lead.objects.get(pk=person.lead.pk).version

    again = find(worker, adam)

    assert set(again.rows.values_list("model", flat=True)) <= {"documents.Invoice", "documents.InvoiceEvent"}
    assert Lead.objects.get(pk=person.lead.pk).version == version


def test_the_same_file_imported_again_brings_nothing_back(
    worker: Worker, adam: User, ewa: User, person: Person
) -> None:
    anonymise(worker, find(worker, adam), adam)
    run = import_file(f"ID zewnętrzne,Nazwa,Nazwisko\nH-7,Okna,{SURNAME}\n", by=ewa)

    assert counts(run) == (0, 0, 0, 1)
    assert "zanonimizowane" in refusals(run)[0][2]
    assert Lead.objects.get(pk=person.lead.pk).last_name == ""


def test_the_pages_of_what_stays_open(worker: Worker, adam: User, person: Person, client: Client) -> None:
    anonymise(worker, find(worker, adam), adam)
    client.force_login(adam)
    lead, merge, call, message = person.lead.pk, person.merge.pk, person.call.pk, person.message.pk
    pages = (
        f"/leads/{lead}/", f"/leads/merges/{merge}/", "/leads/merges/", f"/leads/calls/{call}/",
        "/leads/calls/?ready=0",
        f"/leads/emails/{message}/", "/leads/emails/?ready=0", f"/partners/{person.partner.pk}/", "/import/",
        f"/orders/{person.draft.pk}/", f"/leads/{lead}/emails/", f"/leads/{lead}/calls/", "/leads/?q=Dane",
    )  # fmt: skip

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert SURNAME not in answer.content.decode(), page
    assert client.get(f"/leads/emails/{message}/original/").status_code == 404
    assert client.get(f"/leads/calls/{call}/recording/").status_code == 404
    assert NAME in client.get(f"/invoices/{person.invoice.pk}/").content.decode()


def test_an_undone_merge_tells_nothing_either(worker: Worker, adam: User, ewa: User, person: Person) -> None:
    undo_merge(merge=person.merge, by=ewa)

    anonymise(worker, find(worker, adam), adam)

    assert not {line for line in traces(*WORDS) if not line.startswith("documents_invoice")}
    client = Client()
    client.force_login(adam)
    assert client.get(f"/leads/merges/{person.merge.pk}/").status_code == 200
