"""How calls look."""

from django import template

from communications.calls import length_text
from crm.current import system_settings
from crm.phones import format_e164, to_e164

register = template.Library()

register.filter("length_text", length_text)


@register.filter
def phone_number(told: str) -> str:
    """A number as people read it; what is none (an extension, a word) as it was told."""
    region = system_settings().default_region
    return format_e164(to_e164(told, region=region), region=region) or told
