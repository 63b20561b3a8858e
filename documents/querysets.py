"""All reads of orders and invoices. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from documents.models import Invoice, Order  # noqa: F401 - the types of the rows


def visible_documents(user: User, permission: str) -> Q:
    """The condition for documents that `user` may see: those of the leads that they see; without a lead their own, and
    all for managers.
    """
    if not user.is_active or not user.has_perm(permission):
        return Q(pk__in=())
    seen = Q(lead__isnull=True)
    if not user.has_perm("documents.view_unattached"):
        seen &= Q(created_by=user.pk)
    if user.has_perm("leads.view_lead"):
        seen |= Q(lead__isnull=False) & visible_leads(user, prefix="lead__")
    return seen


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> "OrderQuerySet":
        """The orders that exist for `user`."""
        return self.filter(visible_documents(user, "documents.view_order"))


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: User) -> "InvoiceQuerySet":
        """The invoices that exist for `user`."""
        return self.filter(visible_documents(user, "documents.view_invoice"))
