"""The two kinds of documents, declared once: addresses, pages, lists and services come from here."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import InvoiceType, OrderType, SystemSettings
from documents.models import (
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceLineEvent,
    Order,
    OrderEvent,
    OrderLine,
    OrderLineEvent,
)

AnyDocument = Order | Invoice
AnyLine = OrderLine | InvoiceLine

COLOURS = {
    "draft": "gray", "confirmed": "blue", "done": "green", "due": "orange", "paid": "green", "cancelled": "red",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Orders or invoices.

    `slug` stands in addresses (`/orders/`), `name` in URL names (`documents:order_list`), permissions
    (`documents.view_order`) and in the field by which a line refers to its document.
    """

    name: str
    slug: str
    model: type[Any]
    line: type[Any]
    event: type[Any]
    line_event: type[Any]
    type: type[Any]
    icon: str
    title: str | Promise
    one: str | Promise
    create_label: str | Promise
    new_label: str | Promise
    empty_text: str | Promise
    summed: tuple[str, ...]
    fields: tuple[str, ...]

    def may(self, action: str) -> str:
        """The permission for `view`, `add`, `change` or `delete`."""
        return f"documents.{action}_{self.name}"

    def url(self, view: str, *args: Any) -> str:
        """The address of one of the kind's pages."""
        return reverse(f"documents:{self.name}_{view}", args=args)

    def list_url(self) -> str:
        """The list of all documents of the kind."""
        return self.url("list")

    def default_type(self, parameters: SystemSettings) -> Any:
        """The type that „Ustawienia” name for new documents; None when none is set or it is archived."""
        type_: OrderType | InvoiceType | None = getattr(parameters, f"{self.name}_type")
        return type_ if type_ is not None and not type_.is_archived else None


ORDERS = Kind(
    name="order",
    slug="orders",
    model=Order,
    line=OrderLine,
    event=OrderEvent,
    line_event=OrderLineEvent,
    type=OrderType,
    icon="shopping-cart",
    title=_("Orders"),
    one=pgettext_lazy("sales document", "Order"),
    create_label=_("Create order"),
    new_label=_("New order"),
    empty_text=_("Orders are made from a lead that is won, or here. Nothing has been ordered yet."),
    summed=(Order.State.CONFIRMED, Order.State.DONE),
    fields=("type", "partner", "issue_date", "delivery_date", "currency", "rate", "delivery_address", "notes"),
)
INVOICES = Kind(
    name="invoice",
    slug="invoices",
    model=Invoice,
    line=InvoiceLine,
    event=InvoiceEvent,
    line_event=InvoiceLineEvent,
    type=InvoiceType,
    icon="file-invoice",
    title=_("Invoices"),
    one=pgettext_lazy("sales document", "Invoice"),
    create_label=_("Create invoice"),
    new_label=_("New invoice"),
    empty_text=_("Invoices are made from an order, from a lead, or here. Nothing has been invoiced yet."),
    summed=(Invoice.State.DUE, Invoice.State.PAID),
    fields=(
        "type", "partner", "issue_date", "sale_date", "due_date", "payment_method", "bank_account", "split_payment",
        "currency", "rate", "correction_reason", "delivery_address", "notes",
    ),
)  # fmt: skip
KINDS = (ORDERS, INVOICES)


def kind_of(document: AnyDocument) -> Kind:
    """The kind to which a document belongs."""
    return ORDERS if isinstance(document, Order) else INVOICES
