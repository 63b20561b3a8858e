"""The draft as it is edited: header and lines, what is counted, what is refused, and two people at once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.models import OrderType, Partner, Product, User
from documents.kinds import ORDERS
from documents.models import Order
from documents.services import add_lines, create_draft, delete_draft, delete_line, update_draft
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.factories.documents import OrderTypeFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
LINE = {
    "description": "Usługa",
    "quantity": "2",
    "unit": "godz.",
    "price": "100,00",
    "discount": "10",
    "vat_rate": "23",
}


@pytest.fixture
def order(ola: User, acme: Partner, order_type: OrderType, client: Client) -> Order:
    client.force_login(ola)
    order: Order = create_draft(kind=ORDERS, by=ola, partner=acme)
    return add_lines(document=order, rows=[{"description": "Usługa", "price": 50}], by=ola, version=None)  # type: ignore[no-any-return]


def post(client: Client, order: Order, view: str, *args: Any, **data: Any) -> Any:
    """What the page sends, with the version that it shows unless another is given."""
    version = data.pop("version", Order.objects.get(pk=order.pk).version if Order.objects.exists() else 1)
    return client.post(ORDERS.url(view, order.pk, *args), {"version": version, **data}, headers=HTMX)


def test_a_line_is_stored_in_place_and_everything_counted(client: Client, order: Order) -> None:
    line = order.lines.get()

    answer = post(client, order, "line_update", line.pk, **LINE)

    assert answer.status_code == 200
    line.refresh_from_db()
    assert (line.quantity, line.unit, line.price, line.discount) == (2, "godz.", 100, 10)
    assert (line.net, line.vat, line.gross) == (Decimal("180.00"), Decimal("41.40"), Decimal("221.40"))
    stored = Order.objects.get()
    assert (stored.net_total, stored.vat_total, stored.gross_total) == (line.net, line.vat, line.gross)
    page = answer.content.decode()
    assert "221,40" in page
    assert f'id="document-version" value="{stored.version}"' in page
    assert 'name="quantity"' not in page  # what is being typed is never swapped


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"quantity": "0"}, "większa od zera"),
        ({"quantity": "-1"}, "większa od zera"),
        ({"quantity": "1000000000000"}, "większa niż 999"),
        ({"quantity": "dwa"}, "nie jest liczbą"),
        ({"quantity": ""}, "Podaj ilość"),
        ({"quantity": "1e400"}, "nie jest liczbą"),
        ({"price": "-0,01"}, "ujemna"),
        ({"price": "100000000000"}, "większa niż 9"),
        ({"price": ""}, "Podaj cenę"),
        ({"discount": "100,01"}, "od 0 do 100"),
        ({"discount": "-1"}, "od 0 do 100"),
        ({"vat_rate": "7"}, "nie jest stawką VAT"),
        ({"vat_rate": ""}, "To pole"),
        ({"description": "   "}, "Wybierz produkt albo wpisz opis"),
        ({"quantity": "999999,999", "price": "9999999999"}, "za duża"),
    ],
)
def test_what_a_line_can_not_be(client: Client, order: Order, wrong: dict[str, str], why: str) -> None:
    line, before = order.lines.get(), Order.objects.values().get()

    answer = post(client, order, "line_update", line.pk, **{**LINE, **wrong})

    assert answer.status_code == 422
    assert why in answer.content.decode().replace("\xa0", " ")
    assert order.lines.get().__dict__ | {"_state": None} == line.__dict__ | {"_state": None}
    assert Order.objects.values().get() == before


def test_a_product_brings_its_values(client: Client, order: Order) -> None:
    product = ProductFactory(name="Regał", unit="szt.", vat_rate="8", net_price=Decimal("12.50"))

    answer = post(client, order, "line_create", product=product.pk)

    line = order.lines.last()
    assert (line.product, line.description, line.unit, line.vat_rate, line.net) == (
        product,
        "Regał",
        "szt.",
        "8",
        Decimal("12.50"),
    )
    assert "Regał" in answer.content.decode()
    Product.objects.update(is_archived=True)
    answer = post(client, order, "line_create", product=product.pk)
    assert answer.status_code == 422
    assert order.lines.count() == 2


def test_a_line_with_neither_product_nor_description(client: Client, order: Order) -> None:
    answer = post(client, order, "line_create", description=" ")

    assert answer.status_code == 422
    assert "Wybierz produkt albo wpisz opis" in answer.headers["HX-Trigger"].encode().decode("unicode-escape")
    assert order.lines.count() == 1


def test_lines_are_sorted_and_taken_away(client: Client, order: Order, ola: User) -> None:
    add_lines(document=order, rows=[{"description": "B"}, {"description": "C"}], by=ola, version=None)
    first, _second, third = order.lines.all()

    seen = Order.objects.get().version
    post(client, order, "line_sort", id=[third.pk, first.pk, 999])
    assert Order.objects.get().version == seen  # who edits meanwhile is not told of a conflict
    assert [line.description for line in order.lines.all()] == ["C", "Usługa", "B"]

    post(client, order, "line_delete", first.pk)
    assert [line.description for line in order.lines.all()] == ["C", "B"]
    assert Order.objects.get().net_total == 0
    assert post(client, order, "line_delete", first.pk).status_code == 422


class TestPasting:
    def test_rows_of_a_spreadsheet(self, client: Client, order: Order) -> None:
        ProductFactory(code="REG-1", name="Regał", unit="szt.", net_price=Decimal(200), vat_rate="8")
        rows = "reg-1\t2\nRegał\t1\t150,50\nMontaż\t1,5\t80\t10\tzw.\tgodz.\tMontaż regałów\n\n"

        answer = post(client, order, "line_paste", rows=rows)

        assert answer.status_code == 200
        lines = list(order.lines.all())[1:]
        assert [(line.description, line.quantity, line.price, line.vat_rate) for line in lines] == [
            ("Regał", 2, 200, "8"), ("Regał", 1, Decimal("150.50"), "8"), ("Montaż regałów", Decimal("1.5"), 80, "zw"),
        ]  # fmt: skip
        assert [line.product.code if line.product else "" for line in lines] == ["REG-1", "REG-1", ""]
        assert lines[2].net == Decimal("108.00")

    def test_a_head_names_the_columns(self, client: Client, order: Order) -> None:
        post(client, order, "line_paste", rows="Cena;Ilość;Opis\n10;3;Wkręty")

        line = order.lines.last()
        assert (line.description, line.quantity, line.price) == ("Wkręty", 3, 10)

    def test_one_bad_row_adds_none_and_keeps_the_text(self, client: Client, order: Order) -> None:
        rows = "Dobry\t1\t10\nZły\t0\t10\t0\t7\n\t1\t5"

        answer = post(client, order, "line_paste", rows=rows)

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Wiersz 2:" in page
        assert "Wiersz 3:" in page
        assert "nie jest stawką VAT" in page
        assert "Dobry\t1\t10" in page
        assert order.lines.count() == 1

    @pytest.mark.parametrize("rows", ["", " \n\t\n", "Wiersz\t1\t1\n" * 501])
    def test_nothing_and_too_much(self, client: Client, order: Order, rows: str) -> None:
        assert post(client, order, "line_paste", rows=rows).status_code == 422
        assert order.lines.count() == 1

    def test_scripts_are_text(self, client: Client, order: Order) -> None:
        answer = post(client, order, "line_paste", rows="<script>alert(1)</script>\t1\t1")
        assert "&lt;script&gt;" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()


class TestTwoPeople:
    @pytest.mark.parametrize("view", ["line_update", "line_delete", "line_create", "line_paste"])
    def test_a_stale_change_of_a_line_changes_nothing(self, client: Client, order: Order, ewa: User, view: str) -> None:
        line, seen = order.lines.get(), order.version
        update_draft(document=order, values={"notes": "Ewa"}, by=ewa, version=seen)
        before = Order.objects.values().get()

        args = [line.pk] if view in ("line_update", "line_delete") else []
        answer = post(client, order, view, *args, **LINE, rows="A\t1\t1", version=seen)

        assert answer.status_code == 409
        assert "Odśwież" in answer.headers["HX-Trigger"].encode().decode("unicode-escape")
        assert Order.objects.values().get() == before
        assert order.lines.get() == line

    def test_a_stale_header_asks_which_values_stay(self, client: Client, order: Order, ewa: User) -> None:
        seen = client.get(ORDERS.url("detail", order.pk)).context["form"]
        given = {"type": order.type_id, "partner": order.partner_id, "currency": "PLN", "seen": seen.initial["seen"]}
        update_draft(document=order, values={"notes": "Od Ewy"}, by=ewa, version=order.version)

        answer = client.post(
            ORDERS.url("save", order.pk), {**given, "notes": "Od Oli", "delivery_address": "", "version": order.version}
        )

        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Od Ewy" in page
        assert "Od Oli" in page
        assert Order.objects.get().notes == "Od Ewy"

    def test_deleted_while_somebody_edits(self, client: Client, order: Order, ewa: User) -> None:
        line = order.lines.get()
        delete_draft(document=order, by=ewa)

        saved = client.post(ORDERS.url("save", order.pk), {"notes": "Długa uwaga", "version": order.version})
        assert saved.status_code == 410
        page = saved.content.decode()
        assert "Ewa Lis" in page
        assert "Długa uwaga" in page
        assert post(client, order, "line_update", line.pk, **LINE).status_code == 404
        assert client.get(ORDERS.url("detail", order.pk)).status_code == 404
        assert not Order.objects.exists()


def test_the_header(client: Client, order: Order) -> None:
    other, gross = PartnerFactory(name="Inny", nip="7010001453"), OrderTypeFactory(prices="gross")
    given = {
        "type": gross.pk, "partner": other.pk, "issue_date": "24.11.2026", "delivery_date": "", "currency": "EUR",
        "rate": "4,25", "delivery_address": "Gdańsk\nPort", "notes": "<b>Pilne</b>", "version": order.version,
    }  # fmt: skip

    assert client.post(ORDERS.url("save", order.pk), given).status_code == 302

    stored = Order.objects.get()
    assert (stored.type, stored.partner, stored.buyer_name, stored.buyer_nip) == (gross, other, "Inny", "7010001453")
    assert (stored.prices, stored.currency, stored.rate) == ("gross", "EUR", Decimal("4.25"))
    assert (stored.gross_total, stored.net_total) == (Decimal("50.00"), Decimal("40.65"))
    assert stored.net_in_system == Decimal("172.76")
    assert "&lt;b&gt;Pilne" in client.get(ORDERS.url("detail", order.pk)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"rate": "0"}, "rate"), ({"rate": "x"}, "rate"), ({"currency": "XXX"}, "currency"), ({"type": "999"}, "type"),
     ({"partner": "999"}, "partner"), ({"issue_date": "31.02.2026"}, "issue_date"), ({"notes": "\x00"}, "notes")],
)  # fmt: skip
def test_a_wrong_header_is_told_at_its_field(client: Client, order: Order, wrong: dict[str, str], field: str) -> None:
    given = {"type": order.type_id, "partner": order.partner_id, "currency": "PLN", "version": order.version}
    before = Order.objects.values().get()

    answer = client.post(ORDERS.url("save", order.pk), {**given, **wrong})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Order.objects.values().get() == before


def test_history_tells_header_lines_and_steps(client: Client, order: Order, ola: User, ewa: User) -> None:
    line = order.lines.get()
    update_draft(document=order, values={"notes": "Pilne"}, by=ewa, version=None)
    post(client, order, "line_update", line.pk, **LINE)
    add_lines(document=order, rows=[{"description": "Druga", "price": 1}], by=ola, version=None)
    delete_line(document=order, line_id=line.pk, by=ewa, version=None)
    post(client, order, "step", step="confirm")

    page = client.get(ORDERS.url("history", order.pk)).content.decode().replace("\xa0", " ")

    assert "Pilne" in page
    assert "Ewa Lis" in page
    assert "<del>Usługa: 1 × 50,00, VAT 23%</del>" in page
    assert "<ins>Usługa: 2 godz. × 100,00 −10%, VAT 23%</ins>" in page
    assert "<ins>Druga: 1 × 1,00, VAT 23%</ins>" in page
    assert "<del>Szkic</del>" in page
    assert "<ins>Potwierdzone</ins>" in page
    assert Order.objects.get().number in page  # type: ignore[operator]


def test_number_of_queries_does_not_grow_with_the_lines(
    client: Client, order: Order, ola: User, django_assert_max_num_queries: Any
) -> None:
    add_lines(document=order, rows=[{"description": f"L{n}", "price": n} for n in range(60)], by=ola, version=None)
    line = order.lines.first()

    with django_assert_max_num_queries(14):
        client.get(ORDERS.url("detail", order.pk))
    with django_assert_max_num_queries(26):
        post(client, order, "line_update", line.pk, **LINE)  # type: ignore[union-attr]
