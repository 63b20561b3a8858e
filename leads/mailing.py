"""E-mails that earlier and sibling apps want sent: they know this contract, never the app that sends.

The sender stands in `settings.MAIL_SENDER`; what it may be asked to write about, in `settings.MAIL_SOURCES`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from crm.models import User
from leads.models import Lead


@dataclass(frozen=True, slots=True)
class MailFile:
    """An attachment: its name as the recipient sees it, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailDraft:
    """What the dialog „Napisz e-mail” begins with. `body` is plain text, `warning` a sentence above the form."""

    to: str
    subject: str
    body: str
    lead: Lead | None = None
    files: Sequence[MailFile] = ()
    warning: str = ""


class MailSource(Protocol):
    """A kind of rows that are sent by e-mail (an invoice), named in `settings.MAIL_SOURCES` by a word: the dialog
    `communications:mail_compose` with `?about=<word>:<pk>` begins with its draft.
    """

    def draft(self, *, pk: int, user: User) -> MailDraft | None:
        """What to begin with; None when `user` may not see the row, or not send it. Its files are read again when the
        user sends: in the dialog they can be left out, not changed.
        """

    def sent(self, *, pk: int, user: User, mail: int) -> None:
        """The user has sent it with all its files, as the e-mail `mail`; called in the transaction that queues it.

        Raises RuleError.
        """


class MailSender(Protocol):
    """Sends e-mails in the background, from the accounts that a user may send from."""

    def can_send(self, *, user: User) -> bool:
        """Whether `user` has an account to send from."""

    def send(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        by: User,
        lead: Lead | None = None,
        cc: str = "",
        files: Sequence[MailFile] = (),
        key: str = "",
    ) -> int:
        """Queue an e-mail from the first account of `by`, and return its ID. It goes out after the commit.

        `to` and `cc` are addresses separated by commas, `body` is plain text. Called again with the same `key`, it is
        the same e-mail. Raises RuleError at `to`, `cc`, `subject`, `files`, or at `account` when there is none.
        """

    def states(self, ids: Collection[int]) -> dict[int, str]:
        """Where these e-mails stand: "waiting", "sending", "sent", "failed", "unknown" (perhaps sent)."""


def mail_sender() -> MailSender:
    """The one that sends."""
    sender: MailSender = import_string(settings.MAIL_SENDER)
    return sender


def mail_source(word: str) -> MailSource | None:
    """The source of this name, if there is one."""
    path = settings.MAIL_SOURCES.get(word)
    source: MailSource | None = import_string(path) if path else None
    return source
