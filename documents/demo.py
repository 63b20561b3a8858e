"""Orders and invoices of demo data: what the won leads became, and drafts of those that are being negotiated."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from crm.models import User
from documents.kinds import ORDERS
from documents.models import Invoice, Order
from documents.services import add_product, create_from_lead, invoice_order, take_step, update_draft
from documents.transitions import find_transition
from leads.models import Lead

SEED = 2027
WON, NEGOTIATED = 24, 5
DELIVERY = timedelta(days=21)


def add_documents() -> None:
    """A DEMO_BUILDER: called when leads, partners and products are there."""
    random = Random(SEED)
    manager = User.objects.filter(groups__permissions__codename="issue_invoice", is_active=True).order_by("pk").first()
    assert manager is not None
    sellable = Lead.objects.filter(partner__isnull=False, product__isnull=False, sales_person__isnull=False)
    won = sellable.filter(status__is_won=True).select_related("partner", "product", "sales_person")
    for lead in reversed(won.order_by("-closed_at")[:WON]):  # numbers grow with the days
        assert lead.closed_at is not None
        _sell(lead, on=timezone.localdate(lead.closed_at), manager=manager, random=random)
    negotiated = sellable.filter(status__is_closed=False).select_related("partner", "product", "sales_person")
    for lead in negotiated.order_by("-expected_revenue", "pk")[:NEGOTIATED]:
        create_from_lead(kind=ORDERS, lead=lead, by=_seller(lead))


def _sell(lead: Lead, *, on: date, manager: User, random: Random) -> None:
    seller = _seller(lead)
    draft = create_from_lead(kind=ORDERS, lead=lead, by=seller)
    if random.random() < 0.4 and lead.product is not None:
        draft = add_product(document=draft, product=_another(lead, random), by=seller, version=None)
    draft = update_draft(
        document=draft, values={"issue_date": on, "delivery_date": on + DELIVERY}, by=seller, version=None
    )
    order: Order = _step(draft, "confirm", seller)
    if on + DELIVERY > timezone.localdate():
        return
    if random.random() < 0.08:
        _step(order, "cancel", manager)
        return
    order = _step(order, "fulfil", manager)
    invoice = invoice_order(order=order, by=seller)
    invoice = update_draft(document=invoice, values={"issue_date": on + DELIVERY}, by=seller, version=None)
    _step(invoice, "issue", manager)


def _step(document: Order | Invoice, name: str, by: User) -> Any:
    return take_step(document=document, transition=find_transition(document, name), by=by)


def _seller(lead: Lead) -> User:
    assert lead.sales_person is not None
    return lead.sales_person


def _another(lead: Lead, random: Random) -> Any:
    """A product that goes with the lead's own: one of the cheaper ones."""
    assert lead.product is not None
    price = lead.product.net_price or Decimal(0)
    others = type(lead.product).objects.active().exclude(pk=lead.product_id).filter(net_price__lte=price)
    found = list(others.order_by("pk"))
    return random.choice(found) if found else lead.product
