"""What a correcting invoice compares: the lines that held before it. All corrections of an invoice refer to it."""

from documents.models import Invoice, InvoiceLine

ISSUED = (Invoice.State.DUE, Invoice.State.PAID)


def corrected_before(correction: Invoice) -> Invoice:
    """The document whose lines held before this correction: the issued correction before it, else the invoice."""
    corrected = correction.correction_of
    assert corrected is not None
    earlier = corrected.corrections.filter(state__in=ISSUED, pk__lt=correction.pk)
    return earlier.order_by("-pk").first() or corrected


def lines_before(correction: Invoice) -> list[InvoiceLine]:
    """The lines that held before this correction, in their order."""
    return list(corrected_before(correction).lines.order_by("position", "pk"))


def last_state(invoice: Invoice) -> Invoice:
    """The document whose lines hold now for an invoice: its last issued correction, else itself."""
    return invoice.corrections.filter(state__in=ISSUED).order_by("-pk").first() or invoice


def is_corrected(invoice: Invoice) -> bool:
    """Whether a correction builds on this document: any draft or issued one of the invoice, or one after this one."""
    standing = Invoice.objects.exclude(state=Invoice.State.CANCELLED)
    if invoice.correction_of_id is None:
        return standing.filter(correction_of=invoice.pk).exists()
    return standing.filter(correction_of=invoice.correction_of_id, pk__gt=invoice.pk).exists()
