"""Simple messages, and an import done as workers do it."""

from communications.models import Message
from communications.services.importing import import_account
from communications.services.reading import read_account


def mail(
    subject: str = "Zapytanie", *, sender: str = "Jan Kowalski <jan@klient.test>", body: str = "Proszę o ofertę.",
    message_id: str = "", extra: str = "",
) -> bytes:  # fmt: skip
    """A plain message; every subject should differ where messages are to be told apart."""
    known = f"Message-ID: <{message_id}>\n" if message_id else ""
    head = f"From: {sender}\nTo: biuro@lejek.test\nSubject: {subject}\n{known}{extra}MIME-Version: 1.0\n"
    text = f"{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
    return text.replace("\n", "\r\n").encode()


def fetch_all(account) -> list[str]:
    """Import and read everything of the account; its subjects, the oldest message first."""
    while import_account(account_id=account.pk):
        pass
    read_account(account_id=account.pk)
    return list(Message.objects.filter(account=account).order_by("pk").values_list("subject", flat=True))
