"""Messages of every kind are read; nothing that bytes can be makes the reading fail."""

import base64
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from communications.imap.addresses import split_addresses
from communications.imap.parse import parse

HEAD = b"From: Jan Kowalski <jan@firma.pl>\r\nSubject: Zapytanie\r\nMessage-ID: <a@firma.pl>\r\n"


def written(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "Jan <jan@firma.pl>", "Subject": "Zapytanie", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Proszę o ofertę.")
    return message


# --- Charsets -------------------------------------------------------------------------------------------------------

ŻÓŁĆ = "Zażółć gęślą jaźń – „pchnąć” w tę łódź jeża, ośm skrzyń fig"


@pytest.mark.parametrize(
    ("declared", "written_in"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-2", "cp1250"),  # Windows' letters under the name of ISO's
        ("iso-8859-1", "utf-8"),
        ("us-ascii", "utf-8"),
        ("windows-1250", "cp1250"),
        ("x-unknown", "utf-8"),
        ("", "cp1250"),
        ("x-nonsense", "cp1250"),
    ],
)
def test_polish_letters_are_read_whatever_charset_is_declared(declared: str, written_in: str) -> None:
    kind = f'Content-Type: text/plain; charset="{declared}"\r\n' if declared else ""

    message = parse(HEAD + kind.encode() + b"\r\n" + ŻÓŁĆ.encode(written_in))

    assert message.text == ŻÓŁĆ


def test_headers_in_raw_bytes_are_read_with_the_charset_of_the_message() -> None:
    raw = "Subject: Żądanie oferty: 5 łóżek\r\nFrom: Łukasz Żak <l@x.pl>\r\n".encode("cp1250")

    message = parse(raw + b"Content-Type: text/plain; charset=windows-1250\r\n\r\nx")

    assert (message.subject, message.sender_name) == ("Żądanie oferty: 5 łóżek", "Łukasz Żak")


@pytest.mark.parametrize("codec", ["unicode_escape", "idna", "punycode", "undefined", "zlib", "rot13", "\0", "a" * 500])
def test_a_codec_that_is_no_charset_is_not_used(codec: str) -> None:
    message = parse(HEAD + b'Content-Type: text/plain; charset="' + codec.encode() + b'"\r\n\r\n\\u0041 i \xc4\x85')

    assert message.text == "\\u0041 i ą"


def test_a_letter_cut_in_two_by_encoded_words_is_whole() -> None:
    halves = [base64.b64encode(part).decode() for part in (b"za\xc5", b"\xbc\xc3\xb3\xc5\x82\xc4\x87")]

    assert parse(f"Subject: =?utf-8?B?{halves[0]}?=\r\n =?UTF-8?b?{halves[1]}?=\r\n\r\n".encode()).subject == "zażółć"


def test_signs_that_the_database_can_not_store_are_gone() -> None:
    message = parse(b"From: a\x00b <a@b.pl>\r\nSubject: x\x00y =?utf-8?q?=00=ED=A0=80?=\r\n\r\ntext\x00text")

    assert (message.sender_name, message.text) == ("ab", "texttext")
    assert message.subject.startswith("xy")
    message.subject.encode()


# --- Addresses and dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('"Kowalski, Jan" <jan@firma.pl>', (("Kowalski, Jan", "jan@firma.pl"),)),
        ("=?utf-8?Q?Kowalski,_Ja=C5=84?= <jan@firma.pl>", (("Kowalski, Jań", "jan@firma.pl"),)),
        ("=?utf-8?B?SmFuIDxqYW5AZmlybWEucGw+?=", (("Jan", "jan@firma.pl"),)),
        ("Kowalski, Jan <jan@firma.pl>", (("Kowalski", ""), ("Jan", "jan@firma.pl"))),
        ('"nie zamknięty <jan@firma.pl>', (('"nie zamknięty', "jan@firma.pl"),)),
        ("jan@firma.pl <jan@firma.pl>", (("jan@firma.pl", "jan@firma.pl"),)),
        ("<mailto:jan@firma.pl>", (("", "jan@firma.pl"),)),
        ("jan@firma.pl (Jan Kowalski)", (("Jan Kowalski", "jan@firma.pl"),)),
        ("a@b.pl; c@d.pl", (("", "a@b.pl"), ("", "c@d.pl"))),
        ("undisclosed-recipients:;", ()),
        ("<>", ()),
        ('"a b"@firma.pl', (("a b@firma.pl", ""),)),
        ('<"a b"@firma.pl>', (("", '"a b"@firma.pl'),)),
    ],
)
def test_addresses(header: str, found: tuple[tuple[str, str], ...]) -> None:
    assert parse(f"To: {header}\r\n\r\n".encode()).to == found


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Pn, 12 paź 2026 10:00:00 +0200", datetime(2026, 10, 12, 8, tzinfo=UTC)),
        ("12 Oct 2026 10:00 GMT", datetime(2026, 10, 12, 10, tzinfo=UTC)),
        ("Mon, 31 Feb 2026 10:00:00 +0100", None),
        ("Mon, 2 Mar 99999999999 10:00:00 +0100", None),
        ("Mon, 2 Mar 2026 10:00:00 +999999", None),
        ("wczoraj", None),
        ("", None),
    ],
)
def test_dates(date: str, read: datetime | None) -> None:
    assert parse(f"Date: {date}\r\n\r\n".encode()).date == read


