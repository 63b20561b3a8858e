"""The log of status changes, written by a trigger on leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import LeadStatus, User
from leads.models.lead import Lead


class LeadStatusChange(models.Model):
    """One step of a lead. `stayed` is how long it stood in `from_status`; both are empty on its first step."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="status_changes", db_index=False)
    from_status = models.ForeignKey(
        LeadStatus, verbose_name=_("from"), null=True, on_delete=models.PROTECT, related_name="changes_from"
    )
    to_status = models.ForeignKey(LeadStatus, verbose_name=_("to"), on_delete=models.PROTECT, related_name="changes_to")
    changed_at = models.DateTimeField(_("when"))
    stayed = models.DurationField(_("time in the old status"), null=True)
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="status_changes"
    )

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["pk"]
        indexes = [
            # The way of each lead from its end, as the funnel reads it, without touching the rows.
            models.Index(
                fields=["lead", "-id"], include=["to_status", "changed_at", "stayed"], name="statuschange_by_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.from_status_id} → {self.to_status_id}"
