"""Leads and what belongs to them alone."""

from leads.models.activity import Activity, ActivityState
from leads.models.history import LeadEvent, LeadTaggingEvent
from leads.models.imports import ImportKind, ImportMapping, ImportRow, ImportRun
from leads.models.lead import Lead, LeadTagging
from leads.models.status_change import LeadStatusChange

__all__ = [
    "Activity",
    "ActivityState",
    "ImportKind",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Lead",
    "LeadEvent",
    "LeadStatusChange",
    "LeadTagging",
    "LeadTaggingEvent",
]
