"""Orders and invoices as e-mails: what the dialog „Napisz e-mail” begins with, and what becomes of it."""

from django.utils import translation
from django.utils.translation import gettext as _

from crm.formats import format_day, format_money
from crm.models import User
from documents.models import Invoice, InvoiceMail, Order
from documents.printing import file_name, language_of, render
from leads.mailing import MailDraft, MailFile

SENDABLE_INVOICES = (Invoice.State.DUE, Invoice.State.PAID)
SENDABLE_ORDERS = (Order.State.CONFIRMED, Order.State.DONE)


def needs_ksef_warning(invoice: Invoice) -> bool:
    """Whether an invoice to a NIP goes out before it has a KSeF number."""
    return bool(invoice.buyer_nip and not invoice.ksef_number)


class InvoiceMailSource:
    """Issued invoices and corrections (`?about=invoice:<pk>`)."""

    def draft(self, *, pk: int, user: User) -> MailDraft | None:
        """The e-mail in the buyer's language with the PDF, and a warning while there is no KSeF number."""
        invoice = (
            Invoice.objects.visible_to(user)
            .filter(pk=pk, state__in=SENDABLE_INVOICES)
            .select_related("partner", "lead", "seller", "order", "correction_of", "created_by")
            .first()
        )
        if invoice is None:
            return None
        with translation.override(language_of(invoice)):
            subject = _("Correcting invoice %(number)s") if invoice.correction_of_id else _("Invoice %(number)s")
            body = _invoice_text(invoice)
            subject = subject % {"number": invoice.number}
        warning = _("This invoice has no KSeF number yet: its PDF says that it was not sent to KSeF.")
        return MailDraft(
            to=address_of(invoice),
            subject=subject,
            body=body,
            lead=invoice.lead,
            files=[_pdf(invoice)],
            warning=warning if needs_ksef_warning(invoice) else "",
        )

    def sent(self, *, pk: int, user: User, mail: int) -> None:
        """Remember the e-mail; the invoice counts as sent when it has gone out (documents.services.delivery)."""
        invoice = Invoice.objects.visible_to(user).get(pk=pk)
        InvoiceMail.objects.get_or_create(mail=mail, defaults={"invoice": invoice, "created_by": user})


class OrderMailSource:
    """Confirmed orders (`?about=order:<pk>`)."""

    def draft(self, *, pk: int, user: User) -> MailDraft | None:
        """The e-mail in the buyer's language with the PDF."""
        order = (
            Order.objects.visible_to(user)
            .filter(pk=pk, state__in=SENDABLE_ORDERS)
            .select_related("partner", "lead", "seller", "created_by")
            .first()
        )
        if order is None:
            return None
        with translation.override(language_of(order)):
            subject = _("Order %(number)s") % {"number": order.number}
            body = _("Dear customer,\n\nplease find attached the order %(number)s over %(amount)s.\n") % {
                "number": order.number,
                "amount": format_money(order.gross_total, order.currency),
            }
        return MailDraft(to=address_of(order), subject=subject, body=body, lead=order.lead, files=[_pdf(order)])

    def sent(self, *, pk: int, user: User, mail: int) -> None:
        """Nothing: the e-mail itself stands on the lead."""


INVOICES = InvoiceMailSource()
ORDERS = OrderMailSource()


def address_of(document: Order | Invoice) -> str:
    """Where the document is sent to: the partner's address, else the lead's; "" when neither has one."""
    partner = document.partner.email if document.partner else ""
    return partner or (document.lead.email if document.lead else "")


def _pdf(document: Order | Invoice) -> MailFile:
    return MailFile(f"{file_name(document)}.pdf", render(document))


def _invoice_text(invoice: Invoice) -> str:
    values = {
        "number": invoice.number,
        "amount": format_money(invoice.gross_total, invoice.currency),
        "day": format_day(invoice.due_date) if invoice.due_date else "",
    }
    if invoice.correction_of_id is not None:
        return _("Dear customer,\n\nplease find attached the correcting invoice %(number)s.\n") % values
    return (
        _("Dear customer,\n\nplease find attached the invoice %(number)s over %(amount)s, payable until %(day)s.\n")
        % values
    )
