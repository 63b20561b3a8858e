"""HTML of messages as plain text: for the list, the search, and the description of a lead."""

import re
from html import unescape

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

LONGEST = 500_000
INVISIBLE = re.compile(r"<(style|script|head|title|template)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
TAGS = re.compile(r"<[^<>]*>")
CONFIG = ParserConfig(css=CSS_PROFILES["strict"], display_links=False)
WITH_LINKS = ParserConfig(css=CSS_PROFILES["strict"], display_links=True)


def html_to_text(html: str, *, with_links: bool = False) -> str:
    """The words of `html`, laid out as a browser would, `with_links` with the addresses of its links; of more than
    LONGEST characters only the beginning is read.
    """
    html = INVISIBLE.sub(" ", html[:LONGEST])
    if not html.strip():
        return ""
    try:
        text = get_text(html, WITH_LINKS if with_links else CONFIG)
    except Exception:  # too deep for the library, or no HTML at all
        text = ""
    text = text if text.strip() else unescape(TAGS.sub(" ", html))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip("\n")
