"""The history of documents and their lines, written by triggers whoever makes the change (as that of leads)."""

import pghistory
from django.db import models

from documents.models.invoices import Invoice, InvoiceLine
from documents.models.orders import Order, OrderLine

COUNTED = ["version", "created_at", "updated_at", "search_text", "buyer_sort"]
AMOUNTS = ["net", "vat", "gross", "position"]


def _all_changes() -> list[pghistory.RowEvent]:
    """Trackers belong to one model each."""
    return [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]


class OrderEvent(pghistory.create_event_model(Order, *_all_changes(), exclude=COUNTED)):  # type: ignore[misc]
    """The values of an order as they were after a change, or before its deletion."""

    class Meta:
        indexes = [models.Index("pgh_obj", "pgh_id", name="orderevent_by_order")]


class InvoiceEvent(pghistory.create_event_model(Invoice, *_all_changes(), exclude=COUNTED)):  # type: ignore[misc]
    """The values of an invoice as they were after a change, or before its deletion."""

    class Meta:
        indexes = [models.Index("pgh_obj", "pgh_id", name="invoiceevent_by_invoice")]


class OrderLineEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        OrderLine, *_all_changes(), exclude=AMOUNTS, obj_field=pghistory.ObjForeignKey(db_index=False)
    )
):
    """A line of an order added, changed or taken away."""

    class Meta:
        indexes = [models.Index("order", "pgh_id", name="orderlineevent_by_order")]


class InvoiceLineEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        InvoiceLine, *_all_changes(), exclude=AMOUNTS, obj_field=pghistory.ObjForeignKey(db_index=False)
    )
):
    """A line of an invoice added, changed or taken away."""

    class Meta:
        indexes = [models.Index("invoice", "pgh_id", name="invoicelineevent_by_invoice")]
