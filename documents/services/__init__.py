"""All writes of orders and invoices."""

from documents.services.drafts import create_draft, create_from_lead, delete_draft, invoice_order, update_draft
from documents.services.lines import add_lines, add_product, delete_line, sort_lines, update_line
from documents.services.states import take_step

__all__ = [
    "add_lines",
    "add_product",
    "create_draft",
    "create_from_lead",
    "delete_draft",
    "delete_line",
    "invoice_order",
    "sort_lines",
    "take_step",
    "update_draft",
    "update_line",
]
