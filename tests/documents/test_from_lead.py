"""Utwórz zamówienie, Utwórz fakturę: when the buttons are there, and what the document takes over."""

from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.errors import RuleError
from crm.models import InvoiceType, OrderType, Partner, SystemSettings, User
from documents.card_actions import create_invoice, create_order
from documents.kinds import INVOICES, KINDS, ORDERS, Kind
from documents.models import Invoice, Order
from documents.printing import render
from documents.services import create_from_lead
from tests.documents.printing import text_of
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

BUTTONS = {ORDERS: create_order, INVOICES: create_invoice}


@pytest.fixture(autouse=True)
def _types(order_type: OrderType, invoice_type: InvoiceType) -> None:
    """Both parameters are set."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_button_is_there_by_the_rule(ola: User, client: Client, kind: Kind) -> None:
    lead = LeadFactory(sales_person=ola)
    client.force_login(ola)
    button = f'id="lead-create-{kind.name}"'

    def shown() -> bool:
        return button in client.get(reverse("leads:lead_detail", args=[lead.pk])).content.decode()

    assert shown()
    SystemSettings.objects.update(**{f"{kind.name}_type": None})
    assert not shown()
    assert BUTTONS[kind](lead=lead, user=ola) is None
    type_ = kind.type.objects.get()
    SystemSettings.objects.update(**{f"{kind.name}_type": type_})
    kind.type.objects.update(is_archived=True)
    assert not shown()
    kind.type.objects.update(is_archived=False)
    assert shown()
    ola.groups.get().permissions.filter(codename=f"add_{kind.name}").first().delete()  # type: ignore[union-attr]
    assert not shown()
    answer = client.post(reverse(f"documents:lead_{kind.name}_create", args=[lead.pk]))
    assert answer.status_code == 403
    assert not kind.model.objects.exists()


def test_without_a_type_a_forged_request_makes_nothing_and_says_where_to_set_it(ola: User) -> None:
    SystemSettings.objects.update(order_type=None)

    with pytest.raises(RuleError, match="Ustawienia"):
        create_from_lead(kind=ORDERS, lead=LeadFactory(sales_person=ola), by=ola)

    assert not Order.objects.exists()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
class TestTakenOver:
    def test_eu_vat_number_of_a_foreign_buyer(self, ola: User, kind: Kind) -> None:
        buyer = PartnerFactory(name="Händler GmbH", country="Niemcy", vat_eu="DE136695976")

        document = create_from_lead(kind=kind, lead=LeadFactory(sales_person=ola, partner=buyer), by=ola)

        assert kind.model.objects.get().buyer_vat_eu == "DE136695976"
        assert "VAT UE: DE136695976" in text_of(render(document, language="pl"))

    def test_lead_partner_type_and_author(self, ola: User, acme: Partner, kind: Kind) -> None:
        lead = LeadFactory(sales_person=ola, partner=acme)

        document = create_from_lead(kind=kind, lead=lead, by=ola)

        stored = kind.model.objects.get()
        assert stored == document
        assert (stored.lead, stored.partner, stored.created_by) == (lead, acme, ola)
        assert stored.type == getattr(SystemSettings.objects.current(), f"{kind.name}_type")
        assert (stored.buyer_name, stored.buyer_nip) == ("Acme sp. z o.o.", "5261040828")
        assert (stored.state, stored.number, stored.currency) == ("draft", None, "PLN")

    @pytest.mark.parametrize(
        ("given", "address"),
        [
            (
                {"street": "ul. Długa 5", "postal_code": "80-001", "city": "Gdańsk", "region": "pomorskie",
                 "country": "Polska"},
                "ul. Długa 5\n80-001 Gdańsk\npomorskie\nPolska",
            ),
            ({"city": "Gdańsk"}, "Gdańsk"),
            ({"street": "ul. Długa 5", "country": "Polska"}, "ul. Długa 5\nPolska"),
            ({"postal_code": "80-001"}, "80-001"),
            ({}, ""),
        ],
    )  # fmt: skip
    def test_the_address_without_its_empty_parts(
        self, ola: User, kind: Kind, given: dict[str, str], address: str
    ) -> None:
        document = create_from_lead(kind=kind, lead=LeadFactory(sales_person=ola, **given), by=ola)

        assert kind.model.objects.get(pk=document.pk).delivery_address == address

    @pytest.mark.parametrize(
        ("revenue", "price", "amount"),
        [("1234.50", "99.00", "1234.50"), (None, "99.00", "99.00"), (None, None, "0.00"), ("0", "99.00", "0.00")],
    )
    def test_a_line_with_the_product_for_the_expected_revenue(
        self, ola: User, kind: Kind, revenue: str | None, price: str | None, amount: str
    ) -> None:
        product = ProductFactory(name="Regał", unit="szt.", vat_rate="8", net_price=price and Decimal(price))
        lead = LeadFactory(sales_person=ola, product=product, expected_revenue=revenue and Decimal(revenue))

        document = create_from_lead(kind=kind, lead=lead, by=ola)

        line = document.lines.get()
        assert (line.product, line.description, line.unit, line.vat_rate) == (product, "Regał", "szt.", "8")
        assert (line.quantity, line.discount, line.price, line.net) == (1, 0, Decimal(amount), Decimal(amount))
        assert kind.model.objects.get().net_total == Decimal(amount)

    def test_no_product_makes_no_line(self, ola: User, kind: Kind) -> None:
        document = create_from_lead(kind=kind, lead=LeadFactory(sales_person=ola, expected_revenue=100), by=ola)

        assert not document.lines.exists()


def test_in_gross_prices_the_product_has_its_vat(ola: User, order_type: OrderType) -> None:
    OrderType.objects.update(prices="gross")
    lead = LeadFactory(sales_person=ola, product=ProductFactory(net_price=Decimal("100.00")))

    order = create_from_lead(kind=ORDERS, lead=lead, by=ola)

    line = order.lines.get()
    assert (line.price, line.net, line.vat, line.gross) == (123, 100, 23, 123)


def test_an_amount_that_no_document_can_have_is_refused(ola: User) -> None:
    lead = LeadFactory(sales_person=ola, product=ProductFactory(), expected_revenue=Decimal("999999999999.99"))

    with pytest.raises(RuleError, match="za duży"):
        create_from_lead(kind=ORDERS, lead=lead, by=ola)

    assert not Order.objects.exists()


def test_it_opens_for_completion_and_leads_back(ola: User, client: Client) -> None:
    lead = LeadFactory(sales_person=ola, name="Regały dla Płocka")
    client.force_login(ola)

    answer = client.post(reverse("documents:lead_order_create", args=[lead.pk]), follow=True)

    order = Order.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("documents:order_detail", args=[order.pk])
    page = answer.content.decode()
    assert 'id="document-form"' in page
    assert f'href="{reverse("leads:lead_detail", args=[lead.pk])}"' in page
    block = client.get(reverse("documents:lead_orders", args=[lead.pk])).content.decode()
    assert reverse("documents:order_detail", args=[order.pk]) in block


def test_a_lead_that_is_not_visible_gives_no_document(ola: User, marek: User, client: Client) -> None:
    SystemSettings.objects.update(sales_visibility="own")
    client.force_login(ola)
    lead = LeadFactory(sales_person=marek)

    assert client.post(reverse("documents:lead_invoice_create", args=[lead.pk])).status_code == 404
    assert not Invoice.objects.exists()


def test_a_button_that_is_clicked_twice_makes_one(ola: User, client: Client) -> None:
    lead = LeadFactory(sales_person=ola)
    client.force_login(ola)
    action = create_invoice(lead=lead, user=ola)
    assert action is not None

    first, second = client.post(action.url), client.post(action.url)

    assert first.headers["Location"] == second.headers["Location"]
    assert Invoice.objects.count() == 1
    again: Any = create_invoice(lead=lead, user=ola)  # the page was opened anew
    client.post(again.url)
    assert Invoice.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one(ola: User) -> None:
    lead = LeadFactory(sales_person=ola)
    action: Any = create_order(lead=lead, user=ola)
    start = Barrier(2)
    found: list[str] = []

    def click() -> None:
        client = Client()
        client.force_login(ola)
        start.wait(20)
        found.append(client.post(action.url).headers["Location"])
        connection.close()

    threads = [Thread(target=click) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 2
    assert len(set(found)) == 1
    assert Order.objects.count() == 1
