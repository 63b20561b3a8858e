"""Products: what is sold."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.fields import search_text, sort_key
from crm.models.reference import KEEP_NAME
from crm.models.versioned import Versioned
from crm.search import SearchedQuerySet


class VatRate(models.TextChoices):
    """Rates of the Polish VAT act; „zw.” is exempt (zwolniona), „np.” outside Polish VAT (nie podlega)."""

    R23 = "23", "23%"
    R8 = "8", "8%"
    R5 = "5", "5%"
    R0 = "0", "0%"
    EXEMPT = "zw", _("exempt")
    NOT_SUBJECT = "np", _("not subject to VAT")


class Product(Versioned):
    """A thing or service with its unit, net price in the system currency and VAT rate."""

    code = models.CharField(_("code"), max_length=50, null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    net_price = models.DecimalField(
        _("net price"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    vat_rate = models.CharField(_("VAT rate"), max_length=2, choices=VatRate, default=VatRate.R23)
    is_archived = models.BooleanField(_("archived"), default=False)
    name_sort = sort_key("name")
    search_text = search_text("name", "code")

    objects = SearchedQuerySet["Product"].as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering: ClassVar[list[str]] = ["name_sort", "pk"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers, KEEP_NAME]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="product_name_not_empty"),
            models.CheckConstraint(condition=~Q(code=""), name="product_code_not_empty"),
            models.CheckConstraint(condition=Q(net_price__gte=0), name="product_price_not_negative"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("name_sort", "id", name="product_by_name"),
            models.Index("name_sort", "id", name="product_archive", condition=Q(is_archived=True)),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="product_search"),
        ]

    def __str__(self) -> str:
        return self.name
