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
from communications.models.messages import Attachment, Message, MessagePlace

__all__ = [
    "AccountHealth",
    "AccountSecrets",
    "Attachment",
    "MailAccount",
    "MailFolder",
    "Message",
    "MessagePlace",
    "Problem",
    "Security",
    "SignIn",
]
