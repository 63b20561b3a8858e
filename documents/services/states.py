"""The steps of documents from state to state; leaving Szkic gives the number."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.errors import RuleError
from crm.models import Seller, User
from documents.corrections import corrected_before, is_corrected
from documents.kinds import INVOICES, AnyDocument, Kind, kind_of
from documents.models import Invoice
from documents.numbering import next_number
from documents.rules import (
    account_of,
    check_can_be_cancelled,
    check_can_be_numbered,
    check_correction,
    check_invoice_dates,
    check_seller,
)
from documents.services.delivery import note_sent_of
from documents.services.payments import locked_family, settle
from documents.services.store import copy_buyer, lines_of, locked
from documents.transitions import DRAFT, Transition, check_transition


def take_step(*, document: AnyDocument, transition: Transition, by: User | None, version: int | None = None) -> Any:
    """Let the document take a step of the table and return it as stored. A draft gets its number.

    Raises WrongState, StaleObject, the model's DoesNotExist, and RuleError with what is missing: nothing is stored.
    """
    kind = kind_of(document)
    with transaction.atomic(), locked_family(document), locked(document, by=by, version=version) as current:
        check_transition(current, transition)
        if transition.target == "cancelled":
            if isinstance(current, Invoice):
                check_can_be_cancelled(current, went_out=note_sent_of(current), is_corrected=is_corrected(current))
            current.cancelled_at = timezone.now()
        if current.state == DRAFT:
            _number(kind, current)
        current.state = transition.target
        _store(current)
        if isinstance(current, Invoice) and transition.by_hand:
            settle(invoice=current.correction_of or current)
            current.refresh_from_db(fields=["state", "version"])
    return current


def _store(document: Any) -> None:
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as error:
        if str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")).endswith("_number_key"):
            raise RuleError(_("The number was taken at this moment. Try again.")) from error
        raise
    document.refresh_from_db(fields=["version", "updated_at"])


def _number(kind: Kind, document: Any) -> None:
    """Check that the draft is complete, fix its dates and its buyer, and give it the next number.

    The day is asked for once, so that the number and the dates agree also while the month turns.
    """
    today = timezone.localdate()
    is_invoice = kind is INVOICES
    check_can_be_numbered(
        document,
        lines=lines_of(document),
        currency=system_settings().currency,
        today=today,
        needs_nip=is_invoice,
    )
    document.issue_date = document.issue_date or today
    copy_buyer(document, document.partner)
    document.seller = Seller.objects.current()
    if is_invoice:
        _complete_invoice(document)
    document.numbered_at = timezone.now()
    document.number = next_number(document.type, on=document.issue_date)


def _complete_invoice(invoice: Invoice) -> None:
    assert invoice.issue_date is not None
    check_seller(invoice.seller)
    if invoice.correction_of_id is not None:
        held = corrected_before(invoice)
        check_correction(invoice, before=lines_of(held), lines=lines_of(invoice), buyer_before=held)
    check_invoice_dates(invoice, issued_on=invoice.issue_date)
    invoice.bank_account = account_of(invoice, invoice.seller)
    invoice.sale_date = invoice.sale_date or invoice.issue_date
    invoice.due_date = invoice.due_date or invoice.issue_date + timedelta(days=invoice.type.payment_days)
