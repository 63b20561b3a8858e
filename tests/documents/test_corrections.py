"""Correcting invoices: what they begin with, what they change, and how they settle with their invoice."""

from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.errors import RuleError
from crm.models import Seller, User
from documents.corrections import lines_before
from documents.models import Invoice, InvoiceLine
from documents.printing import printed, render
from documents.services import add_lines, delete_draft, delete_line, take_step, update_draft, update_line
from documents.services.corrections import CorrectionOpen, correct_invoice
from documents.services.payments import balance_now, register_payment
from documents.transitions import find_transition
from tests.documents.billing import draft, issue, issued
from tests.documents.printing import text_of
from tests.factories.documents import InvoiceTypeFactory


@pytest.fixture(autouse=True)
def _today(seller: Seller) -> object:
    InvoiceTypeFactory(name="Faktura korygująca", pattern="FK/{rok}/{nr:04}", is_correction=True)
    with time_machine.travel("2026-11-25 12:00 +0100", tick=False):
        yield


def _quantity(correction: Invoice, quantity: str, *, by: User, position: int = 0) -> Invoice:
    line = list(correction.lines.order_by("position"))[position]
    changed: Invoice = update_line(
        document=correction, line_id=line.pk, values={"quantity": Decimal(quantity)}, by=by, version=None
    )
    return changed


def _corrected(invoice: Invoice, quantity: str, *, by: User) -> Invoice:
    """An issued correction of the first line's quantity."""
    correction = _quantity(correct_invoice(invoice=invoice, by=by), quantity, by=by)
    correction = update_draft(document=correction, values={"correction_reason": "Zwrot"}, by=by, version=None)
    return issue(correction, by=by)


def test_a_correction_begins_with_what_holds_and_changes_nothing(ewa: User) -> None:
    invoice = issued(by=ewa, bank_account="61109010140000071219812874")

    correction = correct_invoice(invoice=invoice, by=ewa)

    assert correction.type.is_correction
    assert (correction.state, correction.number, correction.correction_of) == (Invoice.State.DRAFT, None, invoice)
    assert (correction.partner, correction.sale_date) == (invoice.partner, invoice.sale_date)
    assert (correction.bank_account, correction.buyer_nip) == (invoice.bank_account, "7740001454")
    line = correction.lines.get()
    assert (line.description, line.quantity, line.price, line.net) == ("Wdrożenie", 2, 100, 200)
    assert (correction.net_total, correction.vat_total, correction.gross_total) == (0, 0, 0)


def test_its_totals_are_the_difference_and_its_number_is_of_its_own_type(ewa: User) -> None:
    invoice = issued(by=ewa, lines=[{}, {"description": "Książki", "vat_rate": "8", "quantity": Decimal(1)}])

    correction = _corrected(invoice, "1", by=ewa)

    stored = Invoice.objects.get(pk=correction.pk)
    assert stored.number == "FK/2026/0001"
    assert (stored.net_total, stored.vat_total, stored.gross_total) == (-100, -23, -123)
    assert stored.net_in_system == Decimal("-100.00")
    assert Invoice.objects.get(pk=invoice.pk).gross_total == Decimal("354.00")
    text = text_of(render(stored))
    assert f"do faktury {invoice.number} z dnia 25.11.2026" in text
    assert "-100,00 -23,00 -123,00" in text
    assert "Powód korekty Zwrot" in text


def test_a_second_correction_compares_with_the_first(ewa: User) -> None:
    invoice = issued(by=ewa)
    first = _corrected(invoice, "1", by=ewa)

    second = _corrected(invoice, "0.5", by=ewa)

    assert [line.quantity for line in lines_before(second)] == [Decimal("1.000")]
    assert Invoice.objects.get(pk=second.pk).gross_total == Decimal("-61.50")
    assert [line.quantity for line in lines_before(first)] == [Decimal("2.000")]
    assert printed(second).corrected_number == invoice.number
    with pytest.raises(RuleError, match="Skoryguj samą fakturę"):
        correct_invoice(invoice=second, by=ewa)


def test_lines_can_go_to_nothing_be_taken_away_and_added(ewa: User) -> None:
    invoice = issued(by=ewa, lines=[{}, {"description": "Książki", "vat_rate": "8", "quantity": Decimal(1)}])
    correction = _quantity(correct_invoice(invoice=invoice, by=ewa), "0", by=ewa)
    books = correction.lines.get(description="Książki")
    correction = delete_line(document=correction, line_id=books.pk, by=ewa, version=None)
    row = {"description": "Transport", "quantity": Decimal(1), "price": Decimal(10), "vat_rate": "5"}
    correction = add_lines(document=correction, rows=[row], by=ewa, version=None)

    assert (correction.net_total, correction.vat_total) == (Decimal("-290.00"), Decimal("-53.50"))
    difference = printed(correction).difference
    assert difference is not None
    assert [(sums.rate, sums.net) for sums in difference.rates] == [("23", -200), ("8", -100), ("5", 10)]


def test_an_ordinary_line_never_goes_to_nothing(ewa: User) -> None:
    with pytest.raises(RuleError, match="zera"):
        _quantity(draft(by=ewa), "0", by=ewa)
    assert not InvoiceLine.objects.filter(quantity=0).exists()


