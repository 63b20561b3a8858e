"""OAuth2 for mailboxes of Google and Microsoft 365: consent (with PKCE, RFC 7636), and tokens kept fresh (RFC 6749)."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.deprecate import AuthlibDeprecationWarning
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from communications.imap.problems import MailProblem
from communications.models import AccountSecrets, MailAccount, Problem

with warnings.catch_warnings():
    # It asks for a successor of httpx that is not published for general use yet.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

TIMEOUT = 20  # seconds
# A token that ends within this time is renewed before it is used.
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose mailboxes they are: the application registered there (client_id, client_secret), and where it asks."""

    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    scope: str
    imap_host: str
    imap_port: int
    imap_security: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    extra: Mapping[str, str]

    @property
    def is_set_up(self) -> bool:
        return bool(self.client_id and self.client_secret)


def provider_of(sign_in: str) -> Provider | None:
    """The provider of a way to sign in; None for a password, or when the installation has no application there."""
    values = settings.MAIL_OAUTH.get(sign_in)
    provider = Provider(**values) if values else None
    return provider if provider and provider.is_set_up else None


def consent_url(provider: Provider, *, redirect_uri: str, login: str) -> tuple[str, dict[str, str]]:
    """Where the owner of the mailbox agrees, and what the session must keep until they come back."""
    verifier = generate_token(64)
    with _client(provider, redirect_uri=redirect_uri) as client:
        url, state = client.create_authorization_url(
            provider.authorize_url, code_verifier=verifier, login_hint=login, **provider.extra
        )
    return url, {"state": state, "verifier": verifier}


def take_consent(account: MailAccount, *, redirect_uri: str, answer_url: str, kept: Mapping[str, str]) -> None:
    """Store the tokens that the provider gives for its answer. Raises MailProblem when it gives none.

    `kept` is what `consent_url` gave to keep: an answer with another state belongs to somebody else's consent.
    """
    provider = _required(account)
    try:
        with _client(provider, redirect_uri=redirect_uri, state=kept["state"]) as client:
            token = client.fetch_token(
                provider.token_url, authorization_response=answer_url, code_verifier=kept["verifier"]
            )
    except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
        raise _problem(error) from error
    if not token.get("refresh_token"):
        raise MailProblem(Problem.TOKEN, "refresh_token?")
    with transaction.atomic():
        secrets, _made = AccountSecrets.objects.select_for_update().get_or_create(account=account)
        _keep(secrets, token)


def access_token(account: MailAccount) -> str:
    """A token that IMAP and SMTP take now, renewed when it is about to end. Raises MailProblem.

    Two who need it at once renew it once: providers may take a refresh token back that was used twice.
    """
    with transaction.atomic():
        secrets = AccountSecrets.objects.select_for_update().get(account=account)
        if secrets.access_token and secrets.expires_at and secrets.expires_at - MARGIN > timezone.now():
            return str(secrets.access_token)
        if not secrets.refresh_token:
            raise MailProblem(Problem.TOKEN)
        provider = _required(account)
        try:
            with _client(provider) as client:
                token = client.refresh_token(provider.token_url, refresh_token=secrets.refresh_token)
        except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
            raise _problem(error) from error
        _keep(secrets, token)
        return str(secrets.access_token)


def _keep(secrets: AccountSecrets, token: Mapping[str, Any]) -> None:
    if not token.get("access_token"):
        raise MailProblem(Problem.SERVER, "access_token?")
    secrets.access_token = token["access_token"]
    secrets.refresh_token = token.get("refresh_token") or secrets.refresh_token
    # authlib adds expires_at from expires_in; a provider that tells neither is asked again each time.
    ends = token.get("expires_at")
    secrets.expires_at = datetime.fromtimestamp(int(ends), UTC) if ends else timezone.now()
    secrets.save()


def _required(account: MailAccount) -> Provider:
    provider = provider_of(account.sign_in)
    if provider is None:
        raise MailProblem(Problem.TOKEN)
    return provider


def _client(provider: Provider, **options: Any) -> Any:
    return OAuth2Client(
        provider.client_id,
        provider.client_secret,
        scope=provider.scope,
        code_challenge_method="S256",
        timeout=TIMEOUT,
        **options,
    )


def _problem(error: Exception) -> MailProblem:
    """A refusal takes a new consent; a provider that can't be reached is asked again later."""
    if isinstance(error, AuthlibBaseError):
        return MailProblem(Problem.TOKEN, error.description or error.error or "")
    if isinstance(error, httpx.TimeoutException):
        return MailProblem(Problem.TIMEOUT)
    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (400, 401):
        return MailProblem(Problem.TOKEN)
    return MailProblem(Problem.SERVER, str(error))
