"""The company that sells: what documents say of their seller."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.users import User


class SellerManager(models.Manager["Seller"]):
    def current(self) -> "Seller | None":
        """What holds now; None until somebody has filled it in."""
        return self.order_by("-pk").first()


class Seller(models.Model):
    """The data of the selling company from one change to the next.

    Rows are added, never changed: a document keeps the seller it was issued with.
    """

    name = models.CharField(_("company name"), max_length=200)
    nip = models.CharField(_("NIP"), max_length=10)
    street = models.CharField(_("address"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=34, blank=True)
    bank_account_eur = models.CharField(_("bank account for EUR"), max_length=34, blank=True)
    exemption_basis = models.CharField(_("basis of the VAT exemption"), max_length=250, blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[SellerManager] = SellerManager()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="seller_name_not_empty"),
            models.CheckConstraint(condition=Q(nip__regex=r"^\d{10}$"), name="seller_nip_ten_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> list[str]:
        """The lines of the address."""
        return [self.street, f"{self.postal_code} {self.city}"]

    def account_for(self, currency: str) -> str:
        """Where a document in this currency is paid to: the account for EUR, if there is one, else the other."""
        return (currency == "EUR" and self.bank_account_eur) or self.bank_account
