"""KSeF: the file of an invoice, and the number that the system gave it."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import User
from documents.corrections import ISSUED
from documents.ksef.fa3 import NotExportable, build_fa3
from documents.ksef.numbers import parse_ksef_number
from documents.models import Invoice, StructuredInvoice
from documents.printing import printed


def export_invoice(*, invoice: Invoice) -> StructuredInvoice:
    """The FA(3) file of an issued invoice, the same at each call: made once, then kept.

    Raises RuleError for what was not issued, for missing company data, and for what does not fit the schema.
    """
    with transaction.atomic():
        current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
        kept = StructuredInvoice.objects.filter(invoice=current).first()
        if kept is not None:
            return kept
        if current.state not in ISSUED or current.numbered_at is None:
            raise RuleError(_("Only an issued invoice can be exported for KSeF."))
        if current.seller is None:
            raise RuleError(_("The invoice was issued before the company data were filled in, so it names no seller."))
        document = printed(current)
        if any(line.rate == "zw" for line in document.lines) and not document.exemption_basis:
            raise RuleError(_("KSeF needs the basis of the VAT exemption. Fill it in: Settings → Company data."))
        try:
            xml = build_fa3(document, created_at=current.numbered_at, method=current.payment_method)
        except NotExportable as error:
            raise RuleError(_("The invoice does not fit the schema FA(3): %(why)s") % {"why": error}) from error
        return StructuredInvoice.objects.create(invoice=current, xml=xml)


def enter_ksef_number(*, invoice: Invoice, number: str, by: User) -> Invoice:
    """Keep the number that KSeF gave an issued invoice, in the place of one that it has, and return the invoice.

    Raises ValidationError for a number that is not correct; RuleError for what was not issued and for a number that
    another invoice has.
    """
    with transaction.atomic(), acting_as(by):
        structured = export_invoice(invoice=invoice)
        current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
        assert current.seller is not None
        number = parse_ksef_number(number, seller_nip=current.seller.nip)
        if Invoice.objects.filter(ksef_number=number).exclude(pk=current.pk).exists():
            raise RuleError(_("Another invoice has this KSeF number."))
        current.ksef_number = number
        current.save(update_fields=["ksef_number"])
        current.structured = structured
    return current


def remove_ksef_number(*, invoice: Invoice, by: User) -> Invoice:
    """Take back a number that was entered by mistake, and return the invoice; the history keeps it."""
    with transaction.atomic(), acting_as(by):
        current = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
        current.ksef_number = ""
        current.save(update_fields=["ksef_number"])
    return current
