"""Payments of invoices: each one counts the balance anew and moves the documents between Do zapłaty and Zapłacona."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.formats import format_money
from crm.history import acting_as
from crm.models import User
from crm.text import check_text
from documents import money
from documents.models import Invoice, Order, Payment
from documents.models.base import LARGEST_TOTAL
from documents.settlement import NOTHING, Balance, balance_of
from documents.transitions import find_transition

ISSUED = (Invoice.State.DUE, Invoice.State.PAID)


def register_payment(*, invoice: Invoice, amount: Decimal, paid_on: date, by: User | None, note: str = "") -> Payment:
    """Keep a payment of `amount` (above zero) for an issued invoice; while its balance is below zero, it is money that
    went back. Settles the invoice when nothing is left.

    Raises RuleError at `amount` when it is not above zero or more than what is left, at `paid_on` for a day to come,
    and without a field for a document that was not issued, or a correction.
    """
    with transaction.atomic(), acting_as(by):
        invoice = _locked(invoice)
        balance = balance_now(invoice)
        _check(amount, paid_on, balance, invoice.currency)
        payment = Payment.objects.create(
            invoice=invoice,
            amount=-amount if balance.left < 0 else amount,
            paid_on=paid_on,
            note=check_text(note.strip())[:250],
            created_by=by,
        )
        _recount(invoice)
    return payment


def delete_payment(*, payment: Payment, by: User | None) -> Invoice:
    """Take a payment back and return its invoice, to be paid again unless it still is settled.

    Raises Payment.DoesNotExist when it is gone already.
    """
    with transaction.atomic(), acting_as(by):
        invoice = _locked(payment.invoice)
        Payment.objects.get(pk=payment.pk).delete()
        _recount(invoice)
    return invoice


def settle(*, invoice: Invoice) -> None:
    """Move an invoice and its corrections to the states that their balance asks for. Called in a transaction that has
    locked the invoice, after what changes the balance.
    """
    balance = balance_now(invoice)
    for document in (invoice, *invoice.corrections.filter(state__in=ISSUED).order_by("pk")):
        is_settled = balance.settles(document.gross_total)
        step = find_transition(Invoice, "settle" if is_settled else "unsettle")
        if document.state in step.sources:
            document.state = step.target
            document.save(update_fields=["state"])


def balance_now(invoice: Invoice) -> Balance:
    """The balance of an invoice (no correction) with its issued corrections, as it is stored."""
    corrections = invoice.corrections.filter(state__in=ISSUED).values_list("gross_total", flat=True)
    return balance_of(invoice.gross_total, corrections=corrections, paid=invoice.paid_total)


@contextmanager
def locked_family(document: Order | Invoice) -> Iterator[None]:
    """Lock the invoice that a correction corrects before the correction itself, as payments do: nobody waits crosswise.

    Used in a transaction; nothing for all other documents.
    """
    if isinstance(document, Invoice) and document.correction_of_id is not None:
        Invoice.objects.select_for_update().filter(pk=document.correction_of_id).first()
    yield


def _locked(invoice: Invoice) -> Invoice:
    current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    if current.correction_of_id is not None:
        raise RuleError(_("Payments are registered on the corrected invoice."))
    if current.state not in ISSUED:
        raise RuleError(_("Payments are registered only for an invoice that was issued and not cancelled."))
    return current


def _recount(invoice: Invoice) -> None:
    invoice.paid_total = invoice.payments.aggregate(sum=Sum("amount"))["sum"] or NOTHING
    invoice.save(update_fields=["paid_total"])
    settle(invoice=invoice)


def _check(amount: Decimal, paid_on: date, balance: Balance, currency: str) -> None:
    if amount <= 0 or amount != money.rounded(amount) or amount > LARGEST_TOTAL:
        raise RuleError(_("Enter an amount above zero, to the grosz."), field="amount")
    if paid_on > timezone.localdate():
        raise RuleError(_("The day of payment lies in the future."), field="paid_on")
    if balance.left == 0:
        raise RuleError(_("The invoice is paid: nothing is left."), field="amount")
    if amount > abs(balance.left):
        left = {"left": format_money(abs(balance.left), currency)}
        text = _("Only %(left)s is left to pay.") if balance.left > 0 else _("Only %(left)s is left to return.")
        raise RuleError(text % left, field="amount")
