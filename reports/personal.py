"""Saved reports are filters: they may name somebody."""

from crm.personal import KEEP, PersonalData, Table

REPORTS = PersonalData(
    tables=(Table("reports.SavedReport", {"name": KEEP, "query": KEEP}, encoded=("query",)),), nothing={}
)
