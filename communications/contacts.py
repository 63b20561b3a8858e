"""The first contact with a lead: the first call out, e-mail sent or activity done since the enquiry came.

A call counts when it reached the other side's line, answered or not; an e-mail when it went out; an activity when it is
marked as done. The enquiry came at „Data i czas”, or where that is not known, when the lead was made.
"""

from typing import Any

from django.db.models import DateTimeField, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from communications.models import Call, Message, OutgoingMail
from leads.models import Activity

CAME = Coalesce("received_at", "created_at")


def _ways() -> list[tuple[QuerySet[Any], str]]:
    """What is a contact with a lead, as it is referred to from its row, and the name of its time."""
    lead, came = OuterRef("pk"), Coalesce(OuterRef("received_at"), OuterRef("created_at"))
    calls = Call.objects.filter(lead=lead, direction=Call.Direction.OUT, started_at__gte=came)
    mails = Message.objects.filter(lead=lead, direction=Message.Direction.OUT, sent_at__gte=came)
    return [
        (calls.exclude(result=Call.Result.FAILED), "started_at"),
        (mails.filter(Q(outgoing=None) | Q(outgoing__state=OutgoingMail.State.SENT)), "sent_at"),
        (Activity.objects.filter(lead=lead, done_at__gte=came), "done_at"),
    ]


def contacted() -> Q:
    """The condition for leads that somebody has been in touch with (settings.LEAD_CONTACTED)."""
    condition = Q()
    for rows, _time in _ways():
        condition |= Q(Exists(rows))
    return condition


def first_contact() -> Least:
    """The moment of a lead's first contact, to annotate leads with; None when there was none."""
    return Least(*(_earliest(rows, time) for rows, time in _ways()), output_field=DateTimeField())


def _earliest(rows: QuerySet[Any], time: str) -> Subquery:
    return Subquery(rows.order_by().values("lead").values(earliest=Min(time)), output_field=DateTimeField())
