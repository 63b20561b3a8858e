"""What orders and invoices have in common: the header, its amounts, and the lines."""

from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.models import Partner, Product, Seller, User, VatRate
from crm.models.document_types import DocumentType
from crm.models.fields import search_text, sort_key
from crm.models.versioned import Versioned
from leads.models import Lead

__all__ = ["Document", "DocumentLine", "NumberCounter"]

# What no line and no document exceeds: totals fit into their columns, and sums of them everywhere.
LARGEST_QUANTITY = Decimal("999999.999")
LARGEST_PRICE = Decimal("9999999999.9999")
LARGEST_TOTAL = Decimal("9999999999.99")


def money_column(label: Any) -> "models.DecimalField[Any, Any]":
    """An amount that the services compute."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, default=Decimal("0.00"), editable=False)


class Document(Versioned):
    """The header of an order or invoice.

    Amounts are in `currency`; `rate` is what one unit of it costs in the system currency (1 when they are the same),
    and `net_in_system` the net total so converted: what leads and partners add up. The buyer's data are copied from the
    partner with each save of a draft, for the last time when it gets its number, which also fixes the `seller`.
    """

    class Currency(models.TextChoices):
        PLN = "PLN", "PLN"
        EUR = "EUR", "EUR"

    number = models.CharField(_("number"), max_length=60, null=True, blank=True, unique=True, editable=False)
    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    seller = models.ForeignKey(
        Seller, verbose_name=_("seller"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    prices = models.CharField(_("prices"), max_length=5, choices=DocumentType.Prices, default=DocumentType.Prices.NET)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.PLN)
    rate = models.DecimalField(
        _("exchange rate"),
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    issue_date = models.DateField(_("issue date"), null=True, blank=True)
    delivery_address = models.TextField(_("delivery address"), max_length=1000, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    buyer_name = models.CharField(_("buyer"), max_length=200, blank=True, editable=False)
    buyer_nip = models.CharField(_("NIP of the buyer"), max_length=10, blank=True, editable=False)
    buyer_vat_eu = models.CharField(
        _("EU VAT number of the buyer"), max_length=14, blank=True, default="", db_default="", editable=False
    )
    buyer_street = models.CharField(_("address of the buyer"), max_length=200, blank=True, editable=False)
    buyer_postal_code = models.CharField(_("postal code of the buyer"), max_length=20, blank=True, editable=False)
    buyer_city = models.CharField(_("city of the buyer"), max_length=100, blank=True, editable=False)
    buyer_country = models.CharField(_("country of the buyer"), max_length=100, blank=True, editable=False)
    net_total = money_column(_("net total"))
    vat_total = money_column(_("VAT"))
    gross_total = money_column(_("gross total"))
    net_in_system = money_column(_("net total in the system currency"))
    numbered_at = models.DateTimeField(_("numbered"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    buyer_sort = sort_key("buyer_name")
    search_text = search_text(Coalesce("number", Value(""), output_field=TextField()), "buyer_name", "buyer_nip")

    class Meta(Versioned.Meta):
        abstract = True
        ordering: ClassVar[list[str]] = ["-id"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(number=""), name="%(class)s_number_not_empty"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="%(class)s_rate_positive"),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True) | (~Q(state="draft") & Q(number__isnull=False)),
                name="%(class)s_numbered_exactly_when_no_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} #{self.pk}"

    @property
    def has_gross_prices(self) -> bool:
        return self.prices == DocumentType.Prices.GROSS


class DocumentLine(models.Model):
    """A line; its amounts are computed by documents/money.py over the whole document and stored with it."""

    position = models.PositiveIntegerField(_("place"))
    product = models.ForeignKey(
        Product, verbose_name=_("item"), null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=9,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(LARGEST_QUANTITY)],
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    price = models.DecimalField(
        _("price"),
        max_digits=14,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST_PRICE)],
    )
    discount = models.DecimalField(
        _("discount %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    vat_rate = models.CharField(_("VAT rate"), max_length=2, choices=VatRate, default=VatRate.R23)
    net = money_column(_("net"))
    vat = money_column(_("VAT"))
    gross = money_column(_("gross"))

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(description=""), name="%(class)s_description_not_empty"),
            models.CheckConstraint(condition=Q(price__gte=0), name="%(class)s_price_not_negative"),
            models.CheckConstraint(condition=Q(discount__range=(0, 100)), name="%(class)s_discount_percent"),
        ]

    def __str__(self) -> str:
        return self.description


class NumberCounter(models.Model):
    """The last number given to documents of one type in one period."""

    period = models.CharField(max_length=7, blank=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.period}: {self.last}"
