"""Anonymising e-mails and calls. Their files go after the commit."""

from django.db.models import Q
from django.utils import timezone

from communications.models import Attachment, Call, CallRecording, Message, OutgoingMail, TelephonyEvent
from communications.services.storing import forget_files
from crm.personal import Rows, erased_values
from leads.personal.registry import table_of


def erase_messages(*, rows: Rows) -> None:
    """E-mails stay as places on their server and digests of their originals, so that no import brings them back."""
    messages = Message.objects.filter(pk__in=rows)
    _forget_originals(rows)
    values = erased_values(table_of("communications.Message"), Message)
    messages.update(
        **values, raw="", size=0, has_attachments=False, parse_state=Message.ParseState.ERASED, parse_tries=0
    )


def spoil_messages(*, rows: Rows) -> None:
    """Of e-mails of others that mention somebody, only the text stays: the original and the HTML can't be cut."""
    _forget_originals(rows)
    Message.objects.filter(pk__in=rows).update(raw="", html="")


def _forget_originals(rows: Rows) -> None:
    names = Message.objects.filter(pk__in=rows).exclude(raw="").values_list("raw", flat=True)
    forget_files(names=list(names))


def erase_attachments(*, rows: Rows) -> None:
    """Attachments go, with their files."""
    attachments = Attachment.objects.filter(pk__in=rows)
    forget_files(names=list(attachments.values_list("file", flat=True)))
    attachments.delete()


def erase_outgoing(*, rows: Rows) -> None:
    """What was to be sent to somebody who is anonymised is not sent any more."""
    mails = OutgoingMail.objects.filter(pk__in=rows)
    mails.update(details="")
    unsent = Q(state=OutgoingMail.State.WAITING) | Q(state=OutgoingMail.State.FAILED)
    mails.filter(unsent).update(
        state=OutgoingMail.State.FAILED, problem=OutgoingMail.Refusal.LOST, settled_at=timezone.now()
    )


def erase_calls(*, rows: Rows) -> None:
    """A call of a lead stays for the statistics, with no number, deaf to later notifications; any other one goes."""
    calls = Call.objects.filter(pk__in=rows)
    calls.filter(lead__isnull=True).delete()
    calls.update(**erased_values(table_of("communications.Call"), Call), is_erased=True)


def erase_recordings(*, rows: Rows) -> None:
    """Recordings go, with their files."""
    recordings = CallRecording.objects.filter(pk__in=rows)
    forget_files(names=[name for name in recordings.values_list("file", flat=True) if name])
    recordings.delete()


def erase_events(*, rows: Rows) -> None:
    """Notifications of telephony go: what they told stands in their call."""
    TelephonyEvent.objects.filter(pk__in=rows).delete()
