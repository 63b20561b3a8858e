"""Orders and invoices."""

from documents.models.base import Document, DocumentLine, NumberCounter
from documents.models.history import InvoiceEvent, InvoiceLineEvent, OrderEvent, OrderLineEvent
from documents.models.invoices import Invoice, InvoiceCounter, InvoiceLine
from documents.models.orders import Order, OrderCounter, OrderLine

__all__ = [
    "Document",
    "DocumentLine",
    "Invoice",
    "InvoiceCounter",
    "InvoiceEvent",
    "InvoiceLine",
    "InvoiceLineEvent",
    "NumberCounter",
    "Order",
    "OrderCounter",
    "OrderEvent",
    "OrderLine",
    "OrderLineEvent",
]
