"""What search boxes are told."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import User
from tests.factories.crm import PartnerFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


def found(client: Client, name: str, text: str = "") -> Any:
    response = client.get(reverse(name), {"q": text})
    assert response.status_code == 200
    return response.json()


def test_partners_are_found_without_diacritics_the_best_first(client: Client, ola: User) -> None:
    PartnerFactory(name="Ale Łódź")
    first = PartnerFactory(name="Łódź Fabryczna", nip="1234563218", city="Łódź")
    PartnerFactory(name="Łódź dawna", is_archived=True)
    client.force_login(ola)

    rows = found(client, "crm:partner_search", "lodz")

    assert [row["text"] for row in rows] == ["Łódź Fabryczna", "Ale Łódź"]
    assert rows[0] == {"id": first.pk, "text": "Łódź Fabryczna", "hint": "NIP 123-456-32-18 · Łódź"}


def test_nothing_typed_offers_the_first_twenty(client: Client, ola: User, django_assert_max_num_queries: Any) -> None:
    PartnerFactory.create_batch(30)
    client.force_login(ola)

    with django_assert_max_num_queries(6):
        assert len(found(client, "crm:partner_search")) == 20


def test_products_tell_code_and_price(client: Client, ola: User) -> None:
    product = ProductFactory(name="Serwis", code="S-1", net_price=Decimal("1234.50"))
    ProductFactory(name="Serwis dawny", is_archived=True)
    client.force_login(ola)

    (row,) = found(client, "crm:product_search", "s-1")

    assert row["id"] == product.pk
    assert row["hint"].replace("\xa0", " ") == "S-1 · 1 234,50 zł"


def test_people_are_the_active_ones(client: Client, ola: User, marek: User) -> None:
    UserFactory(first_name="Ola", last_name="Dawna", is_active=False)
    client.force_login(marek)

    assert found(client, "crm:user_search", "zak ola") == [{"id": ola.pk, "text": "Ola Żak", "hint": "ola@lejek.test"}]


@pytest.mark.parametrize("name", ["crm:partner_search", "crm:product_search", "crm:user_search"])
@pytest.mark.parametrize("text", ["\x00", "%", "x" * 5000, "' OR 1=1 --"])
def test_rubbish_finds_nothing(client: Client, ola: User, name: str, text: str) -> None:
    client.force_login(ola)

    assert len(found(client, name, text)) <= 1


@pytest.mark.parametrize("name", ["crm:partner_search", "crm:product_search", "crm:user_search"])
def test_guest_is_told_nothing(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    assert client.get(reverse(name), headers={"Accept": "application/json"}).status_code == 401