def test_a_date_in_the_future_gives_way_to_the_time_of_arrival() -> None:
    received = "Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100\r\n"

    message = parse(f"{received}Date: Mon, 2 Mar 2037 10:00:00 +0100\r\n\r\n".encode())

    assert message.date == datetime(2026, 3, 2, 9, tzinfo=UTC)


# --- Parts ----------------------------------------------------------------------------------------------------------


def test_html_alone_gives_the_text_too() -> None:
    message = written()
    message.set_content(
        "<style>p{color:red}</style><p>Dzień&nbsp;dobry,</p><p>proszę o <b>ofertę</b>.</p>", subtype="html"
    )

    parsed = parse(message.as_bytes())

    assert parsed.text.split() == ["Dzień", "dobry,", "proszę", "o", "ofertę."]
    assert "<b>ofertę</b>" in parsed.html


def test_a_text_a_html_and_a_picture_of_it_are_one_message() -> None:
    message = written()
    message.add_alternative('<p>Proszę <img src="cid:logo@x"></p>', subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo@x>")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="zapytanie ąę.pdf")

    parsed = parse(message.as_bytes(policy=SMTP))

    assert parsed.text == "Proszę o ofertę."
    assert 'src="cid:logo@x"' in parsed.html
    assert [(a.name, a.content_id, a.is_inline, a.content) for a in parsed.attachments] == [
        ("attachment-1.png", "logo@x", True, b"\x89PNG"),
        ("zapytanie ąę.pdf", "", False, b"%PDF-1.4"),
    ]


def test_an_invitation_is_read_and_kept_as_a_file() -> None:
    message = written()
    event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Spotkanie\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    message.add_alternative(event, subtype="calendar", params={"method": "REQUEST"})

    parsed = parse(message.as_bytes())

    assert "SUMMARY:Spotkanie" in parsed.calendar
    assert [(a.name, a.content_type) for a in parsed.attachments] == [("attachment-1.ics", "text/calendar")]
    assert parsed.text == "Proszę o ofertę."


def test_a_winmail_dat_is_kept_as_it_is() -> None:
    message = written()
    message.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")

    [attachment] = parse(message.as_bytes()).attachments

    assert (attachment.name, attachment.content) == ("winmail.dat", b"\x78\x9f\x3e\x22")


def test_a_message_passed_on_without_a_word_shows_what_it_passes_on() -> None:
    inner = written(Subject="Pilne: 300 krzeseł")
    inner.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    outer = EmailMessage()
    outer["From"] = "Szef <szef@firma.pl>"
    outer.add_attachment(inner)

    parsed = parse(outer.as_bytes())

    assert parsed.text == "Proszę o ofertę."
    assert [a.name for a in parsed.attachments] == ["Pilne 300 krzeseł.eml"]
    assert parse(parsed.attachments[0].content).attachments[0].name == "plan.pdf"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\jan\con.exe", "con.exe"),
        ("a\r\nb\x00c.pdf", "a bc.pdf"),
        ("...", "attachment-1.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_the_name_of_an_attachment_is_only_a_name(given_name: str, kept: str) -> None:
    name = base64.b64encode(given_name.encode()).decode()
    part = f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="=?utf-8?B?{name}?="\r\n\r\nx'

    [attachment] = parse(part.encode()).attachments

    assert attachment.name == kept


def test_lines_that_only_the_width_of_a_screen_broke_are_put_together() -> None:
    flowed = "> a \r\n> b\r\nProszę o \r\nofertę \r\nna krzesła.\r\n-- \r\nJan\r\n"

    message = parse(HEAD + b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n" + flowed.encode())

    assert message.text == "> a b\nProszę o ofertę na krzesła.\n-- \nJan"


@pytest.mark.parametrize("references", ["<a@x> <c@x>\r\n <b@x> <a@x>", "<a@x> <b@x>"])
def test_what_is_answered_is_the_last_of_the_thread(references: str) -> None:
    message = parse(f"In-Reply-To: <c@x>\r\nReferences: {references}\r\n\r\n".encode())

    assert (message.in_reply_to, message.references) == ("c@x", ("a@x", "b@x", "c@x"))
    assert parse(b"In-Reply-To: <c@x>\r\n\r\n").references == ("c@x",)


# --- Automatic messages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto-Submitted": "auto-replied"}, "auto_reply"),
        ({"Auto-Submitted": "auto-generated"}, "auto_generated"),
        ({"Auto-Submitted": "no"}, ""),
        ({"Auto-Submitted": "auto-generated", "Subject": "Automatyczna odpowiedź: Oferta"}, "auto_reply"),
        ({"Subject": "Out of office: Oferta"}, "auto_reply"),
        ({"X-Autoreply": "yes"}, "auto_reply"),
        ({"Precedence": "bulk"}, "list"),
        ({"List-Id": "<nowosci.sklep.pl>"}, "list"),
        ({"List-Unsubscribe": "<https://portal.pl/u>"}, ""),
        ({"From": "MAILER-DAEMON@firma.pl"}, "bounce"),
        ({"Return-Path": "<>", "From": "Postmaster@firma.pl"}, "bounce"),
        ({"From": "no-reply@portal.pl", "Subject": "Nowe zapytanie ze strony"}, ""),
    ],
)
def test_what_no_person_wrote_is_told(headers: dict[str, str], kind: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in {"From": "a@b.pl", **headers}.items())

    assert parse(f"{head}\r\nx".encode()).automatic == kind


# --- Bad input ------------------------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return HEAD + opened + b"\r\ntext\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\x00" * 1000,
        nested(100),
        nested(3000),
        HEAD + b"X-Bomb: x\r\n" * 50_000 + b"\r\ntext",
        HEAD + b"To: " + b"a@b.pl, " * 100_000 + b"\r\n\r\ntext",
        HEAD + b"Cc: " + b'"(' * 100_000 + b"\r\n\r\ntext",
        HEAD + b"References: " + b"<a@b> " * 50_000 + b"\r\n\r\ntext",
        HEAD + b"Subject: " + b"=?utf-8?q?" * 50_000 + b"\r\n\r\ntext",
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000 + b"text",
        HEAD + b"Content-Type: text/plain; " + b"a=b; " * 50_000 + b"\r\n\r\ntext",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: a/b\r\n\r\n\r\n" * 5000,
    ],
    ids=lambda raw: f"{len(raw)} bytes",
)
def test_a_bomb_is_read_at_once_and_as_far_as_it_goes(raw: bytes) -> None:
    started = time.process_time()

    message = parse(raw)

    assert time.process_time() - started < 5
    assert len(message.attachments) <= 300
    if raw.startswith(HEAD):
        assert message.sender_address == "jan@firma.pl"
        assert message.incomplete or message.text.endswith("text")


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    parse(raw)
    parse(HEAD + raw)


