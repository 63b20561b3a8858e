"""How calls look."""

from django import template

from communications.calls import length_text

register = template.Library()

register.filter("length_text", length_text)
