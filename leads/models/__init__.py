"""Leads and what belongs to them alone."""

from leads.models.history import LeadEvent, LeadTaggingEvent
from leads.models.lead import Lead, LeadTagging
from leads.models.status_change import LeadStatusChange

__all__ = ["Lead", "LeadEvent", "LeadStatusChange", "LeadTagging", "LeadTaggingEvent"]
