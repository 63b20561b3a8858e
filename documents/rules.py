"""What a document must have before it takes a step. Pure: reads what it is given and touches no database."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner, Seller
from documents.models import Document, DocumentLine, Invoice
from documents.models.base import LARGEST_TOTAL

SAME_LINE = ("description", "quantity", "unit", "price", "discount", "vat_rate")
SAME_BUYER = tuple(f"buyer_{name}" for name in ("name", "nip", "vat_eu", "street", "postal_code", "city", "country"))
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
    is_correction = isinstance(document, Invoice) and document.correction_of_id is not None
    if any(line.quantity <= 0 for line in lines) and not is_correction:
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


def check_can_be_cancelled(invoice: Invoice, *, went_out: bool, is_corrected: bool) -> None:
    """An invoice that went out is corrected, never cancelled; so is one that corrections build on. Raises RuleError."""
    if is_corrected:
        raise RuleError(_("The invoice has a correction. Cancel or delete that first."))
    if invoice.ksef_number:
        raise RuleError(_("The invoice has a KSeF number, so it can't be cancelled. Make a correcting invoice."))
    if went_out or invoice.sent_at is not None:
        raise RuleError(_("The invoice was sent to the customer, so it can't be cancelled. Make a correcting invoice."))
    if invoice.paid_total:
        raise RuleError(_("Payments are registered for the invoice. Delete them first, or make a correcting invoice."))


def check_seller(seller: Seller | None) -> None:
    """An invoice names its seller (art. 106e ust. 1 pkt 3-4). Raises RuleError."""
    if seller is None:
        raise RuleError(_("Fill in the company data first: an invoice says who sells. They stand in Settings."))


def account_of(invoice: Invoice, seller: Seller | None) -> str:
    """Where an invoice is paid to: its own account, else for a bank transfer that of the seller in its currency."""
    is_transfer = invoice.payment_method == Invoice.PaymentMethod.TRANSFER
    return invoice.bank_account or (seller.account_for(invoice.currency) if seller and is_transfer else "")


def check_correction(
    correction: Invoice, *, before: Sequence[DocumentLine], lines: Sequence[DocumentLine], buyer_before: Invoice
) -> None:
    """A correction says why, and changes something: a line, or the buyer's data. Raises RuleError."""
    if not correction.correction_reason:
        raise RuleError(_("Enter the reason of the correction."), field="correction_reason")
    compared = [*SAME_LINE]
    same_lines = [[getattr(line, name) for name in compared] for line in before] == [
        [getattr(line, name) for name in compared] for line in lines
    ]
    same_buyer = all(getattr(correction, name) == getattr(buyer_before, name) for name in SAME_BUYER)
    if same_lines and same_buyer:
        raise RuleError(_("The correction changes nothing: change a line, or the data of the partner."))


def check_total(*amounts: Decimal) -> None:
    """Raise RuleError for amounts that no document can have."""
    if any(abs(amount) > LARGEST_TOTAL for amount in amounts):
        raise RuleError(_("The amount of the document would be too large: at most 9,999,999,999.99."))
