"""Bytes of messages made text, also where the declared charset is missing, unknown or untrue."""

import codecs
import re

from charset_normalizer import from_bytes

# Charsets whose bytes are plain ASCII: they can't be told from it by looking.
SEVEN_BIT = re.compile(r"(iso-?2022|utf-?7|hz)", re.I)
# East Asian charsets in which text that happens to be valid UTF-8 is no rare accident: what is declared goes first.
MULTIBYTE = re.compile(r"(big-?5|cp9\d\d|gb|hz|euc|shift|sjis|ks_?c|iso-?2022|johab)", re.I)
# What browsers and mail programs take for the charset of the key (https://encoding.spec.whatwg.org/#names-and-labels).
WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
# Codecs that Python knows and no message is written in; some of them are slow on purpose-made input.
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
GUESSES = ["cp1250", "iso8859_2", "cp1252", "cp1251", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949"]
SAMPLE = 16 * 1024
C1 = re.compile("[\x80-\x9f]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def decode(data: bytes, declared: str = "", hints: tuple[str, ...] = ()) -> str:
    """`data` as text. `declared` is the charset the message names, `hints` are others that it uses elsewhere.

    UTF-8 is taken where the bytes are valid UTF-8 with a sign outside of ASCII and a single-byte charset is declared:
    such bytes are hardly ever meant otherwise. Never fails; what can't be read becomes U+FFFD.
    """
    codec = _codec(declared)
    if SEVEN_BIT.match(declared):
        return storable(data.decode(codec or "ascii", "replace"))
    if data.isascii():
        return storable(data.decode("ascii"))
    attempts = [codec, "utf-8"] if codec and MULTIBYTE.match(codec) else ["utf-8", codec]
    for attempt in (*attempts, *(_codec(hint) for hint in hints)):
        if attempt and (text := _strict(data, attempt)) is not None:
            return storable(text)
    return storable(data.decode(_guess(data, codec), "replace"))


def storable(text: str) -> str:
    """`text` without what PostgreSQL can't store: NUL signs, and halves of characters (they become U+FFFD)."""
    return UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "�", text)


def _codec(name: str) -> str | None:
    """The codec for a charset's name, in the width that mail programs give it; None for what is no charset."""
    try:
        found = codecs.lookup(name.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if found in NO_CHARSETS or found.replace("-", "_") in NO_CHARSETS:
        return None
    return WIDER.get(found, found)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError):
        return None
    if codec == "iso8859-2" and C1.search(text):  # Windows-1250 under the name of ISO-8859-2, common in Poland
        return _strict(data, "cp1250") or text
    return text


def _guess(data: bytes, codec: str | None) -> str:
    sample = data[:SAMPLE]
    if codec and codec != "utf-8" and sample.decode(codec, "replace").count("�") <= len(sample) // 100:
        return codec
    if sample.decode("utf-8", "replace").count("�") <= len(sample) // 100:
        return "utf-8"
    best = from_bytes(sample, cp_isolation=GUESSES).best()
    return best.encoding if best else codec or "cp1250"
