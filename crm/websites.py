"""Addresses of web sites that people type: only what a browser may follow safely."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
HOST = re.compile(r"^[^\s/?#@<>\"'`{}|\\^]+\.[^\s/?#@<>\"'`{}|\\^]{2,}(?:[/?#][^\s<>\"`]*)?$")


def check_website(value: str) -> str:
    """`value` (`acme.pl`, `https://acme.pl/kontakt`) as it is.

    Raises ValidationError for anything that is no web address and for schemes other than http and https.
    """
    if value and not website_link(value):
        raise ValidationError(_("Enter a web address, for example www.example.com."), code="website")
    return value


def website_link(value: str) -> str:
    """The address to follow, with its scheme; "" when `value` is none that is safe."""
    value = value.strip()
    scheme, separator, rest = value.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        return value if HOST.match(rest) else ""
    if SCHEME.match(value) or not HOST.match(value):
        return ""
    return f"https://{value}"
