"""The tables of crm and leads with data of people."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from crm.personal import KEEP, MARKER, PersonalData, Rows, Table, of
from leads.models import LeadMerge, PersonCase
from leads.services import erasing

PARTNER: dict[str, Any] = dict.fromkeys(
    (
        "street", "city", "region", "postal_code", "country", "delivery_street", "delivery_city", "delivery_region",
        "delivery_postal_code", "delivery_country", "phone", "phone_e164", "email", "website", "nip", "vat_eu",
    ),
    "",
)  # fmt: skip
LEAD: dict[str, Any] = {
    "name": MARKER,
    "external_id": KEEP,
    **dict.fromkeys(
        (
            "phone", "email", "description", "company_name", "website", "street", "city", "region", "postal_code",
            "country", "first_name", "middle_name", "last_name",
        ),
        "",
    ),
}  # fmt: skip
OWN_OF_LEAD = ("name", "phone", "phone_e164", "email", "first_name", "middle_name", "last_name")


def _merges(leads: Rows) -> Q:
    return Q(survivor_id__in=leads) | Q(loser_id__in=leads)


def _history(name: str) -> Any:
    """Events of the rows, and of leads that were merged into them."""

    def condition(leads: Rows) -> Q:
        merged = LeadMerge.objects.filter(survivor_id__in=leads).values("loser_id")
        return Q(**{f"{name}__in": leads}) | Q(**{f"{name}__in": merged})

    return condition


def _at_work() -> Q:
    return Q(state__in=(PersonCase.State.WAITING, PersonCase.State.RUNNING))


def _imported(target: str) -> Any:
    return lambda rows: Q(target=target, object_id__in=rows)


def _told(name: str) -> Any:
    """Notifications whose address is the card of one of the rows."""

    def condition(rows: Rows) -> Q:
        found = Q(pk__in=())
        for pk in rows:
            url = reverse(name, args=[pk])
            found |= Q(url=url) | Q(url__startswith=f"{url}#")
        return found

    return condition


CRM = PersonalData(
    tables=(
        Table(
            "crm.Partner",
            {"name": MARKER, "external_id": KEEP, **PARTNER},
            own=("name", "phone", "phone_e164", "email"),
            person=Q(kind="person"),
            link="crm:partner_detail",
        ),
        Table(
            "crm.PartnerContact",
            dict.fromkeys(("first_name", "last_name", "phone", "phone_e164", "email"), ""),
            own=None,
            joined=("first_name", "last_name"),
            within={"crm.Partner": of("partner")},
            erase=erasing.delete_rows(model="crm.PartnerContact"),
            note="the contact is deleted",
        ),
        Table("crm.DeletedName", {"name": MARKER}, own=None),
        Table(
            "crm.Notification",
            {"what": "", "details": "", "url": KEEP, "mail_error": ""},
            own=None,
            within={"leads.Lead": _told("leads:lead_detail"), "crm.Partner": _told("crm:partner_detail")},
            erase=erasing.delete_rows(model="crm.Notification"),
            note="the notification is deleted",
        ),
    ),
    nothing={
        "crm.Notification.key": "IDs",
        "crm.DeletedName.table": "a name of ours",
        "crm.LeadStatus": "a name in the funnel", "crm.LeadType": "a name in the funnel",
        "crm.LeadPriority": "reference data", "crm.LeadTag": "reference data", "crm.LostReason": "reference data",
        "crm.Campaign": "reference data", "crm.Medium": "reference data", "crm.Source": "reference data",
        "crm.Position": "reference data", "crm.ActivityType": "reference data", "crm.OrderType": "reference data",
        "crm.InvoiceType": "reference data", "crm.Product": "goods", "crm.Team": "the own company",
        "crm.User": "an employee: changed and switched off under Użytkownicy",
        "crm.Invitation.error": "about an employee",
        "crm.Seller": "the own company", "crm.SystemSettings": "parameters",
        "auth.Permission": "of Django", "auth.Group": "a role", "contenttypes.ContentType": "of Django",
        "sessions.Session": "an employee's session, which ends by itself",
        "account.EmailAddress": "an employee", "account.EmailConfirmation": "a key",
        "mfa.Authenticator": "an employee's second factor",
        "usersessions.UserSession": "an employee's session", "pghistory.Context": "who made a change (IDs)",
    },
)  # fmt: skip

LEADS = PersonalData(
    tables=(
        Table(
            "leads.Lead",
            {**LEAD, "phone_e164": ""},
            own=OWN_OF_LEAD,
            joined=("first_name", "last_name"),
            within={"crm.Partner": of("partner")},
            erase=erasing.erase_leads,
            link="leads:lead_detail",
            note="emptied, the name becomes **Anonymised data**; status, dates, money and source stay",
        ),
        Table(
            "leads.Activity",
            {"summary": MARKER, "note": "", "feedback": ""},
            within={"leads.Lead": of("lead"), "crm.Partner": of("partner")},
        ),
        Table("leads.Comment", {"text": MARKER}, within={"leads.Lead": of("lead")}),
        Table(
            "leads.LeadFile",
            {"name": MARKER, "file": KEEP, "preview": KEEP},
            within={"leads.Lead": of("lead")},
            erase=erasing.erase_files,
            note="files of the person's leads are deleted",
        ),
        Table("leads.LeadAlias", {"external_id": KEEP}, within={"leads.Lead": of("lead")}),
        Table(
            "leads.LeadMerge",
            {
                "loser_name": MARKER, "loser_row": {}, "survivor_before": {}, "survivor_after": {}, "set_aside": {},
                "report": {},
            },
            own=None,
            within={"leads.Lead": _merges},
            note="emptied; such a merge can't be undone any more",
        ),
        Table("leads.BulkRow", {"label": "", "reason": ""}, own=None, within={"leads.Lead": of("lead_id")}),
        Table(
            "leads.ImportRow",
            {"label": "", "old_values": {}, "cells": [], "errors": [], "key": None, "reason": ""},
            own=None,
            within={"leads.Lead": _imported("leads"), "crm.Partner": _imported("partners")},
        ),
        Table(
            "leads.ImportRun",
            dict.fromkeys(("file_name", "error", "columns", "choices", "unknowns", "notes"), KEEP),
        ),
        Table("leads.ImportMapping", {"name": KEEP, "fields": KEEP, "choices": KEEP}),
        Table("leads.SavedView", {"name": KEEP, "query": KEEP}, encoded=("query",)),
        Table("leads.PersonCase", dict.fromkeys(("phones", "emails", "names"), KEEP), kept=_at_work),
        Table(
            "leads.LeadEvent",
            LEAD,
            own=None,
            joined=("first_name", "last_name"),
            within={"leads.Lead": _history("pgh_obj_id")},
            spread=erasing.history_of_gone,
            is_history=True,
        ),
        Table(
            "leads.LeadFileEvent", {"name": MARKER}, within={"leads.Lead": _history("lead_id")}, is_history=True
        ),
    ),
    nothing={
        "leads.LeadTaggingEvent": "of pghistory: the kind of change and who made it (IDs)",
        "leads.LeadFile.content_type": "a type of files",
        "leads.LeadMerge.taggings_before": "IDs", "leads.LeadMerge.taggings_after": "IDs",
        "leads.LeadMerge.moved": "IDs", "leads.LeadMerge.logged": "IDs",
        "leads.BulkRun": "IDs; its error is a sentence of ours", "leads.BulkRow.old_values": "IDs, dates",
        "leads.ImportRow.target": "a word of ours",
        "leads.ImportRun.file": "the file is read, and deleted when the person stands in it",
        "leads.SavedView.columns": "names of columns", "leads.SavedView.sort": "a name of a column",
        "leads.CommentMention.name": "an employee",
        "leads.PersonCase.error": "a sentence of ours", "leads.PersonCase.place": "IDs",
        "leads.PersonCase.counts": "counts",
        "leads.PersonCase.file": "deleted after a week, and with any anonymisation",
        "leads.PersonRow": "a word of ours", "leads.RetentionRule": "words of ours",
        "leads.RetentionRun": "a sentence of ours",
    },
)  # fmt: skip
