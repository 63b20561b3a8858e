"""What is large is read from where it lies: the same as if it were parsed whole, and without being held in memory."""

import base64
import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from django.core.files.base import ContentFile
from hypothesis import given, settings
from hypothesis import strategies as st

from communications.imap import blobs, parse
from communications.models import Attachment
from communications.services.reading import read_messages
from tests.factories.communications import MessageFactory

MEGABYTE = 1024 * 1024


def whole(message: parse.ParsedMessage) -> parse.ParsedMessage:
    """The message with the bytes of its attachments, wherever they lay; a message in it is put together anew, with line
    ends of the standard, where it was parsed.
    """
    attachments = tuple(
        replace(
            one,
            content=b"".join(one.pieces()).replace(b"\r\n", b"\n")
            if one.content_type == "message/rfc822"
            else b"".join(one.pieces()),
        )
        for one in message.attachments
    )
    return replace(message, attachments=attachments)


def with_attachment(content: bytes) -> bytes:
    """A message as programs write it, with one encoded file."""
    head = 'From: jan@klient.test\nSubject: Plan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m"\n\n'
    text = "--m\nContent-Type: text/plain; charset=utf-8\n\nW załączniku.\n"
    file = '--m\nContent-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64\n\n'
    message = f"{head}{text}{file}{base64.encodebytes(content).decode()}--m--\n"
    return message.replace("\n", "\r\n").encode()


@pytest.fixture
def nothing_is_small(monkeypatch):
    monkeypatch.setattr(parse, "LARGE_MESSAGE", 0)
    monkeypatch.setattr(blobs, "LONG_RUN", 400)
    monkeypatch.setattr(blobs, "PIECE", 1000)


def test_the_hard_messages_are_read_as_they_are_in_one_piece(hard_emails: Path, nothing_is_small):
    left_out = 0
    for path in sorted(hard_emails.rglob("*.eml")):
        raw = path.read_bytes()
        _skeleton, found = blobs.lightened(BytesIO(raw))
        left_out += len(found.runs)

        assert whole(parse.parse_file(BytesIO(raw), size=len(raw))) == whole(parse.parse(raw)), path.name
    assert left_out > 30


def test_a_large_attachment_goes_to_the_storage_piece_by_piece(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = Random(7).randbytes(20 * MEGABYTE)
    raw = with_attachment(content)
    message = MessageFactory(size=len(raw), parse_state="waiting")
    message.raw.save("gross.eml", ContentFile(raw))
    del raw

    tracemalloc.start()
    read_messages(messages=[message])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.size) == ("plan.pdf", len(content))
    with attachment.file.open() as stored:
        assert stored.read() == content
    message.refresh_from_db()
    assert (message.parse_state, message.text, message.has_attachments) == ("parsed", "W załączniku.", True)
    assert peak < 6 * MEGABYTE


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=90), min_size=1, max_size=12), st.sampled_from([b"\r\n", b"\n"]))
def test_base64_is_decoded_in_pieces_as_in_one(parts: list[bytes], line_end: bytes):
    encoded = [line_end.join([base64.b64encode(part), b""]) for part in parts]

    assert b"".join(blobs._decoded(iter(encoded))) == b"".join(parts)
