"""What a message may not do to who reads it; tests/browser/test_mail_frame.py tries the same tricks in Chromium."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communications.html.css import safe_style
from communications.html.safe import content_ids, remote_images, sanitise_message, shown_message
from tests.communications.tricks import TRICKS

ACTIVE = re.compile(
    r"<\s*/?(script|style|iframe|object|embed|form|input|button|textarea|select|base|meta|link|svg|math|video|audio|"
    r"frame|applet|template|noscript|title|body|html)\b|\son\w+\s*=|javascript:|vbscript:|data:|srcset|srcdoc|"
    r"\b(id|class|name|background|formaction|poster|ping|xlink:href|action)\s*=|url\(|expression|position|@import",
    re.I,
)
TAG = re.compile(r"<[^<>]*>")


def tags_of(html: str) -> str:
    """What acts is in the tags; the words of a message, and of a tooltip, may say anything."""
    return re.sub(r'\stitle="[^"]*"', "", " ".join(TAG.findall(html)))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_comes_out_harmless(trick: str) -> None:
    stored = sanitise_message(trick)
    shown = shown_message(trick, pictures={}, remote=False)

    assert not ACTIVE.search(tags_of(stored))
    assert not ACTIVE.search(tags_of(shown))
    assert not re.search(r"\ssrc=", tags_of(shown))
    assert sanitise_message(stored) == stored  # what is read again is not read otherwise (mutation XSS)
    assert shown_message(stored, pictures={}, remote=False) == shown_message(shown, pictures={}, remote=False)


@given(
    st.lists(
        st.sampled_from([*TRICKS, "<p>", "</p>", "<table>", "<td>", "<b", '"', "'", ">", "<!--", "-->", "x"]),
        max_size=5,
    )
)
@settings(max_examples=150, deadline=None)
def test_tricks_together_come_out_harmless(tricks: list[str]) -> None:
    stored = sanitise_message("".join(tricks))

    assert not ACTIVE.search(tags_of(stored))
    assert sanitise_message(stored) == stored


def test_what_a_letter_looks_like_stays() -> None:
    html = (
        '<table width="600" bgcolor="#eeeeee"><tr><td style="padding: 8px; color: rgb(10, 20, 30)" align="center">'
        '<h1>Oferta</h1><ul><li><b>Krzesło</b></li></ul><a href="https://sklep.pl/?a=1&amp;b=2">sklep</a>'
        '<a href="mailto:biuro@sklep.pl">napisz</a></td></tr></table>'
    )

    stored = sanitise_message(html)

    assert 'style="padding:8px;color:rgb(10, 20, 30)"' in stored
    assert '<a href="https://sklep.pl/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">sklep</a>' in stored
    assert 'href="mailto:biuro@sklep.pl"' in stored
    assert '<table width="600" bgcolor="#eeeeee">' in stored


def test_remote_images_wait_until_they_are_asked_for() -> None:
    stored = sanitise_message('<img src="https://sklep.pl/krzeslo.jpg" alt="krzesło"><img src="//sklep.pl/b.png">')

    assert remote_images(stored) == 1  # an address without its scheme is none
    assert shown_message(stored, pictures={}, remote=False).count("src=") == 0
    assert 'alt="krzesło"' in shown_message(stored, pictures={}, remote=False)
    assert 'src="https://sklep.pl/krzeslo.jpg"' in shown_message(stored, pictures={}, remote=True)


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://t.pl/o?u=1" width="1" height="1">',
        "<img width=1 src=https://t.pl/o>",
        '<img src="https://t.pl/o" style="width:1px;height:1px">',
        '<img src="https://t.pl/o" style="display:none">',
        "<IMG SRC='https://t.pl/o' HEIGHT='0'>",
    ],
)
def test_a_tracking_pixel_is_gone_for_good(pixel: str) -> None:
    assert "img" not in shown_message(pixel, pictures={}, remote=True)


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://t.pl/o" width="10" height="20">',
        '<img src="https://t.pl/o?width=1" style="border-width:0;line-height:1">',
        '<img src="https://t.pl/o" width="100%">',
    ],
)
def test_a_picture_is_no_tracking_pixel(image: str) -> None:
    assert "https://t.pl/o" in shown_message(image, pictures={}, remote=True)


def test_pictures_of_the_message_itself_are_shown() -> None:
    stored = sanitise_message('<img src="cid:logo%40x"><img src="cid:inny">')

    assert content_ids(stored) == {"logo@x", "inny"}
    shown = shown_message(stored, pictures={"logo@x": "data:image/png;base64,AAAA"}, remote=False)
    assert shown == '<img src="data:image/png;base64,AAAA"><img>'


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red;position:fixed;top:0;z-index:9", "color:red"),
        ("background:url(https://t.pl/x)", ""),
        ("background:\\75rl(https://t.pl/x)", ""),
        ("background:u/**/rl(https://t.pl/x)", ""),
        ("background: #fff", "background:#fff"),
        ("color:red;}body{display:none", "color:red"),
        ("width:expression(alert(1))", ""),
        ("margin-top:-5000px", ""),
        ("margin:0 -10px", ""),
        ("font-family:'Segoe UI', Arial", "font-family:'Segoe UI', Arial"),
        ("content:'x'", ""),
        ("height:100vh;line-height:50DVMAX;width:50vw", "width:50vw"),
        ("color:red !important", "color:red !important"),
        ("--x:url(y);color:var(--x)", ""),
    ],
)
def test_styles(style: str, kept: str) -> None:
    assert safe_style(style) == kept