WORDS = """From: |To: |Subject: |Date: |Message-ID: |Content-Type: |text/html|multipart/alternative|message/rfc822
|message/delivery-status|; boundary=|--b|--b--|b|Content-Transfer-Encoding: |base64|quoted-printable|x-uuencode
|begin 644 x|Content-Disposition: attachment; filename|*0*=|charset=|utf-16|utf-7|=?utf-8?b?|=?x?q?|?=|=|=3D|<table><tr>
|<p>|<|>|"|(|)|@|:|;|31 Feb 99999"""
RAW = [b"\r\n", b"\n", b"\r\n\r\n", b"\xc5\xbc", b"\xff", b"\x00"]
PIECES = st.sampled_from([*RAW, *(word.encode() for word in WORDS.replace("\n", "").split("|"))])


@given(st.lists(PIECES, max_size=60).map(b"".join))
@example(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--")
@settings(max_examples=400, deadline=None)
def test_any_pieces_of_messages_are_read(raw: bytes) -> None:
    message = parse(raw)

    texts = [message.subject, message.text, message.html, message.sender_name, *(a.name for a in message.attachments)]
    assert "\x00" not in "".join(texts)
    "".join(texts).encode()


@given(st.text(alphabet='ab@.<>()",;:\\ =?\t', max_size=80))
@settings(max_examples=300, deadline=None)
def test_an_address_is_always_usable(value: str) -> None:
    for name, address in split_addresses(value):
        assert name or address
        assert not address or ("@" in address and not address.startswith("@"))
