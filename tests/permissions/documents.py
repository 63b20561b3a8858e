"""The lines of the permission matrix for `documents`."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from documents.kinds import INVOICES, ORDERS, Kind
from documents.models import Invoice
from documents.services import add_lines, create_draft, take_step
from documents.services.payments import register_payment
from documents.transitions import find_transition
from tests.factories.crm import PartnerFactory, SellerFactory
from tests.factories.documents import InvoiceTypeFactory, OrderTypeFactory
from tests.permissions.words import Cast, Line, everyone, managers


def _draft(cast: Cast, kind: Kind) -> Any:
    """A draft of Ola's without a lead: she and the managers see it."""
    types = {"order": OrderTypeFactory, "invoice": InvoiceTypeFactory}
    partner = PartnerFactory(nip="5261040828")
    document = create_draft(kind=kind, by=cast.ola, partner=partner, type=types[kind.name]())
    return add_lines(document=document, rows=[{"description": "Usługa", "price": 100}], by=cast.ola, version=None)


def _numbered(cast: Cast, kind: Kind) -> int:
    document = _draft(cast, kind)
    SellerFactory()
    name = "confirm" if kind is ORDERS else "issue"
    return take_step(document=document, transition=find_transition(document, name), by=cast.adam).pk  # type: ignore[no-any-return]


def _payment(cast: Cast) -> int:
    invoice = Invoice.objects.get(pk=_numbered(cast, INVOICES))
    return register_payment(invoice=invoice, amount=Decimal(1), paid_on=invoice.issue_date, by=cast.ewa).pk


# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {
    "order": lambda cast: _draft(cast, ORDERS).pk,
    "invoice": lambda cast: _draft(cast, INVOICES).pk,
    "confirmed_order": lambda cast: _numbered(cast, ORDERS),
    "payment": _payment,
    "issued_invoice": lambda cast: _numbered(cast, INVOICES),
}


def _of(kind: Kind) -> list[Line]:
    name, slug, sample = kind.name, kind.slug, f"@{kind.name}"
    return [
        everyone(f"documents:{name}_list"),
        everyone(f"documents:{name}_create", "post"),
        everyone(f"documents:{name}_export", format="csv"),
        everyone(f"documents:{name}_detail", pk=sample),
        everyone(f"documents:{name}_save", "post", pk=sample),
        everyone(f"documents:{name}_delete", pk=sample),
        everyone(f"documents:{name}_delete", "post", pk=sample),
        everyone(f"documents:{name}_history", pk=sample),
        everyone(f"documents:{name}_panel", pk=sample),
        everyone(f"documents:{name}_pdf", pk=sample),
        everyone(f"documents:{name}_lines", pk=sample),
        everyone(f"documents:{name}_line_create", "post", pk=sample),
        everyone(f"documents:{name}_line_sort", "post", pk=sample),
        everyone(f"documents:{name}_line_paste", pk=sample),
        everyone(f"documents:{name}_line_paste", "post", pk=sample),
        everyone(f"documents:{name}_line_update", "post", pk=sample, line=1),
        everyone(f"documents:{name}_line_delete", "post", pk=sample, line=1),
        everyone(f"documents:lead_{slug}", pk="@lead"),
        everyone(f"documents:lead_{name}_create", "post", pk="@lead"),
        everyone(f"documents:partner_{slug}", pk="@partner"),
    ]


URLS: list[Line] = [
    *_of(ORDERS),
    *_of(INVOICES),
    everyone("documents:order_step", "post", pk="@order", data={"step": "confirm", "version": "1"}),
    managers("documents:order_step", "post", pk="@confirmed_order", data={"step": "fulfil"}),
    managers("documents:order_step", "post", pk="@confirmed_order", data={"step": "cancel"}),
    everyone("documents:order_invoice", "post", pk="@confirmed_order"),
    managers("documents:invoice_step", "post", pk="@invoice", data={"step": "issue"}),
    managers("documents:invoice_step", "post", pk="@issued_invoice", data={"step": "cancel"}),
    everyone("documents:invoice_fa3", pk="@issued_invoice"),
    everyone("documents:invoice_correct", "post", pk="@issued_invoice"),
    managers("documents:payment_create", "post", pk="@issued_invoice"),
    managers("documents:payment_delete", "post", pk="@payment"),
    managers("documents:ksef_enter", "post", pk="@issued_invoice"),
    managers("documents:ksef_remove", "post", pk="@issued_invoice"),
]

EXEMPT: dict[str, str] = {}
