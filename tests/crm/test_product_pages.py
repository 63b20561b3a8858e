"""Produkty on screen: the list, the card, the form, the archive and deleting."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Product, User
from tests.factories.crm import ProductFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

SERVICE: dict[str, Any] = {
    "name": "Serwis",
    "code": "S-1",
    "unit": "godz.",
    "net_price": "1 234,50 zł",
    "vat_rate": "23",
}


def listed(client: Client, **query: str) -> list[str]:
    """The names on the page, in order."""
    response = client.get(reverse("crm:product_list"), query)
    assert response.status_code == 200
    return [product.name for product in response.context["listing"].page.rows]


def post(client: Client, name: str, data: dict[str, Any] | None = None, *args: int) -> Any:
    return client.post(reverse(name, args=args), data or {})


@pytest.mark.parametrize("typed", ["1 234,50", "1234.50", "1\u00a0234,50 zł", "1.234,50"])
def test_product_is_created_with_a_polish_price(client: Client, ewa: User, typed: str) -> None:
    client.force_login(ewa)

    response = post(client, "crm:product_create", {**SERVICE, "net_price": typed})

    product = Product.objects.get()
    assert product.net_price == Decimal("1234.50")
    assert "1 234,50 zł" in client.get(response.url).content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("net_price", "1e400", "nie jest liczbą"),
        ("net_price", "NaN", "nie jest liczbą"),
        ("net_price", "-1", "większa lub równa 0"),
        ("net_price", "1,234", "2 cyfry po przecinku"),
        ("net_price", "9" * 20, "cyfr"),
        ("name", "", "pole jest wymagane"),
        ("name", "a\x00b", ""),
        ("code", "x" * 51, "co najwyżej 50"),
        ("vat_rate", "24", "24"),
    ],
)
def test_bad_value_is_told_at_its_field(client: Client, ewa: User, field: str, typed: str, said: str) -> None:
    client.force_login(ewa)

    response = post(client, "crm:product_create", {**SERVICE, field: typed})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert not Product.objects.exists()


def test_vat_rates_read_as_the_law_writes_them(client: Client, ewa: User) -> None:
    client.force_login(ewa)

    form = client.get(reverse("crm:product_create")).context["form"]

    assert [str(label) for _value, label in form.fields["vat_rate"].choices] == ["23%", "8%", "5%", "0%", "zw.", "np."]


def test_stored_price_is_shown_as_it_may_be_typed(client: Client, ewa: User) -> None:
    product = ProductFactory(net_price=Decimal("1234.50"))
    client.force_login(ewa)

    text = client.get(reverse("crm:product_edit", args=[product.pk])).content.decode()

    assert 'value="1\xa0234,50"' in text


def test_price_is_sorted_as_a_number_with_none_last(client: Client, ola: User) -> None:
    for name, price in [("A", "9"), ("B", "100"), ("C", None), ("D", "0")]:
        ProductFactory(name=name, net_price=price and Decimal(price))
    client.force_login(ola)

    assert listed(client, sort="price") == ["D", "A", "B", "C"]
    assert listed(client, sort="-price") == ["B", "A", "D", "C"]


@pytest.mark.parametrize("sort", ["name", "code", "-code", "price", "-price", "unit", "-vat"])
def test_pages_hold_each_product_once(client: Client, ola: User, sort: str) -> None:
    for number in range(110):
        ProductFactory(
            name=f"P{number % 9}",
            code=f"K{number}" if number % 2 else None,
            net_price=Decimal(number % 7) if number % 3 else None,
        )
    client.force_login(ola)
    seen, query = [], {}
    while True:
        page = client.get(reverse("crm:product_list"), {"sort": sort, **query}).context["listing"].page
        seen += [product.pk for product in page.rows]
        if not page.after:
            break
        query = {"after": page.after}

    assert len(seen) == len(set(seen)) == 110


def test_product_is_found_by_name_and_code(client: Client, ola: User) -> None:
    ProductFactory(name="Łożysko", code="ŁŻ-77")
    ProductFactory(name="Śruba", code="S")
    client.force_login(ola)

    assert listed(client, q="lozysko") == ["Łożysko"]
    assert listed(client, q="lz-77") == ["Łożysko"]
    assert listed(client, q="-77") == ["Łożysko"]


def test_archive_restore_and_delete(client: Client, ewa: User) -> None:
    product = ProductFactory(name="Serwis")
    client.force_login(ewa)

    post(client, "crm:product_archive", None, product.pk)
    assert listed(client) == []
    assert listed(client, archived="1") == ["Serwis"]
    post(client, "crm:product_restore", None, product.pk)
    assert listed(client) == ["Serwis"]
    post(client, "crm:product_delete", None, product.pk)
    assert not Product.objects.exists()


def test_product_in_use_offers_the_archive(client: Client, ewa: User) -> None:
    lead = LeadFactory(product=ProductFactory())
    client.force_login(ewa)

    response = post(client, "crm:product_delete", None, lead.product.pk)

    assert response.status_code == 422
    assert reverse("crm:product_archive", args=[lead.product.pk]) in response.content.decode()
    assert Product.objects.exists()


def test_second_editor_is_shown_both_values(client: Client, ewa: User) -> None:
    product = ProductFactory(name="Serwis", net_price=Decimal("1010.00"))
    url = reverse("crm:product_edit", args=[product.pk])
    client.force_login(ewa)
    form = client.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"net_price": "1010", "unit": "szt."}
    Product.objects.filter(pk=product.pk).update(net_price=Decimal("12.00"))

    response = client.post(url, sent)

    assert response.status_code == 409
    asked = response.context["form"].differences
    assert [(d.name, d.stored, d.mine, d.suggested) for d in asked] == [
        ("unit", "", "szt.", "mine"),
        ("net_price", "12,00", "1010", "stored"),
    ]
    product.refresh_from_db()
    assert product.net_price == Decimal("12.00")
