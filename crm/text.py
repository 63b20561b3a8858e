"""Text that people type: cleaning and checking, the same for forms, imports and services."""

import re

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

RICH_TEXT_TAGS = {
    "a", "b", "blockquote", "br", "del", "div", "em", "h1", "h2", "h3", "i", "li", "ol", "p", "pre", "s", "strong", "u",
    "ul",
}  # fmt: skip
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
