"""What a document must have before it takes a step. Pure: reads what it is given and touches no database."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner
from documents.models import Document, DocumentLine, Invoice
from documents.models.base import LARGEST_TOTAL

POLAND = {"", "pl", "polska", "poland"}


class ReadOnly(RuleError):
    """The document has left Szkic."""


def check_draft(document: Any) -> None:
    """Only a draft is changed. Raises ReadOnly."""
    if document.state != "draft":
        raise ReadOnly(
            _("Only a draft can be changed: this document has the state “%(state)s”.")
            % {"state": document.get_state_display()}
        )


def check_can_be_numbered(
    document: Document, *, lines: Sequence[DocumentLine], currency: str, today: date, needs_nip: bool
) -> None:
    """What a draft must have before it gets its number; `currency` is that of the system.

    Raises RuleError at the field that is wrong.
    """
    if document.partner is None:
        raise RuleError(_("Choose the partner first."), field="partner")
    if not lines:
        raise RuleError(_("A document without lines can't be issued. Add the first one."))
    if any(line.quantity <= 0 for line in lines):
        raise RuleError(_("The quantity must be greater than zero."))
    if document.currency != currency and document.rate is None:
        raise RuleError(
            _("Enter the exchange rate: what one %(currency)s costs in %(system)s.")
            % {"currency": document.currency, "system": currency},
            field="rate",
        )
    if document.issue_date is not None and document.issue_date > today:
        raise RuleError(_("The issue date lies in the future."), field="issue_date")
    if needs_nip and lacks_nip(document.partner):
        raise RuleError(
            _("“%(partner)s” is a company without a NIP. Fill it in on the partner's card first: an invoice needs it.")
            % {"partner": document.partner},
            field="partner",
        )


def lacks_nip(partner: Partner) -> bool:
    """Whether an invoice needs this partner's NIP and it is not there: a company in Poland (art. 106e ust. 1 pkt 5)."""
    return partner.kind == Partner.Kind.COMPANY and not partner.nip and partner.country.strip().lower() in POLAND


def check_invoice_dates(invoice: Invoice, *, issued_on: date) -> None:
    """Raise RuleError when the due date is before the day of issue."""
    if invoice.due_date is not None and invoice.due_date < issued_on:
        raise RuleError(_("The due date is before the issue date."), field="due_date")


def check_can_be_cancelled(invoice: Invoice) -> None:
    """An invoice that went out is corrected, never cancelled. Raises RuleError."""
    if invoice.ksef_number:
        raise RuleError(_("The invoice has a KSeF number, so it can't be cancelled. Make a correcting invoice."))
    if invoice.sent_at is not None:
        raise RuleError(_("The invoice was sent to the customer, so it can't be cancelled. Make a correcting invoice."))
    if invoice.paid_total:
        raise RuleError(_("Payments are registered for the invoice. Delete them first, or make a correcting invoice."))


def check_total(*amounts: Decimal) -> None:
    """Raise RuleError for amounts that no document can have."""
    if any(abs(amount) > LARGEST_TOTAL for amount in amounts):
        raise RuleError(_("The amount of the document would be too large: at most 9,999,999,999.99."))


CANCEL_CHECKS: dict[type[Any], Callable[[Any], None]] = {Invoice: check_can_be_cancelled}
