"""Products are stored through one service, by pages and imports alike."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.errors import InUse, RuleError
from crm.models import Product, User
from crm.services.products import delete_product, save_product, save_products
from crm.services.records import Draft
from tests.factories.crm import ProductFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_product_is_stored_and_read_back(ewa: User) -> None:
    product = save_product(
        product=None,
        values={"name": "Serwis", "code": "S-1", "unit": "szt.", "net_price": Decimal("1234.50"), "vat_rate": "zw"},
        by=ewa,
    )

    stored = Product.objects.get()
    assert product.pk == stored.pk
    assert (stored.code, stored.net_price, stored.vat_rate) == ("S-1", Decimal("1234.50"), "zw")


@pytest.mark.parametrize("price", ["-1", "NaN", "1e400", "Infinity", "0.001", "1234567890123.00"])
def test_impossible_price_is_refused(ewa: User, price: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_product(product=None, values={"name": "Serwis", "net_price": Decimal(price)}, by=ewa)

    assert set(refusal.value.message_dict) == {"net_price"}
    assert not Product.objects.exists()


def test_taken_code_is_told_at_its_field(ewa: User) -> None:
    ProductFactory(code="S-1")

    with pytest.raises(RuleError) as refusal:
        save_product(product=None, values={"name": "Serwis", "code": "S-1"}, by=ewa)

    assert refusal.value.field == "code"
    assert Product.objects.count() == 1


def test_empty_codes_do_not_collide(ewa: User) -> None:
    answers = save_products(drafts=[Draft({"name": "A", "code": ""}), Draft({"name": "B", "code": " "})], by=ewa)

    assert [type(answer) for answer in answers] == [Product, Product]
    assert list(Product.objects.values_list("code", flat=True)) == [None, None]


def test_product_in_use_is_not_deleted(ewa: User) -> None:
    lead = LeadFactory(product=ProductFactory())

    with pytest.raises(InUse):
        delete_product(product=lead.product, by=ewa)

    assert Product.objects.exists()
