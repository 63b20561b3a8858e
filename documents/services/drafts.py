"""Drafts: made from nothing, from a lead or from an order; changed and deleted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.errors import RuleError
from crm.history import acting_as
from crm.models import Partner, Product, SystemSettings, User
from documents import money
from documents.kinds import INVOICES, AnyDocument, Kind
from documents.models import Invoice, Order
from documents.models.base import LARGEST_PRICE
from documents.services.store import LINE_VALUES, copy_buyer, fill, fill_line, insert, lines_of, locked_draft, recount
from leads.models import Lead

ADDRESS_LINES = (("street",), ("postal_code", "city"), ("region",), ("country",))


def create_draft(*, kind: Kind, by: User, partner: Partner | None = None, type: Any = None) -> Any:
    """An empty draft, of the type that the settings name unless one is given, else of the first that there is.

    Raises RuleError when there is no type.
    """
    type = type or kind.default_type(system_settings()) or _first_type(kind)
    with transaction.atomic(), acting_as(by):
        document = _new(kind, type=type, by=by, partner=partner)
        insert(kind, document, [])
    return document


def create_from_lead(*, kind: Kind, lead: Lead, by: User) -> Any:
    """A draft for `lead`, with its partner, its address as the delivery address, and a line with its product for the
    expected revenue (without one, the product's price).

    Raises RuleError when the settings name no type.
    """
    type = kind.default_type(system_settings())
    if type is None:
        raise RuleError(_("No type is set for this document. Set it in CRM → Configuration → Settings."))
    with transaction.atomic(), acting_as(by):
        document = _new(kind, type=type, by=by, partner=lead.partner, lead=lead)
        document.delivery_address = address_of(lead)
        lines = []
        if lead.product is not None:
            line = kind.line()
            price = lead.expected_revenue
            if price is None:
                price = price_of(lead.product, gross=document.has_gross_prices)
            if price > LARGEST_PRICE:
                raise RuleError(_("The expected revenue is too large for a document."), field="expected_revenue")
            fill_line(line, {**values_of(lead.product), "price": price})
            lines.append(line)
        insert(kind, document, lines)
    return document


def invoice_order(*, order: Order, by: User) -> Invoice:
    """A draft of an invoice for `order`, with all its lines and the order's prices.

    Raises RuleError when the order is not confirmed, or when there is no type of invoices.
    """
    if order.state not in (Order.State.CONFIRMED, Order.State.DONE):
        raise RuleError(_("Only a confirmed or fulfilled order can be invoiced."))
    type = INVOICES.default_type(system_settings()) or _first_type(INVOICES)
    with transaction.atomic(), acting_as(by):
        invoice: Invoice = _new(INVOICES, type=type, by=by, partner=order.partner, lead=order.lead)
        invoice.order = order
        for name in ("prices", "currency", "rate", "delivery_address"):
            setattr(invoice, name, getattr(order, name))
        lines = []
        for ordered in lines_of(order):
            line = INVOICES.line()
            fill_line(line, {name: getattr(ordered, name) for name in LINE_VALUES})
            lines.append(line)
        insert(INVOICES, invoice, lines)
    return invoice


def update_draft(*, document: AnyDocument, values: Mapping[str, Any], by: User, version: int | None) -> Any:
    """Store `values` of the header and return the document, counted anew.

    Raises StaleObject when it was saved since `version`, ReadOnly when it is a draft no more, DoesNotExist when it is
    gone, ValidationError and RuleError at the field.
    """
    with locked_draft(document, by=by, version=version) as current:
        type_before = current.type_id
        fill(current, values)
        if current.type_id != type_before:
            current.prices = current.type.prices
        if current.currency == system_settings().currency:
            current.rate = None
        copy_buyer(current, current.partner)
        recount(current)
    return current


def delete_draft(*, document: AnyDocument, by: User, version: int | None = None) -> None:
    """Delete a draft for good; its history keeps what it was. Raises ReadOnly for what has left Szkic."""
    with locked_draft(document, by=by, version=version) as current:
        current.delete()


def address_of(lead: Lead) -> str:
    """The lead's address in lines, without its empty parts."""
    lines = (" ".join(filter(None, (getattr(lead, name) for name in names))) for names in ADDRESS_LINES)
    return "\n".join(filter(None, lines))


def values_of(product: Product) -> dict[str, Any]:
    """What a line takes over from its product, but for the price."""
    return {
        "product": product,
        "description": product.name,
        "unit": product.unit,
        "vat_rate": product.vat_rate,
        "quantity": Decimal(1),
        "discount": Decimal(0),
    }


def price_of(product: Product, *, gross: bool) -> Decimal:
    """The product's price, with its VAT for a document of gross prices; 0 when it has none."""
    net = product.net_price or Decimal(0)
    return net + money.vat_of(net, product.vat_rate, gross=False) if gross else net


def _new(kind: Kind, *, type: Any, by: User, partner: Partner | None, lead: Lead | None = None) -> Any:
    document = kind.model(type=type, prices=type.prices, partner=partner, lead=lead, created_by=by)
    document.currency = _currency(kind, system_settings())
    if kind is INVOICES:
        document.split_payment = type.split_payment
    copy_buyer(document, partner)
    return document


def _currency(kind: Kind, parameters: SystemSettings) -> str:
    offered = kind.model.Currency
    return parameters.currency if parameters.currency in offered.values else str(offered.PLN)


def _first_type(kind: Kind) -> Any:
    types = kind.type._default_manager.active()
    if kind is INVOICES:
        types = types.filter(is_correction=False)
    first = types.first()
    if first is None:
        raise RuleError(_("There is no type for this document. Add one in CRM → Configuration → Settings."))
    return first
