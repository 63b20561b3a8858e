"""Encryption of connections with mail servers: certificates are always checked."""

import ssl

from django.conf import settings


def mail_context() -> ssl.SSLContext:
    """The usual authorities, and that of a company's own servers where the setting MAIL_CA_FILE names it."""
    context = ssl.create_default_context()
    if settings.MAIL_CA_FILE:
        context.load_verify_locations(settings.MAIL_CA_FILE)
    return context
