"""Requests to hosts that settings and notifications name: never to our own network, never endless, never redirected.

`communications.hosts` holds the rule about addresses. A telephony that stands in the company's own network is named in
settings.TELEPHONY_TRUSTED_HOSTS.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from communications.hosts import InternalHost, addresses_of, is_trusted
from communications.telephony.problems import CallFailed, CallProblem

TIMEOUT = httpx.Timeout(8.0, connect=4.0)
LARGEST_ANSWER = 256 * 1024


class NotAllowed(CallFailed):
    """An address that nothing is asked of."""


def ask(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
) -> httpx.Response:
    """The answer of another server, read whole (256 KB at most).

    Raises CallFailed with what is wrong, in words.
    """
    with connect(method, url, headers=headers, content=content) as response:
        body = b""
        for piece in response.iter_raw():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise CallFailed(CallProblem.TOO_LONG)
        return httpx.Response(response.status_code, headers=_plain(response.headers), content=body)


@contextmanager
def connect(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
) -> Iterator[httpx.Response]:
    """An answer that is not read yet: for what is large. Raises as `ask` does, also while it is being read."""
    address, host = _checked(url)
    sent = {**(headers or {}), "Host": host, "Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method,
                address,
                headers=sent,
                content=content,
                # The certificate must be that of the name, whichever address was taken.
                extensions={"sni_hostname": urlsplit(url).hostname},
            ) as response,
        ):
            yield response
    except httpx.TimeoutException as error:
        raise CallFailed(CallProblem.TIMEOUT, host) from error
    except httpx.HTTPError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise CallFailed(CallProblem.CERTIFICATE, host) from error
        raise CallFailed(CallProblem.CONNECTION, host) from error


def check_url(url: str) -> None:
    """Raise NotAllowed for an address that would not be asked; the name is not looked up."""
    _parts(url)


def _checked(url: str) -> tuple[httpx.URL, str]:
    """The URL with the address in the place of the name, and what stands in the header Host."""
    host, port = _parts(url)
    try:
        addresses = addresses_of(host, port, trusted=settings.TELEPHONY_TRUSTED_HOSTS)
    except InternalHost as error:
        raise NotAllowed(CallProblem.INTERNAL, host) from error
    except (OSError, UnicodeError) as error:
        raise CallFailed(CallProblem.HOST_UNKNOWN, host) from error
    return httpx.URL(url).copy_with(host=str(addresses[0])), urlsplit(url).netloc.rpartition("@")[2]


def _parts(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise NotAllowed(CallProblem.NO_ADDRESS, url[:200]) from error
    port = port or (443 if parts.scheme == "https" else 80)
    schemes = ("https", "http") if is_trusted(host, port, settings.TELEPHONY_TRUSTED_HOSTS) else ("https",)
    if not host or parts.username or parts.password or parts.scheme not in schemes:
        raise NotAllowed(CallProblem.NOT_HTTPS)
    return host, port


def _plain(headers: httpx.Headers) -> dict[str, str]:
    return {"Content-Type": headers.get("Content-Type", "")}
