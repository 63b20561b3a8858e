"""The tables of orders and invoices with data of people. What is issued stays as long as the law wants it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q

from crm.personal import KEEP, PersonalData, Table, of
from documents.models import Invoice, Order
from documents.retention_law import kept
from leads.services.erasing import delete_rows

BUYER = ("buyer_name", "buyer_nip", "buyer_vat_eu", "buyer_street", "buyer_postal_code", "buyer_city", "buyer_country")
HEADERS = ("Order", "OrderEvent", "Invoice", "InvoiceEvent")
LINES = ("OrderLine", "OrderLineEvent", "InvoiceLine", "InvoiceLineEvent")
DOCUMENT: dict[str, Any] = {**dict.fromkeys((*BUYER, "delivery_address", "notes"), "")}


def _of_kept(name: str, model: Any) -> Callable[[], Q]:
    """The condition for rows that belong by the field `name` to a document that is kept."""
    return lambda: Q(**{f"{name}__in": model.objects.filter(kept()).values("pk")})


def _tables(model: Any, name: str, columns: dict[str, Any]) -> Iterator[Table]:
    """The tables of a kind of documents: header, lines, and their histories."""
    label, document = model._meta.label, DOCUMENT | columns
    note = "a draft is emptied; an issued document stays for its legal period"
    yield Table(
        label,
        document,
        own=BUYER,
        within={"leads.Lead": of("lead"), "crm.Partner": of("partner")},
        kept=kept,
        note=note,
        link=f"documents:{name}_detail",
    )
    yield Table(f"{label}Line", {"description": KEEP}, within={label: of(name)}, kept=_of_kept(f"{name}_id", model))
    yield Table(
        f"{label}Event",
        document,
        own=None,
        within={label: of("pgh_obj_id")},
        kept=_of_kept("pgh_obj_id", model),
        is_history=True,
        note=note,
    )
    yield Table(
        f"{label}LineEvent",
        {"description": KEEP},
        within={label: of(f"{name}_id")},
        kept=_of_kept(f"{name}_id", model),
        is_history=True,
    )


DOCUMENTS = PersonalData(
    tables=(
        *_tables(Order, "order", {}),
        *_tables(Invoice, "invoice", {"correction_reason": KEEP}),
        Table(
            "documents.StructuredInvoice",
            {"xml": b""},
            within={"documents.Invoice": of("invoice")},
            kept=_of_kept("invoice_id", Invoice),
            erase=delete_rows(model="documents.StructuredInvoice"),
            note="deleted with the data of its invoice, after the legal period",
        ),
        Table(
            "documents.Payment",
            {"note": KEEP},
            within={"documents.Invoice": of("invoice")},
            kept=_of_kept("invoice_id", Invoice),
        ),
        Table(
            "documents.PaymentEvent",
            {"note": KEEP},
            within={"documents.Invoice": of("invoice_id")},
            kept=_of_kept("invoice_id", Invoice),
            is_history=True,
        ),
    ),
    nothing={
        **{f"documents.{kind}.number": "the number of the document" for kind in HEADERS},
        **{f"documents.{kind}.unit": "a unit of goods" for kind in LINES},
        **{f"documents.{kind}.bank_account": "the seller's" for kind in ("Invoice", "InvoiceEvent")},
        **{f"documents.{kind}.ksef_number": "a number of KSeF" for kind in ("Invoice", "InvoiceEvent")},
        "documents.OrderCounter": "a period", "documents.InvoiceCounter": "a period",
    },
)  # fmt: skip
