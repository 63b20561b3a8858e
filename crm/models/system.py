"""Parameters of the whole system, in one row."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.document_types import InvoiceType, OrderType


class Visibility(models.TextChoices):
    ALL = "all", _("All leads")
    TEAM = "team", _("Leads of the own team")
    OWN = "own", _("Own leads only")


class SystemSettingsManager(models.Manager["SystemSettings"]):
    def current(self) -> "SystemSettings":
        """The one row, which a migration made."""
        return self.get(pk=1)


class SystemSettings(models.Model):
    """The parameters of „Ustawienia”."""

    class Currency(models.TextChoices):
        PLN = "PLN", "PLN"
        EUR = "EUR", "EUR"
        USD = "USD", "USD"
        GBP = "GBP", "GBP"
        CZK = "CZK", "CZK"

    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.PLN)
    default_region = models.CharField(
        _("default region of phone numbers"),
        max_length=2,
        default="PL",
        help_text=_("Two letters of the country (ISO 3166) whose code a number without + gets."),
    )
    stuck_after_days = models.PositiveSmallIntegerField(
        _("stuck after (days)"), default=14, validators=[MinValueValidator(1)]
    )
    sales_visibility = models.CharField(
        _("a sales person sees"), max_length=4, choices=Visibility, default=Visibility.ALL
    )
    manager_visibility = models.CharField(
        _("a manager sees"),
        max_length=4,
        choices=[(Visibility.ALL.value, Visibility.ALL.label), (Visibility.TEAM.value, Visibility.TEAM.label)],
        default=Visibility.ALL,
    )

    order_type = models.ForeignKey(
        OrderType, verbose_name=_("order type"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invoice_type = models.ForeignKey(
        InvoiceType, verbose_name=_("invoice type"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SystemSettingsManager()

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="systemsettings_one_row")]
        permissions = [("manage_settings", _("Can change settings and reference data"))]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
