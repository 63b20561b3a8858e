"""How an invoice went out: its file for KSeF, and the e-mails with its PDF."""

from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import User
from documents.models.invoices import Invoice


class StructuredInvoice(models.Model):
    """The FA(3) file of an issued invoice, kept as it was first made: the QR code names the digest of these bytes."""

    invoice = models.OneToOneField(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="structured"
    )
    xml = models.BinaryField(_("FA(3) file"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("structured invoice")
        verbose_name_plural = _("structured invoices")

    def __str__(self) -> str:
        return str(self.invoice_id)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the file, by which KSeF knows it."""
        return sha256(self.xml).digest()


class InvoiceMail(models.Model):
    """An e-mail with the PDF of an invoice: `mail` is its ID at the sender (leads/mailing.py).

    `is_settled` once it is known whether it went out; an invoice counts as sent only then.
    """

    invoice = models.ForeignKey(Invoice, verbose_name=_("invoice"), on_delete=models.CASCADE, related_name="mails")
    mail = models.BigIntegerField(_("e-mail"), unique=True)
    is_settled = models.BooleanField(_("settled"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("e-mail with an invoice")
        verbose_name_plural = _("e-mails with invoices")
        indexes: ClassVar[list[models.Index]] = [
            models.Index("id", name="invoicemail_open", condition=models.Q(is_settled=False))
        ]

    def __str__(self) -> str:
        return str(self.mail)
