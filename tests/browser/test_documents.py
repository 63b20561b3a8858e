"""From a lead to an issued invoice in a real browser: the draft edited in place, by keyboard, and on a phone."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.models import InvoiceType, OrderType, SystemSettings, User
from documents.kinds import ORDERS
from documents.models import Invoice, Order
from documents.services import add_lines, create_draft
from leads.models import Lead
from leads.services import create_lead
from tests.browser.conftest import PHONE, assert_accessible, expect_page
from tests.browser.test_lead_card import open_card
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory, ProductFactory, SellerFactory
from tests.factories.documents import InvoiceTypeFactory, OrderTypeFactory

NewPage = Callable[..., Page]


@pytest.fixture
def types(db: None) -> tuple[OrderType, InvoiceType]:
    order = OrderTypeFactory(name="Zamówienie sprzedaży", pattern="ZS/{rok}/{miesiąc}/{nr:04}")
    invoice = InvoiceTypeFactory(name="Faktura VAT", pattern="FV/{rok}/{miesiąc}/{nr:04}")
    SystemSettings.objects.update(order_type=order, invoice_type=invoice)
    SellerFactory()  # no invoice is issued without it
    return order, invoice


@pytest.fixture
def lead(ewa: User, funnel: FunnelCast, types: object) -> Lead:
    product = ProductFactory(name="Regał paletowy", code="REG-1", unit="szt.", net_price=Decimal(900))
    ProductFactory(name="Montaż", code="MON-1", unit="godz.", net_price=Decimal(80))
    partner = PartnerFactory(name="Acme sp. z o.o.", nip="5261040828", city="Płock")
    values = {"name": "Regały dla Płocka", "partner": partner, "product": product, "expected_revenue": Decimal(1000)}
    return create_lead(values=values, by=ewa)  # type: ignore[arg-type]


def test_from_a_lead_to_an_issued_invoice(new_page: NewPage, ewa: User, lead: Lead) -> None:
    page = new_page(ewa)
    open_card(page, lead)
    page.locator("#lead-documents-orders").get_by_role("button", name="Utwórz zamówienie").click()
    expect_page(page, r"/orders/\d+/")
    total = page.locator("#document-totals")
    expect(total).to_contain_text("1 230,00 zł")

    # A line in place: the amounts follow, what is wrong is told at the line, and nothing typed is lost.
    first = page.locator(".doc-line:not(.doc-line-head)").first
    first.get_by_label("Ilość").fill("2")
    page.keyboard.press("Tab")
    expect(total).to_contain_text("2 460,00 zł")
    first.get_by_label("Cena").fill("-5")
    page.keyboard.press("Enter")
    expect(first.get_by_role("alert")).to_contain_text("Cena nie może być ujemna")
    expect(first.get_by_label("Cena")).to_have_value("-5")
    assert_accessible(page)
    first.get_by_label("Cena").fill("500,00")
    page.keyboard.press("Tab")
    expect(total).to_contain_text("1 230,00 zł")
    expect(first.get_by_role("alert")).to_have_count(0)

    page.get_by_role("combobox", name="Dodaj produkt").click()
    page.keyboard.type("mon")
    expect(page.locator(".ts-dropdown .option.active", has_text="Montaż")).to_be_visible()
    page.keyboard.press("Enter")
    lines = page.locator("#document-lines .doc-lines > li")
    expect(lines).to_have_count(2)
    quantity = lines.nth(1).get_by_label("Ilość")
    expect(quantity).to_be_focused()  # and is written over
    page.keyboard.type("4")
    expect(quantity).to_have_value("4")
    page.keyboard.press("Tab")
    expect(total).to_contain_text("1 623,60 zł")
    page.get_by_role("button", name="Wklej z arkusza").press("Enter")
    page.get_by_label("Wiersze").fill("MON-1\t3\nKotwy\t0\t2")
    page.get_by_role("button", name="Dodaj pozycje").click()
    expect(page.locator("#modal [role=alert]")).to_contain_text("Wiersz 2:")
    assert_accessible(page, within="#modal")
    page.get_by_label("Wiersze").fill("MON-1\t3\nŚruby\t1\t1\nKotwy\t100\t2")
    page.get_by_role("button", name="Dodaj pozycje").click()
    expect(lines).to_have_count(5)
    page.get_by_role("button", name="Usuń „Śruby”").press("Enter")
    expect(lines).to_have_count(4)
    expect(page.get_by_role("button", name="Usuń „Kotwy”")).to_be_focused()  # it has taken its place

    # The last line to the front, by keyboard; the page goes on with the version that this made.
    for _step in range(3):
        lines.filter(has=page.locator("[value='Kotwy']")).locator("[data-handle]").press("ArrowUp")
    expect(lines.first.get_by_label("Opis")).to_have_value("Kotwy")
    expect(page.locator("#document-version")).not_to_have_value("")
    lines.first.get_by_role("button", name="Usuń „Kotwy”").click()
    expect(lines).to_have_count(3)

    page.get_by_label("Uwagi").fill("Dostawa rano")
    page.get_by_role("button", name="Potwierdź").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Potwierdzone")
    order = Order.objects.get()
    assert (order.notes, order.net_total, order.lines.count()) == ("Dostawa rano", Decimal("1560.00"), 3)
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(order.number))
    assert_accessible(page)

    page.get_by_role("button", name="Utwórz fakturę").click()
    expect_page(page, r"/invoices/\d+/")
    page.get_by_role("button", name="Wystaw").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Do zapłaty")
    invoice = Invoice.objects.get()
    assert (invoice.order, invoice.net_total, invoice.lead) == (order, Decimal("1560.00"), lead)

    page.locator("#document-lead").click()
    expect(page.locator("#lead-documents-invoices")).to_contain_text(str(invoice.number))
    expect(page.locator("#lead-documents-orders")).to_contain_text("1 560,00 zł")


def test_lists_are_filtered_and_fit_a_phone(new_page: NewPage, ewa: User, lead: Lead) -> None:
    drafts = [create_draft(kind=ORDERS, by=ewa, partner=lead.partner) for _draft in range(2)]
    add_lines(document=drafts[0], rows=[{"description": "Montaż regałów " * 8, "price": 10}], by=ewa, version=None)
    page = new_page(ewa, viewport=PHONE)
    for address in ("/orders/", f"/orders/{drafts[0].pk}/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert_accessible(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/orders/")
    expect(page.locator("tr[data-document-id]")).to_have_count(2)
    page.locator("label[for=filter-state-confirmed]").click()
    expect(page.get_by_text("Żaden dokument nie pasuje")).to_be_visible()
    expect_page(page, r"state=confirmed")
    page.locator("label[for=filter-state-draft]").click()
    expect(page.locator("tr[data-document-id]")).to_have_count(2)
    page.reload()
    expect(page.get_by_label("Szkic")).to_be_checked()
    page.locator("#list-search").fill("acme")
    expect_page(page, r"q=acme")
    expect(page.locator("tr[data-document-id]")).to_have_count(2)
    assert_accessible(page)
