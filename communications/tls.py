"""Encryption of connections with mail servers: certificates are always checked."""

import ssl

from django.conf import settings


def mail_context() -> ssl.SSLContext:
    """The usual authorities, that of a company's own servers where the setting MAIL_CA_FILE names it, and the
    certificate of the demo's mail server, which holds for localhost alone.
    """
    context = ssl.create_default_context()
    for file in filter(None, (settings.MAIL_CA_FILE, settings.DEMO_MAIL_CERTIFICATE)):
        context.load_verify_locations(file)
    return context
