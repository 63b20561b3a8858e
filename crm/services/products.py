"""All writes of products. Pages, tasks and imports call these and nothing else."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext_lazy

from crm.models import Product, User
from crm.services.records import Draft, Keeper, Refusal, delete_unused


class ProductValues(TypedDict, total=False):
    """What may be given to a product; what is absent stays (or takes its default on a new one)."""

    code: str | None
    name: str
    unit: str
    net_price: Decimal | None
    vat_rate: str
    is_archived: bool


def save_product(
    *, product: Product | None, values: ProductValues, by: User | None, version: int | None = None
) -> Product:
    """Store a new product (`product` None) or change one, and return it as stored.

    `version` is the one that the user saw: when the product was saved since then, StaleObject is raised and nothing is
    stored. Raises RuleError or ValidationError, each with the field it belongs to; Product.DoesNotExist when it is
    gone.
    """
    return PRODUCTS.save(row=product, values=values, by=by, version=version)


def save_products(*, drafts: Sequence[Draft[Product]], by: User | None) -> list[Product | Refusal]:
    """Store a batch: each draft is answered for itself, in order, by the product or by what refused it.

    A draft's `row` is the product to change, loaded for update by the caller, or None for a new one. A draft that
    changes nothing writes nothing.
    """
    return PRODUCTS.save_all(drafts=drafts, by=by)


def archive_product(*, product: Product, by: User | None) -> Product:
    """Offer the product no more; it stays where it is used."""
    return save_product(product=product, values={"is_archived": True}, by=by)


def restore_product(*, product: Product, by: User | None) -> Product:
    """Offer an archived product again."""
    return save_product(product=product, values={"is_archived": False}, by=by)


def delete_product(*, product: Product, by: User | None) -> None:
    """Delete the product for good.

    Raises InUse with what refers to it.
    """
    delete_unused(product, by=by)


PRODUCTS = Keeper(
    model=Product,
    cleaners={"code": lambda value: value or None},
    taken={"code": gettext_lazy("A product with this code already exists.")},
)
