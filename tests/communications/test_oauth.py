"""Mailboxes of Google and Microsoft: consent, tokens and their renewal, with a Dovecot that takes tokens alone."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from communications.imap.problems import MailProblem
from communications.models import AccountSecrets, MailAccount, Message, Problem
from communications.oauth import access_token
from communications.services.importing import import_account
from tests.communications.dovecot import running_dovecot
from tests.communications.mails import fetch_all, mail
from tests.communications.oauth_server import running_oauth_server

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def servers():
    with running_oauth_server() as provider, running_dovecot(introspection_url=f"{provider.url}/introspect") as dovecot:
        yield provider, dovecot


@pytest.fixture
def provider(servers, settings):
    provider, dovecot = servers
    settings.MAIL_CA_FILE = dovecot.ca_file
    settings.MAIL_OAUTH = {"google": provider.settings(imap_port=dovecot.tls_port)}
    provider.login, provider.lifetime, provider.is_down, provider.refreshed = "ola@lejek.test", 3600, False, 0
    provider.take_back()
    return provider


@pytest.fixture
def mailbox_of_ola(servers):
    _provider, dovecot = servers
    dovecot.add_user("ola@lejek.test")
    dovecot.deliver("ola@lejek.test", mail(f"Zapytanie {timezone.now()}"))


@pytest.fixture
def account(client, ola, provider):
    """Ola's account, set up in the browser, with no consent yet."""
    client.force_login(ola)
    form = {
        "from_address": "ola@lejek.test", "sign_in": "google", "imap_security": "tls", "smtp_security": "tls",
        "folders": ["INBOX"], "start_date": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert client.post(reverse("communications:own_account_create"), form).status_code == 302
    return MailAccount.objects.get()


def agree(client, provider, account):
    """Go to the provider, agree, and come back."""
    there = client.get(reverse("communications:account_consent", args=[account.pk]))
    back = urlsplit(provider.agree(there.url))
    return client.get(f"{back.path}?{back.query}")


def test_the_owner_agrees_and_the_mailbox_is_fetched(client, provider, account, mailbox_of_ola):
    page = client.get(reverse("communications:account_edit", args=[account.pk])).content.decode()
    assert "Zaloguj przez Google" in page

    answer = agree(client, provider, account)

    assert answer.url == reverse("communications:account_edit", args=[account.pk])
    account.secrets.refresh_from_db()
    assert account.secrets.access_token in provider.access_tokens
    assert account.secrets.refresh_token in provider.refresh_tokens
    assert len(fetch_all(account)) == 1
    account.health.refresh_from_db()
    assert account.health.problem == ""


def test_a_token_that_ends_is_renewed_by_itself(client, provider, account, mailbox_of_ola):
    agree(client, provider, account)
    AccountSecrets.objects.update(expires_at=timezone.now() + timedelta(seconds=30))

    import_account(account_id=account.pk)

    assert provider.refreshed == 1
    assert Message.objects.exists()
    import_account(account_id=account.pk)
    assert provider.refreshed == 1


def test_a_consent_that_was_taken_back_is_told_and_given_again(client, provider, account, mailbox_of_ola):
    agree(client, provider, account)
    provider.take_back()

    import_account(account_id=account.pk)  # the token is refused
    import_account(account_id=account.pk)  # and so is its renewal

    account.health.refresh_from_db()
    assert account.health.problem == Problem.TOKEN
    page = client.get(reverse("communications:account_health", args=[account.pk])).content.decode()
    assert "Zaloguj się ponownie" in page
    agree(client, provider, account)
    assert len(fetch_all(account)) >= 1
    account.health.refresh_from_db()
    assert account.health.problem == ""


def test_a_provider_that_is_down_costs_no_consent(client, provider, account):
    agree(client, provider, account)
    AccountSecrets.objects.update(expires_at=timezone.now())
    provider.is_down = True

    with pytest.raises(MailProblem) as caught:
        access_token(MailAccount.objects.get())

    assert caught.value.problem == Problem.SERVER
    assert AccountSecrets.objects.get().refresh_token in provider.refresh_tokens


def test_an_answer_that_was_not_asked_for_changes_nothing(client, provider, account, marek):
    there = client.get(reverse("communications:account_consent", args=[account.pk])).url
    back = urlsplit(provider.agree(there))
    forged = f"{back.path}?code={parse_qs(back.query)['code'][0]}&state=forged"

    client.get(forged)
    assert AccountSecrets.objects.get().refresh_token == ""
    assert client.get(f"{back.path}?{back.query}").status_code == 404  # the session keeps it for one answer
    client.force_login(marek)
    assert client.get(f"{back.path}?{back.query}").status_code == 404
    assert AccountSecrets.objects.get().refresh_token == ""


def test_a_refusal_at_the_provider_is_told(client, provider, account):
    client.get(reverse("communications:account_consent", args=[account.pk]))

    answer = client.get(reverse("communications:account_consent_done"), {"error": "access_denied"}, follow=True)

    assert "Nie udzielono zgody" in answer.content.decode()
    assert AccountSecrets.objects.get().refresh_token == ""


def test_a_provider_without_an_application_is_not_offered(client, ola, settings):
    settings.MAIL_OAUTH = {}
    client.force_login(ola)

    page = client.get(reverse("communications:own_account_create")).content.decode()

    assert "Google" not in page
