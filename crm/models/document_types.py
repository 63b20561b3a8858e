"""Types of orders and invoices: how they are numbered and priced. The documents themselves are a later app's."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.reference import ReferenceItem


class DocumentType(ReferenceItem):
    """What new documents of the type begin with. `pattern` is read by crm/number_patterns.py."""

    class Prices(models.TextChoices):
        NET = "net", _("Net prices")
        GROSS = "gross", _("Gross prices")

    class Reset(models.TextChoices):
        YEARLY = "yearly", _("Each year")
        MONTHLY = "monthly", _("Each month")
        NEVER = "never", _("Never")

    prices = models.CharField(_("prices"), max_length=5, choices=Prices, default=Prices.NET)
    pattern = models.CharField(_("number pattern"), max_length=40, default="{rok}/{miesiąc}/{nr:04}")
    reset = models.CharField(_("counting begins anew"), max_length=7, choices=Reset, default=Reset.MONTHLY)
    payment_days = models.PositiveSmallIntegerField(
        _("payment term (days)"), default=14, validators=[MaxValueValidator(365)]
    )

    class Meta(ReferenceItem.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *ReferenceItem.Meta.constraints,
            models.CheckConstraint(condition=~Q(pattern=""), name="%(class)s_pattern_not_empty"),
        ]


class OrderType(DocumentType):
    class Meta(DocumentType.Meta):
        verbose_name = _("order type")
        verbose_name_plural = _("order types")


class InvoiceType(DocumentType):
    """`is_correction` marks the types whose numbers correcting invoices get; new invoices never have them."""

    split_payment = models.BooleanField(_("split payment"), default=False)
    is_correction = models.BooleanField(_("for corrections"), default=False)

    class Meta(DocumentType.Meta):
        verbose_name = _("invoice type")
        verbose_name_plural = _("invoice types")
