"""Sales orders."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import OrderType
from documents.models.base import Document, DocumentLine, NumberCounter
from documents.querysets import OrderQuerySet
from leads.models import Lead


class Order(Document):  # type: ignore[django-manager-missing]
    """What a customer orders: Szkic → Potwierdzone → Zrealizowane, or Anulowane."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", pgettext_lazy("state of an order", "Confirmed")
        DONE = "done", pgettext_lazy("state of an order", "Fulfilled")
        CANCELLED = "cancelled", pgettext_lazy("state of an order", "Cancelled")

    type = models.ForeignKey(OrderType, verbose_name=_("order type"), on_delete=models.PROTECT, related_name="orders")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    delivery_date = models.DateField(_("delivery date"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta(Document.Meta):
        verbose_name = pgettext_lazy("sales document", "order")
        verbose_name_plural = _("orders")
        permissions = [
            ("confirm_order", _("Can confirm orders")),
            ("close_order", _("Can fulfil and cancel orders")),
            ("view_unattached", _("Sees all documents without a lead")),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-id"], name="order_by_state"),
            models.Index(fields=["created_by", "-id"], name="order_without_lead", condition=Q(lead__isnull=True)),
            models.Index(fields=["buyer_sort", "id"], name="order_by_buyer"),
            models.Index(fields=["issue_date", "id"], name="order_by_issue_date"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="order_search"),
        ]


class OrderLine(DocumentLine):  # type: ignore[django-manager-missing]
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")

    class Meta(DocumentLine.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *DocumentLine.Meta.constraints,
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orderline_quantity_positive"),
        ]


class OrderCounter(NumberCounter):
    type = models.ForeignKey(OrderType, on_delete=models.CASCADE, related_name="+")

    class Meta(NumberCounter.Meta):
        verbose_name = _("counter of order numbers")
        verbose_name_plural = _("counters of order numbers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["type", "period"], name="ordercounter_unique")
        ]


class OrderedLead(Lead):  # type: ignore[django-manager-missing]
    """Leads as orders see them: what the database holds behind `leads.rules.check_order`, whoever writes.

    A lead that comes back from a merge comes before its orders, with a status that was checked long ago.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="needed_order",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status_id"),  # type: ignore[no-untyped-call]
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.status_id = OLD.status_id THEN
                        RETURN NULL;
                    END IF;
                    PERFORM 1 FROM crm_leadstatus WHERE id = NEW.status_id AND needs_order;
                    IF FOUND AND NOT EXISTS (
                        SELECT 1 FROM documents_order WHERE lead_id = NEW.id AND state IN ('confirmed', 'done')
                    ) AND NOT (
                        TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM leads_leadmerge WHERE loser_id = NEW.id)
                    ) THEN
                        RAISE EXCEPTION 'status % needs a confirmed order', NEW.status_id
                            USING ERRCODE = 'check_violation', TABLE = 'leads_lead', CONSTRAINT = 'lead_has_order';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
