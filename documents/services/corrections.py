"""Correcting invoices: a draft that begins with what holds now, and is issued like any invoice."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import InvoiceType, User
from documents.corrections import ISSUED, last_state
from documents.kinds import INVOICES
from documents.models import Invoice
from documents.services.store import LINE_VALUES, copy_buyer, fill_line, insert, lines_of

# What a correction takes over and nobody changes: it is about the same sale.
SAME_SALE = ("partner", "lead", "order", "currency", "rate", "prices", "sale_date", "delivery_address")
SAME_TERMS = ("payment_method", "bank_account", "split_payment")


class CorrectionOpen(RuleError):
    """The invoice has a draft of a correction already: `correction`."""

    def __init__(self, correction: Invoice) -> None:
        super().__init__(_("A correction of this invoice is being written already."))
        self.correction = correction


def correct_invoice(*, invoice: Invoice, by: User | None) -> Invoice:
    """A draft that corrects an issued invoice, with the lines that hold now, for the user to change.

    Raises CorrectionOpen when there is a draft already; RuleError for what was not issued, for a correction itself, and
    when no type of invoices is marked as one for corrections.
    """
    with transaction.atomic(), acting_as(by):
        invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
        _check(invoice)
        type = InvoiceType.objects.active().filter(is_correction=True).first()
        if type is None:
            raise RuleError(_("No invoice type is marked as one for corrections. Set one in Settings → Invoice types."))
        correction = Invoice(type=type, correction_of=invoice, created_by=by)
        for name in (*SAME_SALE, *SAME_TERMS):
            setattr(correction, name, getattr(invoice, name))
        copy_buyer(correction, correction.partner)
        lines = []
        for position, held in enumerate(lines_of(last_state(invoice)), start=1):
            if not held.quantity:
                continue
            line = INVOICES.line(position=position)
            fill_line(line, {name: getattr(held, name) for name in LINE_VALUES})
            lines.append(line)
        insert(INVOICES, correction, lines)
    return correction


def _check(invoice: Invoice) -> None:
    if invoice.correction_of_id is not None:
        raise RuleError(_("Correct the invoice itself: a further correction follows this one."))
    if invoice.state not in ISSUED:
        raise RuleError(_("Only an invoice that was issued and not cancelled can be corrected."))
    if (open_one := invoice.corrections.filter(state=Invoice.State.DRAFT).first()) is not None:
        raise CorrectionOpen(open_one)
