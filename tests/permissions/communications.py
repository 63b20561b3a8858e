"""The lines of the permission matrix for `communications`."""

from collections.abc import Callable

from django.core.files.base import ContentFile

from communications.models import Attachment
from crm.models import User
from tests.factories.calls import CallFactory, RecordingFactory, TelephonyFactory
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.permissions.words import Cast, Line, everyone, managers, nobody


def _recorded(cast: Cast) -> int:
    recording = RecordingFactory(call__employee=cast.ola, state="stored", size=4, content_type="audio/wav")
    recording.file.save("", ContentFile(b"RIFF"))
    return recording.call_id


def _with_original(cast: Cast) -> int:
    message = MessageFactory(raw=ContentFile(b"Subject: x\r\n\r\nx", name="x.eml"), html="<p>x</p>")
    return message.pk


def _attachment(cast: Cast, owner: User | None = None) -> int:
    message = MessageFactory(account__owner=owner)
    values = {"position": 1, "name": "a.txt", "size": 1, "file": ContentFile(b"x", name="a")}
    return Attachment.objects.create(message=message, **values).pk


def _linked(cast: Cast) -> int:
    return MessageFactory(lead=LeadFactory(sales_person=cast.ola)).pk


# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {
    "call": lambda cast: CallFactory(employee=cast.ola).pk,
    "hidden_call": lambda cast: CallFactory(employee=cast.marek).pk,
    "recorded_call": _recorded,
    "email": lambda cast: MessageFactory().pk,
    "hidden_email": lambda cast: MessageFactory(account__owner=cast.marek).pk,
    "linked_email": _linked,
    "whole_email": _with_original,
    "attachment": _attachment,
    "hidden_attachment": lambda cast: _attachment(cast, cast.marek),
    "telephony": lambda cast: TelephonyFactory().pk,
    "shared_account": lambda cast: MailAccountFactory().pk,
    "own_account": lambda cast: MailAccountFactory(owner=cast.marek).pk,
    "broken_message": lambda cast: MessageFactory(parse_error="incomplete").pk,
}

URLS: list[Line] = [
    # --- calls; a call of somebody else does not exist for a sales person
    everyone("communications:call_list"),
    everyone("communications:call_detail", pk="@call"),
    managers("communications:call_detail", pk="@hidden_call", known=True),
    everyone("communications:call_pop", pk="@call"),
    everyone("communications:call_create_lead", "post", pk="@call"),
    managers("communications:call_create_lead", "post", pk="@hidden_call", known=True),
    everyone("communications:call_attach", pk="@call"),
    everyone("communications:call_attach", "post", pk="@call"),
    managers("communications:call_attach", "post", pk="@hidden_call", known=True),
    everyone("communications:call_detach", "post", pk="@call"),
    everyone("communications:call_ignore", "post", data={"ids": "1"}),
    everyone("communications:call_restore", "post", data={"ids": "1"}),
    everyone("communications:call_recording", pk="@recorded_call"),
    nobody("communications:call_recording", pk="@call", known=True),
    everyone("communications:call_recording_fetch", "post", pk="@recorded_call"),
    # --- e-mails; a message of somebody else's own account exists for nobody but them
    everyone("communications:email_list"),
    everyone("communications:email_detail", pk="@email"),
    nobody("communications:email_detail", pk="@hidden_email", known=True),
    everyone("communications:email_frame", pk="@whole_email"),
    nobody("communications:email_frame", pk="@hidden_email", known=True),
    everyone("communications:email_original", pk="@whole_email"),
    nobody("communications:email_original", pk="@hidden_email", known=True),
    everyone("communications:attachment_download", pk="@attachment"),
    nobody("communications:attachment_download", pk="@hidden_attachment", known=True),
    everyone("communications:email_create_lead", "post", pk="@email"),
    nobody("communications:email_create_lead", "post", pk="@hidden_email", known=True),
    everyone("communications:email_attach", pk="@email"),
    everyone("communications:email_attach", "post", pk="@email"),
    nobody("communications:email_attach", "post", pk="@hidden_email", known=True),
    everyone("communications:email_detach", "post", pk="@linked_email"),
    nobody("communications:email_detach", "post", pk="@hidden_email", known=True),
    everyone("communications:email_mark_personal", "post", pk="@email"),
    nobody("communications:email_mark_personal", "post", pk="@hidden_email", known=True),
    everyone("communications:email_opened", "post", pk="@email"),
    nobody("communications:email_opened", "post", pk="@hidden_email", known=True),
    everyone("communications:email_ignore", "post", data={"ids": "1"}),
    everyone("communications:email_restore", "post", data={"ids": "1"}),
    # --- cards
    everyone("communications:lead_emails", pk="@lead"),
    everyone("communications:partner_emails", pk="@partner"),
    everyone("communications:lead_calls", pk="@lead"),
    everyone("communications:lead_call", "post", pk="@lead"),
    everyone("communications:partner_calls", pk="@partner"),
    # --- settings
    managers("communications:telephony_list"),
    managers("communications:telephony_create", kind="generic"),
    managers("communications:telephony_create", "post", kind="zadarma"),
    managers("communications:telephony_edit", pk="@telephony"),
    managers("communications:telephony_edit", "post", pk="@telephony"),
    managers("communications:telephony_check", "post", pk="@telephony"),
    managers("communications:telephony_retry", "post", pk="@telephony"),
    managers("communications:telephony_delete", "post", pk="@telephony"),
    # --- e-mail accounts: shared ones are set up by managers, own ones by their owners alone
    managers("communications:account_list"),
    managers("communications:account_create"),
    managers("communications:account_create", "post"),
    everyone("communications:own_account_list"),
    everyone("communications:own_account_create"),
    everyone("communications:own_account_create", "post"),
    everyone("communications:account_test_new", "post"),
    nobody("communications:account_consent_done", known=True),
    nobody("communications:account_consent", pk="@own_account", known=True),
    managers("communications:account_edit", pk="@shared_account", known=True),
    managers("communications:account_edit", "post", pk="@shared_account", known=True),
    nobody("communications:account_edit", pk="@own_account", known=True),
    managers("communications:account_health", pk="@shared_account", known=True),
    managers("communications:account_test", "post", pk="@shared_account", known=True),
    nobody("communications:account_test", "post", pk="@own_account", known=True),
    managers("communications:account_fetch", "post", pk="@shared_account", known=True),
    managers("communications:account_activate", "post", pk="@shared_account", known=True),
    managers("communications:account_deactivate", "post", pk="@shared_account", known=True),
    managers("communications:account_delete", pk="@shared_account", known=True),
    managers("communications:account_delete", "post", pk="@shared_account", known=True),
    nobody("communications:account_delete", "post", pk="@own_account", known=True),
    managers("communications:unparsed_list", pk="@shared_account", known=True),
    managers("communications:unparsed_read", "post", pk="@shared_account", known=True),
    nobody("communications:unparsed_original", pk="@own_account", message="@broken_message", known=True),
]

EXEMPT: dict[str, str] = {
    "communications:telephony_webhook": "signed instead: tests/communications/test_webhook.py",
}
