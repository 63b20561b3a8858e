"""Calls and e-mails, and what they come from."""

from communications.models.accounts import (
    AccountHealth,
    AccountSecrets,
    MailAccount,
    MailFolder,
    Problem,
    Security,
    SignIn,
)
from communications.models.calls import Call, CallRecording
from communications.models.messages import Attachment, Message, MessagePlace
from communications.models.outgoing import OutgoingMail
from communications.models.telephony import TelephonyAccount, TelephonyEvent, TelephonyHealth
from communications.models.templates import EmailTemplate, EmailTemplateStatus, EmailTemplateType

__all__ = [
    "AccountHealth",
    "AccountSecrets",
    "Attachment",
    "Call",
    "CallRecording",
    "EmailTemplate",
    "EmailTemplateStatus",
    "EmailTemplateType",
    "MailAccount",
    "MailFolder",
    "Message",
    "MessagePlace",
    "OutgoingMail",
    "Problem",
    "Security",
    "SignIn",
    "TelephonyAccount",
    "TelephonyEvent",
    "TelephonyHealth",
]
