"""Payments: full and partial, what is left, and the states that follow from them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.errors import RuleError
from crm.models import Seller, User
from documents.models import Invoice, Payment
from documents.services.payments import balance_now, delete_payment, register_payment
from documents.settlement import balance_of, is_overdue
from tests.documents.billing import draft, issued

TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _today(seller: Seller) -> object:
    with time_machine.travel("2026-11-25 12:00 +0100", tick=False):
        yield


def _stored(invoice: Invoice) -> Invoice:
    return Invoice.objects.get(pk=invoice.pk)


def test_partial_payments_settle_an_invoice_when_nothing_is_left(ewa: User) -> None:
    invoice = issued(by=ewa)

    register_payment(invoice=invoice, amount=Decimal("100.00"), paid_on=TODAY, by=ewa, note="zaliczka")
    stored = _stored(invoice)
    assert (stored.state, stored.paid_total) == (Invoice.State.DUE, Decimal("100.00"))
    assert balance_now(stored).left == Decimal("146.00")

    register_payment(invoice=invoice, amount=Decimal("146.00"), paid_on=TODAY, by=ewa)
    stored = _stored(invoice)
    assert (stored.state, stored.paid_total) == (Invoice.State.PAID, Decimal("246.00"))
    assert list(stored.payments.values_list("amount", "note", "created_by")) == [
        (Decimal("100.00"), "zaliczka", ewa.pk),
        (Decimal("146.00"), "", ewa.pk),
    ]


def test_a_payment_taken_back_opens_the_invoice_again(ewa: User) -> None:
    invoice = issued(by=ewa)
    payment = register_payment(invoice=invoice, amount=Decimal("246.00"), paid_on=TODAY, by=ewa)

    delete_payment(payment=payment, by=ewa)

    stored = _stored(invoice)
    assert (stored.state, stored.paid_total) == (Invoice.State.DUE, Decimal("0.00"))
    with pytest.raises(Payment.DoesNotExist):
        delete_payment(payment=payment, by=ewa)


@pytest.mark.parametrize(
    ("amount", "paid_on", "field", "told"),
    [
        ("0", TODAY, "amount", "powyżej zera"),
        ("-5", TODAY, "amount", "powyżej zera"),
        ("1.005", TODAY, "amount", "powyżej zera"),
        ("246.01", TODAY, "amount", "Pozostało do zapłaty tylko 246,00"),
        ("10", TODAY + timedelta(days=1), "paid_on", "przyszłości"),
    ],
)
def test_payments_that_cannot_be_are_refused(ewa: User, amount: str, paid_on: date, field: str, told: str) -> None:
    invoice = issued(by=ewa)

    with pytest.raises(RuleError) as refusal:
        register_payment(invoice=invoice, amount=Decimal(amount), paid_on=paid_on, by=ewa)

    assert refusal.value.field == field
    assert told in str(refusal.value).replace("\xa0", " ")
    assert not Payment.objects.exists()


def test_drafts_and_paid_invoices_take_no_payment(ewa: User) -> None:
    with pytest.raises(RuleError, match="wystawionej"):
        register_payment(invoice=draft(by=ewa), amount=Decimal(1), paid_on=TODAY, by=ewa)
    invoice = issued(by=ewa)
    register_payment(invoice=invoice, amount=Decimal("246.00"), paid_on=TODAY, by=ewa)
    with pytest.raises(RuleError, match="zapłacona"):
        register_payment(invoice=invoice, amount=Decimal(1), paid_on=TODAY, by=ewa)


def test_an_invoice_over_nothing_is_paid_at_once(ewa: User) -> None:
    assert issued(by=ewa, lines=[{"price": Decimal(0)}]).state == Invoice.State.PAID


def test_the_block_registers_refuses_and_takes_back(client: Client, ewa: User) -> None:
    invoice = issued(by=ewa)
    client.force_login(ewa)
    create = reverse("documents:payment_create", args=[invoice.pk])
    values = {"amount": "246,01", "paid_on": "25.11.2026", "note": "<b>x</b>", "once": "t1"}

    refused = client.post(create, values, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Pozostało do zapłaty tylko" in refused.content.decode()
    assert not Payment.objects.exists()

    for _again in range(2):
        client.post(create, values | {"amount": "100,00"}, headers={"HX-Request": "true"})
    payment = Payment.objects.get()
    panel = client.get(reverse("documents:invoice_panel", args=[invoice.pk])).content.decode().replace("\xa0", " ")
    assert "146,00 zł" in panel
    assert "&lt;b&gt;x&lt;/b&gt;" in panel

    client.post(reverse("documents:payment_delete", args=[payment.pk]))
    assert not Payment.objects.exists()
    assert client.post(reverse("documents:payment_delete", args=[payment.pk])).status_code == 404


def test_sales_people_see_payments_and_register_none(client: Client, ola: User, ewa: User) -> None:
    invoice = issued(by=ewa)
    Invoice.objects.filter(pk=invoice.pk).update(created_by=ola)
    payment = register_payment(invoice=invoice, amount=Decimal("5.00"), paid_on=TODAY, by=ewa)
    client.force_login(ola)

    panel = client.get(reverse("documents:invoice_panel", args=[invoice.pk])).content.decode()
    assert "5,00" in panel
    assert "Zarejestruj płatność" not in panel
    values = {"amount": "1", "paid_on": "25.11.2026"}
    assert client.post(reverse("documents:payment_create", args=[invoice.pk]), values).status_code == 403
    assert client.post(reverse("documents:payment_delete", args=[payment.pk])).status_code == 403
    assert Payment.objects.count() == 1


def test_overdue_begins_on_the_day_after_the_due_date(client: Client, ewa: User) -> None:
    invoice = issued(by=ewa)
    client.force_login(ewa)
    url = reverse("documents:invoice_panel", args=[invoice.pk])
    assert "Po terminie" not in client.get(url).content.decode()
    Invoice.objects.filter(pk=invoice.pk).update(due_date=timezone.localdate() - timedelta(days=1))
    assert "Po terminie" in client.get(url).content.decode()

    assert not is_overdue(TODAY, today=TODAY, is_due=True)
    assert is_overdue(TODAY - timedelta(days=1), today=TODAY, is_due=True)
    assert not is_overdue(TODAY - timedelta(days=1), today=TODAY, is_due=False)
    assert not is_overdue(None, today=TODAY, is_due=True)


def test_a_balance_counts_corrections_in() -> None:
    balance = balance_of(Decimal("246.00"), corrections=[Decimal("-123.00")], paid=Decimal("200.00"))

    assert (balance.asked, balance.left, balance.to_return) == (Decimal("123.00"), Decimal("-77.00"), Decimal("77.00"))
    assert balance.settles(Decimal("246.00"))
    assert not balance.settles(Decimal("-123.00"))
