"""What of e-mails and calls can be kept for a number of months."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from communications.models import Call, CallRecording, Message
from leads.personal.retention import RetentionKind


def _ignored_emails() -> "QuerySet[Any]":
    return Message.objects.filter(ignored_at__isnull=False).exclude(parse_state=Message.ParseState.ERASED)


def _ignored_calls() -> "QuerySet[Any]":
    return Call.objects.filter(ignored_at__isnull=False)


def _recordings() -> "QuerySet[Any]":
    return CallRecording.objects.select_related("call")


IGNORED_EMAILS = RetentionKind(
    name="ignored_emails",
    label=_("Ignored e-mails"),
    hint=_(
        "From the day on which they were ignored, with attachments and originals. An import does not bring them back."
    ),
    rows=_ignored_emails,
    moment="ignored_at",
    model="communications.Message",
    link="communications:email_detail",
)
IGNORED_CALLS = RetentionKind(
    name="ignored_calls",
    label=_("Ignored calls"),
    hint=_("From the day on which they were ignored, with recordings."),
    rows=_ignored_calls,
    moment="ignored_at",
    model="communications.Call",
    link="communications:call_detail",
)
RECORDINGS = RetentionKind(
    name="recordings",
    label=_("Recordings of calls"),
    hint=_("From the day of the call. The call itself stays."),
    rows=_recordings,
    moment="call__started_at",
    model="communications.CallRecording",
    link="communications:call_detail",
    page="call_id",
)
