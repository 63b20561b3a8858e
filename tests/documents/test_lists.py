"""Zamówienia and Faktury: filters, search, order, pages, files, and what is found everywhere."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from crm.models import User
from documents.kinds import INVOICES, KINDS, ORDERS, Kind
from documents.models import Invoice, Order
from tests.factories.crm import PartnerFactory
from tests.factories.documents import InvoiceFactory, OrderFactory, OrderTypeFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_ewa(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def _names(client: Client, kind: Kind, query: str = "") -> list[str]:
    answer = client.get(f"{kind.list_url()}?{query}", headers=HTMX)
    return [row.buyer_name for row in answer.context["listing"].page.rows]


def _orders() -> None:
    """Four orders of three buyers."""
    retail = OrderTypeFactory(name="Detal")
    OrderFactory(buyer_name="Ćma", number="ZS/1", state="confirmed", issue_date=date(2026, 11, 1), net_in_system=300)
    OrderFactory(buyer_name="Cel", state="draft", net_in_system=100, type=retail)
    OrderFactory(buyer_name="Łódź", buyer_nip="5261040828", number="ZS/3", state="cancelled",
                 issue_date=date(2026, 10, 1), net_in_system=200)  # fmt: skip
    OrderFactory(buyer_name="Lublin", number="ZS/4", state="done", issue_date=date(2026, 11, 30), net_in_system=50)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Lublin", "Łódź", "Cel", "Ćma"]),
        ("sort=partner", ["Cel", "Ćma", "Lublin", "Łódź"]),
        ("sort=-partner", ["Łódź", "Lublin", "Ćma", "Cel"]),
        ("sort=issued", ["Łódź", "Ćma", "Lublin", "Cel"]),
        ("sort=-issued", ["Lublin", "Ćma", "Łódź", "Cel"]),
        ("sort=net", ["Lublin", "Cel", "Łódź", "Ćma"]),
        ("sort=number", ["Ćma", "Łódź", "Lublin", "Cel"]),
        ("sort=forged", ["Ćma", "Cel", "Łódź", "Lublin"]),
        ("state=draft&state=done", ["Lublin", "Cel"]),
        ("since=01.11.2026&until=29.11.2026", ["Ćma"]),
        ("q=lodz", ["Łódź"]),
        ("q=526-104-08-28", ["Łódź"]),
        ("q=zs/4", ["Lublin"]),
        ("q=%3Cscript%3E", []),
    ],
)
def test_filter_search_and_order(as_ewa: Client, query: str, names: list[str]) -> None:
    _orders()

    assert _names(as_ewa, ORDERS, query) == names


def test_filters_by_rows(as_ewa: Client, ewa: User, ola: User) -> None:
    partner, lead = PartnerFactory(), LeadFactory(sales_person=ewa)
    OrderFactory(buyer_name="Partnera", partner=partner)
    OrderFactory(buyer_name="Leadu", lead=lead, created_by=ola)
    typed = OrderFactory(buyer_name="Ewy", created_by=ewa)

    assert _names(as_ewa, ORDERS, f"partner={partner.pk}") == ["Partnera"]
    assert _names(as_ewa, ORDERS, f"lead={lead.pk}") == ["Leadu"]
    assert _names(as_ewa, ORDERS, f"type={typed.type_id}") == ["Ewy"]
    assert _names(as_ewa, ORDERS, "mine=1") == ["Ewy", "Leadu"]


def test_overdue_invoices(as_ewa: Client) -> None:
    for name, state, due in (("Po terminie", "due", date(2020, 1, 1)), ("Zapłacona", "paid", date(2020, 1, 1)),
                             ("W terminie", "due", date(2100, 1, 1))):  # fmt: skip
        InvoiceFactory(buyer_name=name, state=state, due_date=due, number=f"FV/{name}")

    assert _names(as_ewa, INVOICES, "overdue=1") == ["Po terminie"]
    assert "lj-late" in as_ewa.get(INVOICES.list_url()).content.decode()


@pytest.mark.parametrize("query", ["state=sold", "type=999", "partner=x", "since=31.02.2026", "lead=99999"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_wrong_filter_lists_nothing_and_says_so(as_ewa: Client, kind: Kind, query: str) -> None:
    _orders()

    assert as_ewa.get(f"{kind.list_url()}?{query}").status_code == 400
    answer = as_ewa.get(f"{kind.list_url()}?{query}", headers=HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not answer.context["listing"].page.rows
    assert as_ewa.get(f"{kind.url('export', 'csv')}?{query}").status_code == 400


@pytest.mark.parametrize("order", ["", "sort=partner", "sort=-issued", "sort=number"])
def test_pages_bring_each_row_once(as_ewa: Client, order: str) -> None:
    for n in range(120):
        issued = date(2026, 1, 1 + n % 28) if n % 3 else None
        OrderFactory(buyer_name=f"Klient {n % 7}", issue_date=issued)

    found: list[int] = []
    query = order
    while True:
        page = as_ewa.get(f"{ORDERS.list_url()}?{query}", headers=HTMX).context["listing"].page
        found += [row.pk for row in page.rows]
        if not page.after:
            break
        query = f"{order}&after={page.after}"
    assert len(found) == 120
    assert len(set(found)) == 120


def test_number_of_queries_does_not_grow(as_ewa: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(30):
        OrderFactory(buyer_name=f"K{n}", lead=LeadFactory(), partner=PartnerFactory())

    with django_assert_max_num_queries(10):
        as_ewa.get(ORDERS.list_url())


def test_an_empty_list_offers_the_first_one(as_ewa: Client) -> None:
    page = as_ewa.get(ORDERS.list_url()).content.decode()
    assert "Nowe zamówienie" in page
    assert "Nic jeszcze nie zamówiono" in page

    OrderTypeFactory()
    answer = as_ewa.post(ORDERS.url("create"), {"token": "a"}, follow=True)
    again = as_ewa.post(ORDERS.url("create"), {"token": "a"}, follow=True)
    order = Order.objects.get()
    assert answer.redirect_chain[-1][0] == again.redirect_chain[-1][0] == ORDERS.url("detail", order.pk)
    assert order.lead is None
    assert order.created_by is not None


def test_without_any_type_it_is_said_what_to_set_up(as_ewa: Client) -> None:
    answer = as_ewa.post(INVOICES.url("create"), {"token": "a"}, follow=True)

    assert "Ustawienia" in answer.content.decode()
    assert not Invoice.objects.exists()


class TestFiles:
    def test_csv(self, as_ewa: Client) -> None:
        OrderFactory(
            number="=ZS/1", state="confirmed", buyer_name="Łódź", issue_date=date(2026, 11, 1),
            net_total=Decimal("1234.50"), net_in_system=Decimal("1234.50"), lead=LeadFactory(),
        )  # fmt: skip
        OrderFactory(buyer_name="Inny")

        answer = as_ewa.get(f"{ORDERS.url('export', 'csv')}?q=lodz")

        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        head, row = csv.reader(io.StringIO(text), delimiter=";")
        values = dict(zip(head, row, strict=True))
        assert values["Numer"] == "'=ZS/1"
        assert (values["Nabywca"], values["Stan"], values["Wartość netto"]) == ("Łódź", "Potwierdzone", "1234,50")
        assert values["Data wystawienia"] == "2026-11-01"
        assert "zamówienia-" in answer.headers["Content-Disposition"] or "zam" in answer.headers["Content-Disposition"]

    def test_xlsx(self, as_ewa: Client) -> None:
        InvoiceFactory(number="FV/1", state="due", buyer_name="Łódź", gross_total=Decimal("123.00"))

        answer = as_ewa.get(INVOICES.url("export", "xlsx"))

        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        head, row = sheet.iter_rows(values_only=True)
        values = dict(zip(head, row, strict=True))
        assert (values["Numer"], values["Wartość brutto"], values["Stan"]) == ("FV/1", 123, "Do zapłaty")


def test_search_everywhere(as_ewa: Client, ola: User, client: Client) -> None:
    order = OrderFactory(
        number="ZS/2026/11/0007", state="confirmed", buyer_name="Łódzkie Regały", buyer_nip="5261040828"
    )

    def found(typed: str) -> str:
        return client.get(reverse("crm:search_show"), {"q": typed}, headers=HTMX).content.decode()

    url = ORDERS.url("detail", order.pk)
    for typed in ("zs/2026/11/0007", "lodzkie", "526-104-08-28"):
        assert url in found(typed), typed
    client.force_login(ola)
    assert url not in found("lodzkie")
