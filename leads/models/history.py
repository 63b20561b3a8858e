"""The history of leads: a copy of the row at every change, written by triggers whoever makes the change.

`pgh_label` tells insert, update and delete apart, `pgh_context["user"]` who (absent: the system). The old values of a
change are those of the event before it.
"""

import pghistory
from django.db import models

from leads.models.file import LeadFile
from leads.models.lead import Lead, LeadTagging


class LeadEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Lead,
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=[
            "version",
            "created_at",
            "updated_at",
            "is_closed",
            "is_lost",
            "phone_e164",
            "name_sort",
            "search_text",
        ],
    )
):
    """The values of a lead as they were after an insert or update, or before its deletion."""

    class Meta:
        indexes = [models.Index("pgh_obj", "pgh_id", name="leadevent_by_lead")]


class LeadTaggingEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        LeadTagging,
        pghistory.InsertEvent(),
        pghistory.DeleteEvent(),
        obj_field=pghistory.ObjForeignKey(db_index=False),
    )
):
    """A tag put on a lead or taken off it."""

    class Meta:
        indexes = [models.Index("lead", name="leadtaggingevent_by_lead")]


class LeadFileEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        LeadFile,
        pghistory.InsertEvent(),
        pghistory.DeleteEvent(),
        fields=["lead", "name"],
        obj_field=pghistory.ObjForeignKey(db_index=False),
    )
):
    """A file added to a lead or taken away."""

    class Meta:
        indexes = [models.Index("lead", name="leadfileevent_by_lead")]
