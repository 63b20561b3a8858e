"""How values of partners look."""

from django import template

from crm.nip import format_nip
from crm.templatetags.lejek import NOTHING
from crm.websites import website_link as safe_link

register = template.Library()


@register.filter
def nip(digits: str) -> str:
    """A NIP as it is printed; a dash for none."""
    return format_nip(digits) if digits else NOTHING


@register.filter
def website_link(value: str) -> str:
    """The address to follow; "" when the value is none that is safe."""
    return safe_link(value)
