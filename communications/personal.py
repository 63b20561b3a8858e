"""The tables of e-mails and calls with data of people."""

from typing import Any

from communications.services import erasing
from crm.personal import KEEP, MARKER, PersonalData, Table, of

MESSAGE: dict[str, Any] = {
    "subject": MARKER,
    "from_name": "",
    "from_address": "",
    "reply_to": [],
    "to": [],
    "cc": [],
    "text": "",
    "html": "",
    "parse_error": "",
    "message_id": KEEP,
    "in_reply_to": KEEP,
    "references": KEEP,
    "raw": KEEP,
}

COMMUNICATIONS = PersonalData(
    tables=(
        Table(
            "communications.Message",
            MESSAGE,
            own=("from_name", "from_address", "reply_to", "to", "cc"),
            unnamed=("html",),
            within={"leads.Lead": of("lead"), "crm.Partner": of("partner")},
            erase=erasing.erase_messages,
            spoil=erasing.spoil_messages,
            link="communications:email_detail",
            moment="sent_at",
        ),
        Table(
            "communications.Attachment",
            {"name": MARKER, "file": KEEP},
            within={"communications.Message": of("message")},
            erase=erasing.erase_attachments,
            note="attachments of the person's e-mails are deleted",
        ),
        Table(
            "communications.OutgoingMail",
            {"details": ""},
            within={"communications.Message": of("message")},
            erase=erasing.erase_outgoing,
        ),
        Table("communications.AccountHealth", {"details": ""}),
        Table("communications.EmailTemplate", {"subject": KEEP, "body": KEEP}),
        Table(
            "communications.Call",
            {"caller": "", "recipient": "", "number": "", "number_e164": ""},
            own=None,
            within={"leads.Lead": of("lead")},
            erase=erasing.erase_calls,
            link="communications:call_detail",
            moment="started_at",
            note="emptied; a call of no lead is deleted",
        ),
        Table(
            "communications.CallRecording",
            {"source": "", "file": KEEP, "details": ""},
            within={"communications.Call": of("call")},
            erase=erasing.erase_recordings,
            note="recordings of the person's calls are deleted",
        ),
        Table(
            "communications.TelephonyEvent",
            {"payload": {}, "error": ""},
            own=None,
            within={"communications.Call": of("call")},
            erase=erasing.erase_events,
            note="the notification is deleted",
        ),
    ),
    nothing={
        "communications.MailAccount": "an account of employees",
        "communications.AccountSecrets": "secrets, encrypted",
        "communications.MailFolder": "a folder of a mailbox",
        "communications.Message.digest": "a digest of the original, by which an import knows it again",
        "communications.Attachment.content_type": "a type of files",
        "communications.Attachment.content_id": "an identifier in the HTML",
        "communications.Call.external_id": "the provider's ID of the call",
        "communications.Call.extensions": "internal numbers",
        "communications.Call.people": "IDs of employees",
        "communications.CallRecording.content_type": "a type of files",
        "communications.CallRecording.problem": "a word of ours",
        "communications.TelephonyAccount": "an account of the company",
        "communications.TelephonyHealth": "why notifications are refused",
        "communications.TelephonyEvent.key": "a digest",
        "communications.EmailTemplate.name": "a name of employees'",
    },
)
