"""All writes of leads. Pages, tasks, imports and API call these and nothing else."""

from leads.services.actions import (
    assign_leads,
    change_status,
    copy_lead,
    create_partner,
    delete_lead,
    holders,
    mark_lost,
    reopen,
)
from leads.services.merging import LeadGone, merge_leads
from leads.services.once import copy_lead_once, create_lead_once
from leads.services.unmerging import undo_merge
from leads.services.write import Draft, LeadValues, check_leads, create_lead, create_leads, update_lead, update_leads

__all__ = [
    "Draft",
    "LeadGone",
    "LeadValues",
    "assign_leads",
    "change_status",
    "check_leads",
    "copy_lead",
    "copy_lead_once",
    "create_lead",
    "create_lead_once",
    "create_leads",
    "create_partner",
    "delete_lead",
    "holders",
    "mark_lost",
    "merge_leads",
    "reopen",
    "undo_merge",
    "update_lead",
    "update_leads",
]
