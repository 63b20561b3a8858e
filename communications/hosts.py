"""Which hosts of other people's choosing we connect to: none in an internal network, unless a setting names it.

Whoever may type a server's name could otherwise look round in our own network with it (SSRF). A name is looked up once,
its addresses are checked, and the connection goes to an address that was checked: a name that changes its mind in
between (DNS rebinding) leads nowhere. The certificate is still that of the name.
"""

import imaplib
import ipaddress
import smtplib
import socket
from collections.abc import Collection
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class InternalHost(OSError):
    """The host is in an internal network, and no setting allows it."""


def is_trusted(host: str, port: int, trusted: Collection[str]) -> bool:
    """Whether `trusted` names the host, alone or with this port (`mail.firma.lan`, `localhost:2525`)."""
    name = host.lower().rstrip(".")
    return name in trusted or f"{name}:{port}" in trusted


def addresses_of(host: str, port: int, *, trusted: Collection[str]) -> list[Address]:
    """The addresses of a host, those of IPv4 first.

    Raises InternalHost when one of them is not of the open internet and the host is not trusted; OSError or
    UnicodeError when there is no such host.
    """
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = sorted((ipaddress.ip_address(str(text).partition("%")[0]) for text in found), key=lambda ip: ip.version)
    if not is_trusted(host, port, trusted) and not all(one.is_global and not one.is_multicast for one in addresses):
        raise InternalHost(host)
    return addresses


def connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """A connection with a mail server that somebody named. Raises what `addresses_of` and connecting raise."""
    failure: OSError = OSError(host)
    for address in addresses_of(host, port, trusted=settings.MAIL_TRUSTED_HOSTS):
        try:
            return socket.create_connection((str(address), port), timeout)
        except OSError as error:
            failure = error
    raise failure


class Imap(imaplib.IMAP4):
    """An IMAP connection to a host that was checked."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect(self.host, self.port, timeout)


class ImapTLS(imaplib.IMAP4_SSL):
    """The same with TLS from the start."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = connect(self.host, self.port, timeout)
        secured: socket.socket = self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        return secured


class Smtp(smtplib.SMTP):
    """An SMTP connection to a host that was checked."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return connect(host, port, timeout)


class SmtpTLS(smtplib.SMTP_SSL, Smtp):
    """The same with TLS from the start, which `SMTP_SSL` lays over the socket of the class behind it."""
