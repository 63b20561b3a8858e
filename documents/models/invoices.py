"""Invoices, and what corrects them."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import InvoiceType
from documents.models.base import LARGEST_QUANTITY, Document, DocumentLine, NumberCounter, money_column
from documents.models.orders import Order
from documents.querysets import InvoiceQuerySet


class Invoice(Document):  # type: ignore[django-manager-missing]
    """Szkic → Do zapłaty → Zapłacona, or Anulowana.

    With `correction_of` it is a correcting invoice: its totals are the difference to what was invoiced before, so that
    sums over invoices are right. `paid_total` is what payments have brought, in the invoice's currency.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        DUE = "due", pgettext_lazy("state of an invoice", "To be paid")
        PAID = "paid", pgettext_lazy("state of an invoice", "Paid")
        CANCELLED = "cancelled", pgettext_lazy("state of an invoice", "Cancelled")

    class PaymentMethod(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        CASH = "cash", _("Cash")
        CARD = "card", _("Card")

    type = models.ForeignKey(
        InvoiceType, verbose_name=_("invoice type"), on_delete=models.PROTECT, related_name="invoices"
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    order = models.ForeignKey(
        Order,
        verbose_name=pgettext_lazy("sales document", "order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invoices",
    )
    sale_date = models.DateField(_("sale date"), null=True, blank=True)
    due_date = models.DateField(_("due date"), null=True, blank=True)
    payment_method = models.CharField(
        _("payment method"), max_length=8, choices=PaymentMethod, default=PaymentMethod.TRANSFER
    )
    bank_account = models.CharField(_("bank account"), max_length=34, blank=True)
    split_payment = models.BooleanField(_("split payment"), default=False)
    paid_total = money_column(_("paid"))
    ksef_number = models.CharField(_("KSeF number"), max_length=50, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    correction_of = models.ForeignKey(
        "self",
        verbose_name=_("corrected invoice"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    correction_reason = models.CharField(_("reason for the correction"), max_length=250, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta(Document.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        permissions = [
            ("issue_invoice", _("Can issue invoices")),
            ("close_invoice", _("Can settle and cancel invoices")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Document.Meta.constraints,
            models.UniqueConstraint(fields=["ksef_number"], condition=~Q(ksef_number=""), name="invoice_ksef_number"),
            models.UniqueConstraint(
                fields=["correction_of"], condition=Q(state="draft"), name="invoice_one_open_correction"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-id"], name="invoice_by_state"),
            models.Index(fields=["created_by", "-id"], name="invoice_without_lead", condition=Q(lead__isnull=True)),
            models.Index(fields=["due_date", "id"], name="invoice_unpaid", condition=Q(state="due")),
            models.Index(fields=["buyer_sort", "id"], name="invoice_by_buyer"),
            models.Index(fields=["issue_date", "id"], name="invoice_by_issue_date"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoice_search"),
        ]


class InvoiceLine(DocumentLine):  # type: ignore[django-manager-missing]
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    # 0 is what a correction leaves of a line; a rule refuses it on an invoice.
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=9,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST_QUANTITY)],
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *DocumentLine.Meta.constraints,
            models.CheckConstraint(condition=Q(quantity__gte=0), name="invoiceline_quantity_not_negative"),
        ]


class InvoiceCounter(NumberCounter):
    type = models.ForeignKey(InvoiceType, on_delete=models.CASCADE, related_name="+")

    class Meta(NumberCounter.Meta):
        verbose_name = _("counter of invoice numbers")
        verbose_name_plural = _("counters of invoice numbers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["type", "period"], name="invoicecounter_unique")
        ]
