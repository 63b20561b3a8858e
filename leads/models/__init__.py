"""Leads and what belongs to them alone."""

from leads.models.lead import Lead, LeadTagging
from leads.models.status_change import LeadStatusChange

__all__ = ["Lead", "LeadStatusChange", "LeadTagging"]