def test_a_correction_needs_a_reason_and_a_change(ewa: User) -> None:
    correction = correct_invoice(invoice=issued(by=ewa), by=ewa)
    with pytest.raises(RuleError, match="powód korekty") as refusal:
        issue(correction, by=ewa)
    assert refusal.value.field == "correction_reason"
    correction = update_draft(document=correction, values={"correction_reason": "Zwrot"}, by=ewa, version=None)
    with pytest.raises(RuleError, match="niczego nie zmienia"):
        issue(correction, by=ewa)
    assert Invoice.objects.get(pk=correction.pk).number is None

    partner = correction.partner
    partner.name = "Zażółć po przejęciu S.A."
    partner.save()
    assert issue(correction, by=ewa).number


def test_only_issued_invoices_are_corrected_one_draft_at_a_time(client: Client, ewa: User) -> None:
    with pytest.raises(RuleError, match="wystawioną"):
        correct_invoice(invoice=draft(by=ewa), by=ewa)
    invoice = issued(by=ewa)
    client.force_login(ewa)
    url = reverse("documents:invoice_correct", args=[invoice.pk])

    for _twice in range(2):
        response = client.post(url)

    correction = Invoice.objects.get(correction_of=invoice)
    assert response.headers["Location"] == reverse("documents:invoice_detail", args=[correction.pk])
    with pytest.raises(CorrectionOpen):
        correct_invoice(invoice=invoice, by=ewa)
    delete_draft(document=correction, by=ewa)
    assert correct_invoice(invoice=invoice, by=ewa).pk != correction.pk


def test_without_a_type_for_corrections_it_says_what_to_set(ewa: User) -> None:
    invoice = issued(by=ewa)
    type(invoice.type).objects.filter(is_correction=True).update(is_correction=False)
    with pytest.raises(RuleError, match="Typy faktur"):
        correct_invoice(invoice=invoice, by=ewa)


def test_an_invoice_and_its_corrections_are_settled_together(ewa: User) -> None:
    invoice = issued(by=ewa)
    register_payment(invoice=invoice, amount=Decimal("246.00"), paid_on=invoice.issue_date, by=ewa)

    correction = _corrected(invoice, "1", by=ewa)

    invoice.refresh_from_db()
    assert (invoice.state, balance_now(invoice).to_return) == (Invoice.State.PAID, Decimal("123.00"))
    assert correction.state == Invoice.State.DUE
    with pytest.raises(RuleError, match="zwrotu tylko"):
        register_payment(invoice=invoice, amount=Decimal("200.00"), paid_on=invoice.issue_date, by=ewa)
    returned = register_payment(invoice=invoice, amount=Decimal("123.00"), paid_on=invoice.issue_date, by=ewa)
    assert returned.amount == Decimal("-123.00")
    states = set(Invoice.objects.values_list("state", flat=True))
    assert states == {Invoice.State.PAID}
    assert balance_now(Invoice.objects.get(pk=invoice.pk)).left == 0


def test_a_correction_that_takes_all_back_settles_an_unpaid_invoice(ewa: User) -> None:
    invoice = issued(by=ewa)
    correction = _corrected(invoice, "0", by=ewa)
    assert set(Invoice.objects.values_list("state", flat=True)) == {Invoice.State.PAID}

    cancel = find_transition(correction, "cancel")
    assert Invoice.State.PAID not in cancel.sources
    more = _corrected(invoice_with(ewa), "3", by=ewa)
    assert more.state == Invoice.State.DUE


def invoice_with(by: User) -> Invoice:
    """Another invoice over 246.00 PLN for the same customer."""
    return issued(by=by)


def test_cancelling_goes_from_the_last_correction_back(ewa: User) -> None:
    invoice = issued(by=ewa)
    correction = _corrected(invoice, "3", by=ewa)
    cancel = find_transition(invoice, "cancel")
    with pytest.raises(RuleError, match="ma korektę"):
        take_step(document=invoice, transition=cancel, by=ewa)

    take_step(document=correction, transition=cancel, by=ewa)
    take_step(document=invoice, transition=cancel, by=ewa)

    assert set(Invoice.objects.values_list("state", flat=True)) == {Invoice.State.CANCELLED}
    assert "ANULOWANE" in text_of(render(Invoice.objects.get(pk=correction.pk)))


def test_the_page_shows_before_and_after(client: Client, ewa: User) -> None:
    invoice = issued(by=ewa)
    correction = _quantity(correct_invoice(invoice=invoice, by=ewa), "1", by=ewa)
    client.force_login(ewa)

    page = client.get(reverse("documents:invoice_detail", args=[correction.pk])).content.decode()
    panel = client.get(reverse("documents:invoice_panel", args=[correction.pk])).content.decode().replace("\xa0", " ")

    assert 'name="correction_reason"' in page
    assert 'name="currency"' not in page
    assert "Przed korektą" in panel
    assert "-123,00" in panel
    assert reverse("documents:invoice_detail", args=[invoice.pk]) in panel
    original = client.get(reverse("documents:invoice_panel", args=[invoice.pk])).content.decode()
    assert reverse("documents:invoice_detail", args=[correction.pk]) in original
    plain = client.get(reverse("documents:invoice_detail", args=[draft(by=ewa, partner=invoice.partner).pk]))
    assert 'name="correction_reason"' not in plain.content.decode()
