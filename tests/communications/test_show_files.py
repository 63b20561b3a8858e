"""The hard messages of ../shared/data/emails/ go the way of every message: stored, read, listed, shown."""

from html import unescape
from pathlib import Path

import pytest

from communications.emails import received_by
from communications.models import Message
from communications.services.reading import read_messages
from tests.communications.emails import LIST
from tests.communications.test_parse_files import TABLE
from tests.factories.communications import MailAccountFactory, MessageFactory

pytestmark = pytest.mark.django_db


def test_each_hard_message_is_listed_and_shown(hard_emails: Path, client, ola) -> None:
    account = MailAccountFactory()
    messages = {}
    for file in TABLE:
        raw = f"hard/{file}.eml"
        message = MessageFactory(account=account, parse_state=Message.ParseState.WAITING, raw=raw)
        message.raw.save("", (hard_emails / f"{file}.eml").open("rb"))  # type: ignore[arg-type]
        messages[file] = message
    read_messages(messages=list(messages.values()))
    client.force_login(ola)

    assert received_by(ola).count() == len(TABLE)
    assert client.get(LIST).status_code == 200
    for file, message in messages.items():
        page = unescape(client.get(f"{LIST}{message.pk}/").content.decode())
        assert (TABLE[file]["subject"] or "(bez tematu)") in page, file
        assert TABLE[file]["from"][0] in page, file
        assert all(name in page for name, _kind in TABLE[file].get("attachments", []) if name != "img.png"), file
        assert client.get(f"{LIST}{message.pk}/frame/").status_code == 200, file
    assert Message.objects.exclude(parse_state="parsed").count() == 0
