"""Szkic and what comes after: the table of steps, what each needs, numbers, and what can never be changed again."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.errors import RuleError, StaleObject
from crm.models import InvoiceType, OrderType, Partner, User
from documents.kinds import INVOICES, KINDS, ORDERS, Kind
from documents.models import Invoice, Order
from documents.permissions import open_transitions
from documents.rules import ReadOnly
from documents.services import (
    add_lines,
    create_draft,
    delete_draft,
    delete_line,
    invoice_order,
    sort_lines,
    take_step,
    update_draft,
    update_line,
)
from documents.transitions import WrongState, find_transition, transitions_of
from tests.factories.crm import PartnerFactory

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
FIRST = {"order": "confirm", "invoice": "issue"}


@pytest.fixture(autouse=True)
def _types(order_type: OrderType, invoice_type: InvoiceType) -> None:
    """Both parameters are set."""


def _draft(kind: Kind, by: User, partner: Partner | None, **values: Any) -> Any:
    document = create_draft(kind=kind, by=by, partner=partner)
    if values:
        document = update_draft(document=document, values=values, by=by, version=None)
    return add_lines(document=document, rows=[{"description": "Usługa", "price": Decimal(100)}], by=by, version=None)


def _step(document: Any, name: str, by: User | None = None) -> Any:
    return take_step(document=document, transition=find_transition(document, name), by=by)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_step_is_possible_from_its_states_and_from_no_other(ewa: User, acme: Partner, kind: Kind) -> None:
    numbered = _step(_draft(kind, ewa, acme), FIRST[kind.name], ewa)
    for transition in transitions_of(kind.model):
        for state in kind.model.State.values:
            document = _draft(kind, ewa, acme) if state == "draft" else numbered
            kind.model.objects.filter(pk=document.pk).update(state=state)
            document.refresh_from_db()

            if state in transition.sources:
                assert take_step(document=document, transition=transition, by=ewa).state == transition.target
            else:
                with pytest.raises(WrongState):
                    take_step(document=document, transition=transition, by=ewa)
                assert kind.model.objects.get(pk=document.pk).state == state


@pytest.mark.parametrize(
    ("state", "sales", "manager"),
    [("draft", {"confirm"}, {"confirm"}), ("confirmed", set(), {"fulfil", "cancel"}), ("done", set(), {"cancel"}),
     ("cancelled", set(), set())],
)  # fmt: skip
def test_buttons_of_an_order(ola: User, ewa: User, state: str, sales: set[str], manager: set[str]) -> None:
    order = Order(state=state)

    assert {step.name for step in open_transitions(ola, order)} == sales
    assert {step.name for step in open_transitions(ewa, order)} == manager


def test_buttons_of_an_invoice(ola: User, ewa: User) -> None:
    assert not open_transitions(ola, Invoice(state="draft"))
    assert [step.name for step in open_transitions(ewa, Invoice(state="draft"))] == ["issue"]
    assert [step.name for step in open_transitions(ewa, Invoice(state="due"))] == ["cancel"]
    assert not open_transitions(ewa, Invoice(state="paid"))


@time_machine.travel("2026-11-25 12:00+01:00", tick=False)
def test_leaving_szkic_gives_number_dates_and_the_buyer(ewa: User, acme: Partner) -> None:
    invoice = _step(_draft(INVOICES, ewa, acme), "issue", ewa)
    Partner.objects.filter(pk=acme.pk).update(name="Inna nazwa", nip="")

    stored = Invoice.objects.get(pk=invoice.pk)
    assert (stored.state, stored.number) == ("due", "FV/2026/11/0001")
    assert (stored.issue_date, stored.sale_date, stored.due_date) == (
        date(2026, 11, 25), date(2026, 11, 25), date(2026, 12, 9),
    )  # fmt: skip
    assert (stored.buyer_name, stored.buyer_nip, stored.buyer_city) == ("Acme sp. z o.o.", "5261040828", "Warszawa")
    assert stored.numbered_at == timezone.now()


@pytest.mark.parametrize(
    ("moment", "number", "day"),
    [
        ("2026-11-30 23:59:59.999999+01:00", "FV/2026/11/0001", date(2026, 11, 30)),
        ("2026-12-01 00:00:00+01:00", "FV/2026/12/0001", date(2026, 12, 1)),
        ("2026-12-31 23:30:00+00:00", "FV/2027/01/0001", date(2027, 1, 1)),
    ],
)
def test_an_issue_while_the_month_turns(ewa: User, acme: Partner, moment: str, number: str, day: date) -> None:
    """Number and date agree, and both are those of Warsaw: also where it is another day in UTC."""
    with time_machine.travel(moment, tick=False):
        invoice = _step(_draft(INVOICES, ewa, acme), "issue", ewa)

    assert (invoice.number, invoice.issue_date) == (number, day)


@time_machine.travel("2026-12-01 08:00+01:00", tick=False)
def test_a_given_date_decides_about_the_number(ewa: User, acme: Partner) -> None:
    late = _draft(INVOICES, ewa, acme, issue_date=date(2026, 11, 30))
    assert _step(late, "issue", ewa).number == "FV/2026/11/0001"
    assert _step(_draft(INVOICES, ewa, acme), "issue", ewa).number == "FV/2026/12/0001"

    with pytest.raises(RuleError, match="przyszłości"):
        _step(_draft(INVOICES, ewa, acme, issue_date=date(2026, 12, 2)), "issue", ewa)


class TestWhatIsMissing:
    def _refusal(self, document: Any, name: str) -> RuleError:
        before = type(document).objects.get(pk=document.pk).version
        with pytest.raises(RuleError) as refusal:
            _step(document, name)
        stored = type(document).objects.get(pk=document.pk)
        assert (stored.state, stored.number, stored.version) == ("draft", None, before)
        return refusal.value

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_no_partner_no_lines(self, ewa: User, acme: Partner, kind: Kind) -> None:
        assert self._refusal(_draft(kind, ewa, None), FIRST[kind.name]).field == "partner"
        assert "pozycji" in str(self._refusal(create_draft(kind=kind, by=ewa, partner=acme), FIRST[kind.name]))

    def test_a_company_without_nip(self, ewa: User) -> None:
        company = PartnerFactory(name="Bez NIP")
        refusal = self._refusal(_draft(INVOICES, ewa, company), "issue")
        assert refusal.field == "partner"
        assert "Bez NIP" in str(refusal)
        assert "NIP" in str(refusal)

        for fine in (PartnerFactory(kind="person"), PartnerFactory(country="Niemcy"), PartnerFactory(nip="5261040828")):
            assert _step(_draft(INVOICES, ewa, fine), "issue").number
        assert _step(_draft(ORDERS, ewa, company), "confirm").number  # an order needs none

    def test_another_currency_needs_its_rate(self, ewa: User, acme: Partner) -> None:
        draft = _draft(INVOICES, ewa, acme, currency="EUR")
        assert self._refusal(draft, "issue").field == "rate"

        draft = update_draft(document=draft, values={"rate": Decimal("4.25")}, by=ewa, version=None)
        issued = _step(draft, "issue")
        assert (issued.net_total, issued.net_in_system) == (Decimal("100.00"), Decimal("425.00"))

    def test_due_before_it_is_issued(self, ewa: User, acme: Partner) -> None:
        draft = _draft(INVOICES, ewa, acme, issue_date=date(2026, 1, 10), due_date=date(2026, 1, 9))
        assert self._refusal(draft, "issue").field == "due_date"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_has_left_szkic_is_read_only(ewa: User, acme: Partner, client: Client, kind: Kind) -> None:
    document = _step(_draft(kind, ewa, acme), FIRST[kind.name], ewa)
    line = document.lines.get()
    before = kind.model.objects.values().get()
    for forbidden in (
        lambda: update_draft(document=document, values={"notes": "x"}, by=ewa, version=None),
        lambda: add_lines(document=document, rows=[{"description": "x"}], by=ewa, version=None),
        lambda: update_line(document=document, line_id=line.pk, values={"price": 1}, by=ewa, version=None),
        lambda: delete_line(document=document, line_id=line.pk, by=ewa, version=None),
        lambda: sort_lines(document=document, ids=[line.pk], by=ewa),
        lambda: delete_draft(document=document, by=ewa),
    ):
        with pytest.raises(ReadOnly):
            forbidden()

    client.force_login(ewa)
    page = client.get(kind.url("detail", document.pk)).content.decode()
    assert 'id="document-form"' not in page
    assert 'name="quantity"' not in page
    client.post(kind.url("save", document.pk), {"notes": "x", "version": document.version})
    client.post(kind.url("line_update", document.pk, line.pk), {"price": "1", "version": document.version})
    client.post(kind.url("delete", document.pk))
    assert kind.model.objects.values().get() == before
    assert document.lines.get().price == 100


def test_cancelling_keeps_the_document_and_its_number(ewa: User, acme: Partner) -> None:
    order = _step(_step(_draft(ORDERS, ewa, acme), "confirm"), "cancel", ewa)

    stored = Order.objects.get(pk=order.pk)
    assert (stored.state, stored.number) == ("cancelled", order.number)
    assert stored.cancelled_at is not None
    assert stored.lines.count() == 1
    assert _step(_draft(ORDERS, ewa, acme), "confirm").number != order.number


@pytest.mark.parametrize(
    ("given", "why"),
    [({"ksef_number": "5261040828-20261125-0100-01"}, "KSeF"), ({"sent_at": timezone.now()}, "wysłana"),
     ({"paid_total": Decimal("1.00")}, "płatności")],
)  # fmt: skip
def test_an_invoice_that_went_out_is_not_cancelled(ewa: User, acme: Partner, given: dict[str, Any], why: str) -> None:
    invoice = _step(_draft(INVOICES, ewa, acme), "issue")
    Invoice.objects.filter(pk=invoice.pk).update(**given)

    with pytest.raises(RuleError, match=why):
        _step(invoice, "cancel")

    assert Invoice.objects.get().state == "due"


def test_a_step_on_what_somebody_else_changed_is_refused(ewa: User, acme: Partner) -> None:
    draft = _draft(ORDERS, ewa, acme)
    seen = draft.version
    add_lines(document=draft, rows=[{"description": "Jeszcze", "price": 1}], by=ewa, version=None)

    with pytest.raises(StaleObject):
        take_step(document=draft, transition=find_transition(draft, "confirm"), by=ewa, version=seen)

    assert Order.objects.get().state == "draft"


def test_a_sales_person_confirms_orders_and_issues_no_invoice(ola: User, acme: Partner, client: Client) -> None:
    client.force_login(ola)
    order, invoice = _draft(ORDERS, ola, acme), _draft(INVOICES, ola, acme)

    for document in (order, invoice):
        for name in [step.name for step in transitions_of(document)]:
            url = reverse(f"documents:{ORDERS.name if document is order else INVOICES.name}_step", args=[document.pk])
            client.post(url, {"step": name, "version": document.version})

    assert (Order.objects.get().state, Invoice.objects.get().state) == ("confirmed", "draft")


def test_an_invoice_from_an_order(ewa: User, acme: Partner) -> None:
    draft = _draft(ORDERS, ewa, acme, currency="EUR", rate=Decimal("4.3"), delivery_address="Gdańsk")
    with pytest.raises(RuleError, match="potwierdzonego"):
        invoice_order(order=draft, by=ewa)
    order = _step(draft, "confirm", ewa)

    invoice = invoice_order(order=order, by=ewa)

    stored = Invoice.objects.get()
    assert (stored.order, stored.partner, stored.currency, stored.rate) == (order, acme, "EUR", Decimal("4.3"))
    assert (stored.delivery_address, stored.state, stored.gross_total) == ("Gdańsk", "draft", Decimal("123.00"))
    assert [(line.description, line.price) for line in invoice.lines.all()] == [("Usługa", 100)]
    order.refresh_from_db()
    assert (order.state, order.lines.count()) == ("confirmed", 1)
