"""Demo documents: orders and invoices of the leads that were won, in all their states."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

from django.db.models import F
from django.utils import timezone
from PIL import Image, ImageDraw

from crm.models import Partner, User
from crm.photos import logo_picture
from crm.services.seller import save_seller
from documents.corrections import ISSUED
from documents.kinds import INVOICES, ORDERS, Kind
from documents.models import Invoice, Order
from documents.services import (
    add_lines,
    create_draft,
    create_from_lead,
    invoice_order,
    take_step,
    update_draft,
    update_line,
)
from documents.services.corrections import correct_invoice
from documents.services.payments import balance_now, register_payment
from documents.transitions import find_transition
from leads.demo.build import MANAGER
from leads.models import Lead

SEED = 21
ORDERS_WANTED = 26
# Of the newest orders, some are drafts and some are not invoiced yet; all others are invoiced.
DRAFTS, NOT_INVOICED = 3, 4
EXTRA = (
    {"description": "Transport i rozładunek", "unit": "usł.", "price": Decimal("850.00"), "vat_rate": "23"},
    {"description": "Montaż", "unit": "godz.", "quantity": Decimal(8), "price": Decimal("120.00"), "vat_rate": "23"},
    {"description": "Szkolenie operatorów", "unit": "os.", "quantity": Decimal(4), "price": Decimal("390.00"),
     "vat_rate": "zw"},
)  # fmt: skip
ACCOUNT = "61109010140000071219812874"


def add_documents() -> None:
    """The company that sells, and its documents of the last months."""
    random = Random(SEED)
    manager = User.objects.get(email=MANAGER)
    _seller(manager)
    leads = list(_won_leads())
    today = timezone.localdate()
    for place, lead in enumerate(leads):
        age = (len(leads) - place) * 4
        newer = len(leads) - 1 - place
        _order(random, lead, newer, issued_on=today - timedelta(days=age), manager=manager)
    _settle(random, manager, today)
    _correct(manager)
    _euro_invoice(manager)


def _seller(manager: User) -> None:
    save_seller(
        values={
            "name": "Regały i Wózki Łódź sp. z o.o.",
            "nip": "5265877635",
            "street": "ul. Magazynowa 8",
            "postal_code": "93-350",
            "city": "Łódź",
            "email": "faktury@lejek.test",
            "phone": "+48 42 600 10 20",
            "bank_name": "Bank Przykładowy S.A.",
            "bank_account": ACCOUNT,
            "bank_account_eur": "DE89370400440532013000",
            "exemption_basis": "art. 43 ust. 1 pkt 29 lit. a ustawy o VAT",
        },
        seen=None,
        by=manager,
        logo=logo_picture(_logo(), size=0),
    )


def _logo() -> BytesIO:
    """Three shelves in a square, drawn large so that it is smooth when it is printed."""
    picture = Image.new("RGBA", (900, 300), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((10, 10, 290, 290), 56, fill="#4f56d6")
    for top in (80, 140, 200):
        draw.rounded_rectangle((70, top, 230, top + 26), 12, fill="white")
    for left, top, width in ((330, 60, 420), (330, 130, 540), (330, 200, 300)):
        draw.rounded_rectangle((left, top, left + width, top + 44), 22, fill="#182433" if top == 60 else "#a9b1bd")
    content = BytesIO()
    picture.save(content, "PNG")
    content.seek(0)
    return content


def _won_leads() -> Any:
    """The newest leads that were won and can be invoiced, the oldest of them first."""
    won = Lead.objects.filter(status__is_won=True, product__isnull=False, expected_revenue__gt=0)
    complete = won.exclude(partner=None).exclude(partner__nip="").exclude(sales_person=None)
    return reversed(complete.select_related("partner", "product", "sales_person").order_by("-pk")[:ORDERS_WANTED])


def _order(random: Random, lead: Lead, newer: int, *, issued_on: date, manager: User) -> None:
    """The order of a lead, and what became of it; `newer` is how many come after it."""
    order = create_from_lead(kind=ORDERS, lead=lead, by=lead.sales_person)
    if random.random() < 0.5:
        order = add_lines(document=order, rows=[random.choice(EXTRA)], by=lead.sales_person, version=None)
    if newer < DRAFTS:
        return
    order = update_draft(document=order, values={"issue_date": issued_on}, by=lead.sales_person, version=None)
    order = _step(order, "confirm", lead.sales_person)
    if newer >= DRAFTS + NOT_INVOICED:
        _invoice(order, issued_on + timedelta(days=2), manager, is_large=newer % 5 == 0)
        _step(order, "fulfil", manager)
    elif newer == DRAFTS:
        _step(order, "cancel", manager)


def _invoice(order: Order, issued_on: date, manager: User, *, is_large: bool) -> Invoice:
    invoice = invoice_order(order=order, by=manager)
    values = {"issue_date": issued_on, "bank_account": ACCOUNT, "split_payment": is_large}
    invoice = update_draft(document=invoice, values=values, by=manager, version=None)
    issued: Invoice = _step(invoice, "issue", manager)
    return issued


def _step(document: Any, name: str, by: User | None) -> Any:
    return take_step(document=document, transition=find_transition(document, name), by=by)


def _settle(random: Random, manager: User, today: date) -> None:
    """Most of what is due was paid, some of it in parts; a few invoices are overdue."""
    due = Invoice.objects.filter(state=Invoice.State.DUE, due_date__lt=today + timedelta(days=5))
    for place, invoice in enumerate(due.order_by("pk")):
        left = balance_now(invoice).left
        paid_on = min(invoice.due_date or today, today) - timedelta(days=random.randint(0, 6))
        if place % 4 == 3:
            continue
        amount = (left / 3).quantize(Decimal("0.01")) if place % 4 == 2 else left
        register_payment(invoice=invoice, amount=amount, paid_on=paid_on, by=manager, note="przelew")


def _correct(manager: User) -> None:
    """One invoice was corrected: the customer gave something back."""
    invoice = Invoice.objects.filter(state__in=ISSUED, paid_total__lt=F("gross_total")).order_by("pk").first()
    if invoice is None:
        return
    correction = correct_invoice(invoice=invoice, by=manager)
    line = correction.lines.order_by("position").first()
    assert line is not None
    values: dict[str, Any] = {"price": (line.price * Decimal("0.9")).quantize(Decimal("0.01"))}
    correction = update_line(document=correction, line_id=line.pk, values=values, by=manager, version=None)
    reason = {"correction_reason": "Rabat uzgodniony po odbiorze"}
    _step(update_draft(document=correction, values=reason, by=manager, version=None), "issue", manager)


def _euro_invoice(manager: User) -> None:
    """A draft in EUR, waiting for its exchange rate."""
    partner = Partner.objects.exclude(nip="").order_by("pk").first()
    invoice = _draft(INVOICES, partner, manager)
    update_draft(document=invoice, values={"currency": Invoice.Currency.EUR}, by=manager, version=None)


def _draft(kind: Kind, partner: Partner | None, by: User) -> Any:
    document = create_draft(kind=kind, by=by, partner=partner)
    return add_lines(document=document, rows=[{**EXTRA[0], "quantity": Decimal(1)}], by=by, version=None)
