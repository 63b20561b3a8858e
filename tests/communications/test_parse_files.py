"""The hard messages of ../shared/data/emails/ are read as expected_emails.yaml says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from communications.imap.parse import parse

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "expected_emails.yaml").read_text(encoding="utf-8")
)


def test_each_file_has_its_line_in_the_table(hard_emails: Path) -> None:
    files = {path.relative_to(hard_emails).with_suffix("").as_posix() for path in hard_emails.rglob("*.eml")}

    assert files == TABLE.keys()
    assert len(files) == 103


@pytest.mark.parametrize("file", TABLE)
def test_a_hard_message_is_read_as_a_good_mail_program_would(hard_emails: Path, file: str) -> None:
    expected = TABLE[file]

    date = datetime.fromisoformat(expected["date"]).replace(tzinfo=UTC) if "date" in expected else None
    message = parse((hard_emails / f"{file}.eml").read_bytes())

    assert [message.sender_name, message.sender_address] == expected["from"]
    assert message.subject == expected["subject"]
    assert message.date == date
    assert [[a.name, a.content_type] for a in message.attachments] == expected.get("attachments", [])
    assert message.automatic == expected.get("automatic", "")
    if "text" in expected:
        assert expected["text"] in message.text
    else:
        assert message.text == ""
    if "to" in expected:
        assert [list(address) for address in message.to] == expected["to"]
    if "message_id" in expected:
        assert message.message_id == expected["message_id"]
        assert message.in_reply_to == expected["in_reply_to"]
        assert list(message.references) == expected["references"]
    assert not message.incomplete
