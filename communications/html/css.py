"""Styles of messages: what is left may change how words look, never where they stand or what is loaded."""

import re

PROPERTIES = {
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
    "border-radius", "border-right", "border-right-color", "border-right-style", "border-right-width", "border-spacing",
    "border-style", "border-top", "border-top-color", "border-top-style", "border-top-width", "border-width", "color",
    "direction", "display", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "max-width", "min-width", "padding", "padding-bottom",
    "padding-left", "padding-right", "padding-top", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "table-layout", "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align",
    "white-space", "width", "word-break", "word-spacing", "word-wrap", "overflow-wrap", "background",
}  # fmt: skip
# Functions load or compute (url, image-set, expression, var), backslashes hide names, the rest ends a declaration.
HARMLESS_FUNCTIONS = re.compile(r"\b(?:rgba?|hsla?)\([\d\s.,%/]*\)", re.I)
SUSPECT = re.compile(r"[\\(){}<>@&;]|/\*|\bexpression\b|javascript|behavio|-moz-binding", re.I)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
# Heights of the window: the frame is as high as its text, which would grow with it for ever.
OF_WINDOW = re.compile(r"\d\s*[sld]?v(?:h|b|min|max)\b", re.I)
# Margins that pull a part over another, and boxes that only scrolling would show.
NEGATIVE = re.compile(r"(^|\s)-\s*[\d.]")
LONGEST = 4000


def safe_style(style: str) -> str:
    """The declarations of a `style` attribute that are known to be harmless, "" when none is."""
    kept: list[str] = []
    for declaration in COMMENT.sub(" ", style[:LONGEST]).split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if colon and value and name in PROPERTIES and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _is_harmless(name: str, value: str) -> bool:
    if SUSPECT.search(HARMLESS_FUNCTIONS.sub("", value)) or OF_WINDOW.search(value):
        return False
    return not (name.startswith(("margin", "text-indent", "letter-spacing", "word-spacing")) and NEGATIVE.search(value))
