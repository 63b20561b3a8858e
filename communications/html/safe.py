"""HTML of messages without anything that acts, loads or leaves its place.

What comes out is shown in a frame of its own, whose policy (communications.html.frame) forbids the same things again.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import nh3

from communications.html.css import safe_style

TAGS = {
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
    "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# Gone with all they hold. Of other unknown elements the words stay.
DROPPED = {
    "script", "style", "title", "head", "template", "svg", "math", "iframe", "frame", "frameset", "object", "embed",
    "applet", "audio", "video", "canvas", "select", "textarea", "button", "noscript", "noframes", "noembed", "xmp",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"align", "bgcolor", "color", "dir", "height", "lang", "style", "title", "valign", "width"},
    "a": {"href"},
    "font": {"face", "size"},
    "img": {"alt", "src", "border", "hspace", "vspace"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "ul": {"type"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
SIZE = re.compile(r"\s*\d{1,4}(\.\d+)?\s*(%|px|em|pt)?\s*")
IMAGE = re.compile(r"<img\b[^>]{0,4000}>", re.I)
PIXEL = re.compile(
    r"(?<![\w?&-])(?:width|height)\s*[=:]\s*[\"']?\s*[0-2](?:px)?\s*(?:[\"';\s/>]|$)|display\s*:\s*none", re.I
)
REMOTE = re.compile(r"\s*(https?:)?//", re.I)


def sanitise_message(html: str) -> str:
    """The HTML of a message as it may be stored and, in its frame, be shown.

    Images keep their addresses (`http`, `https`, `cid`); those of one or two dots, which only tell that the message
    was read, are gone. Links open elsewhere and tell nothing of where they were followed.
    """
    return _clean(html, None, remote=True)


def shown_message(html: str, *, pictures: Mapping[str, str], remote: bool) -> str:
    """`html` with the pictures of the message, by their content IDs, as `data:` addresses; other images only when
    `remote` is asked for. Whatever the HTML is, it comes out as harmless as from `sanitise_message`.
    """
    return _clean(html, pictures, remote=remote)


def remote_images(html: str) -> int:
    """How many images of a sanitised message lie on servers of others."""
    return sum(bool(re.search(r"\bsrc=\"(https?:)?//", image, re.I)) for image in IMAGE.findall(html))


def content_ids(html: str) -> set[str]:
    """The content IDs (RFC 2392) of the pictures that a sanitised message shows."""
    return {cid for found in re.findall(r"\bsrc=\"cid:([^\"]+)\"", html) if (cid := _content_id(found))}


def _clean(html: str, pictures: Mapping[str, str] | None, *, remote: bool) -> str:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return safe_style(value) or None
        if name in ("width", "height"):
            return value if SIZE.fullmatch(value) else None
        if name == "href":
            return value if not value.strip().lower().startswith("cid:") else None
        if name == "src" and value.lower().startswith("cid:"):
            return value if pictures is None else pictures.get(_content_id(value[4:]))
        if name == "src":
            return value if remote and REMOTE.match(value) else None
        return value

    return nh3.clean(
        IMAGE.sub(_without_pixels, html),
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _without_pixels(found: re.Match[str]) -> str:
    return "" if PIXEL.search(found[0]) else found[0]


def _content_id(address: str) -> str:
    return unquote(address).strip("<> ")
