"""Orders and invoices."""

from documents.models.base import Document, DocumentLine, NumberCounter
from documents.models.delivery import InvoiceMail, StructuredInvoice
from documents.models.history import InvoiceEvent, InvoiceLineEvent, OrderEvent, OrderLineEvent
from documents.models.invoices import Invoice, InvoiceCounter, InvoiceLine
from documents.models.orders import Order, OrderCounter, OrderedLead, OrderLine
from documents.models.payments import Payment

__all__ = [
    "Document",
    "DocumentLine",
    "Invoice",
    "InvoiceCounter",
    "InvoiceEvent",
    "InvoiceLine",
    "InvoiceLineEvent",
    "InvoiceMail",
    "NumberCounter",
    "Order",
    "OrderCounter",
    "OrderEvent",
    "OrderLine",
    "OrderLineEvent",
    "OrderedLead",
    "Payment",
    "StructuredInvoice",
]
