"""Leads and what belongs to them alone."""

from leads.models.activity import Activity, ActivityState
from leads.models.board import BoardPosition, ColumnTotal
from leads.models.bulk import BulkRow, BulkRun
from leads.models.comment import Comment, CommentMention
from leads.models.duplicates import LeadPair, NameScan
from leads.models.file import LeadFile
from leads.models.history import LeadEvent, LeadFileEvent, LeadTaggingEvent
from leads.models.imports import ImportKind, ImportMapping, ImportRow, ImportRun
from leads.models.lead import Lead, LeadTagging
from leads.models.merge import LeadAlias, LeadMerge
from leads.models.personal import ErasedLead, PersonCase, PersonRow, RetentionRule, RetentionRun
from leads.models.saved_view import SavedView, SavedViewChoice
from leads.models.status_change import LeadStatusChange

__all__ = [
    "Activity",
    "ActivityState",
    "BoardPosition",
    "BulkRow",
    "BulkRun",
    "ColumnTotal",
    "Comment",
    "CommentMention",
    "ErasedLead",
    "ImportKind",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Lead",
    "LeadAlias",
    "LeadEvent",
    "LeadFile",
    "LeadFileEvent",
    "LeadMerge",
    "LeadPair",
    "LeadStatusChange",
    "LeadTagging",
    "LeadTaggingEvent",
    "NameScan",
    "PersonCase",
    "PersonRow",
    "RetentionRule",
    "RetentionRun",
    "SavedView",
    "SavedViewChoice",
]
