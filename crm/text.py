"""Text that people type: cleaning and checking, the same for forms, imports and services."""

import re

import nh3
from django.core.exceptions import ValidationError
from django.template.defaultfilters import linebreaksbr
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

RICH_TEXT_TAGS = {
    "a", "b", "blockquote", "br", "del", "div", "em", "h1", "h2", "h3", "i", "li", "ol", "p", "pre", "s", "strong", "u",
    "ul",
}  # fmt: skip
LONGEST_LINK = 60
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def check_text(value: str) -> str:
    """Refuse control characters (tab and line ends are text) and halves of characters, which no encoding has.

    Raises ValidationError.
    """
    if CONTROL_CHARACTERS.search(value):
        raise ValidationError(_("The text contains control characters that can't be stored."), code="control")
    return value


def sanitise(html: str) -> str:
    """Rich text with nothing but formatting, lists and safe links (http, https, mailto, tel) left."""
    return nh3.clean(
        html,
        tags=RICH_TEXT_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def shown_text(text: str, marks: re.Pattern[str] | None = None, *, css: str = "") -> SafeString:
    """Plain text as HTML: escaped, with its line ends, its links made clickable, and what `marks` finds in a `span`
    with the class `css`.
    """
    parts: list[str] = []
    end = 0
    for match in marks.finditer(text) if marks else ():
        parts += [_linked(text[end : match.start()]), f'<span class="{escape(css)}">{escape(match[0])}</span>']
        end = match.end()
    html = "".join([*parts, _linked(text[end:])])
    return mark_safe(linebreaksbr(mark_safe(html)))


def _linked(text: str) -> str:
    """Plain text, escaped, with links that tell nothing of where they were clicked."""
    html = urlize(text, trim_url_limit=LONGEST_LINK, autoescape=True)
    return nh3.clean(
        html,
        tags={"a"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
