"""How the text of an e-mail is shown."""

import nh3
from django import template
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
LONGEST_LINK = 60


@register.filter
def mail_text(text: str) -> SafeString:
    """Plain text of a message: escaped, its links open in a new tab and tell nothing of where they were followed."""
    html = nh3.clean(
        urlize(text, trim_url_limit=LONGEST_LINK, autoescape=True),
        tags={"a"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return mark_safe(html)
