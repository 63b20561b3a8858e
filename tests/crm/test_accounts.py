"""Signing in: what a guest gets, what an ended session answers, mail about accounts."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from crm.models import User
from tests.factories.crm import PASSWORD
from tests.worker import Worker

LOGIN = reverse("account_login")


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    """Attempts to sign in are counted in the cache, which outlives a test."""
    cache.clear()


def test_guest_goes_to_the_login_page_and_back(client: Client, ola: User) -> None:
    response = client.get(reverse("crm:profile_edit"))
    assert response.headers["Location"] == f"{LOGIN}?next=/accounts/profile/"
    response = client.post(response.headers["Location"], {"login": ola.email, "password": PASSWORD})
    assert response.headers["Location"] == "/accounts/profile/"


def test_script_of_an_ended_session_gets_401(client: Client, ola: User) -> None:
    answer = client.post(reverse("crm:profile_edit"), {"first_name": "Olga"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Reswap"], answer.content) == (401, "none", b"")
    answer = client.get(reverse("crm:profile_edit"), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"authenticated": False})
    assert User.objects.get(pk=ola.pk).first_name == "Ola"


def test_session_tells_who_and_the_token(client: Client, ola: User) -> None:
    assert client.get(reverse("crm:session_show")).json() == {"authenticated": False}
    client.force_login(ola)
    session = client.get(reverse("crm:session_show")).json()
    assert session["user"] == ola.pk
    assert session["csrf"]


def test_form_with_an_old_token_says_so(ola: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ola)
    page = client.post(reverse("crm:profile_edit"), {"first_name": "Olga"})
    assert page.status_code == 403
    assert "Formularz wygasł" in page.content.decode()
    answer = client.post(reverse("crm:theme_update"), {"theme": "dark"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-CSRF-Failed"], answer.content) == (403, "1", b"")


def test_nobody_signs_up_and_emails_are_not_self_service(client: Client, adam: User) -> None:
    page = client.post(
        reverse("account_signup"),
        {"email": "x@y.pl", "password1": "aB3-dluzsze-haslo", "password2": "aB3-dluzsze-haslo"},
    )
    assert "Konta zakładane są na zaproszenie" in page.content.decode()
    assert User.objects.count() == 1
    client.force_login(adam)
    assert client.get(reverse("account_email")).headers["Location"] == reverse("crm:profile_edit")


@pytest.mark.parametrize(("language", "subject"), [("pl", "Lejek: nowe hasło"), ("en", "Lejek: new password")])
def test_forgotten_password_by_mail(client: Client, ola: User, worker: Worker, language: str, subject: str) -> None:
    User.objects.filter(pk=ola.pk).update(language=language)
    with worker():
        client.post(reverse("account_reset_password"), {"email": "OLA@lejek.test"})
    assert [(message.subject, message.to) for message in mail.outbox] == [(subject, ["ola@lejek.test"])]
    link = next(word for word in str(mail.outbox[0].body).split() if "/accounts/password/reset/key/" in word)
    response = client.get(link.removeprefix("http://testserver"), follow=True)
    new = "zupelnie-nowe-haslo"
    with worker():
        client.post(response.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert User.objects.get(pk=ola.pk).check_password(new)
    assert len(mail.outbox) == 2


def test_stranger_and_inactive_get_no_mail_and_no_hint(client: Client, ola: User, worker: Worker) -> None:
    User.objects.filter(pk=ola.pk).update(is_active=False)
    with worker():
        answers = [
            client.post(reverse("account_reset_password"), {"email": email}).headers["Location"]
            for email in ("obcy@lejek.test", "ola@lejek.test")
        ]
    assert answers[0] == answers[1]
    assert not mail.outbox


def test_login_is_slowed_down(client: Client, ola: User) -> None:
    for _attempt in range(12):
        client.post(LOGIN, {"login": ola.email, "password": "zgaduję"})
    page = client.post(LOGIN, {"login": ola.email, "password": PASSWORD}).content.decode()
    assert "Zbyt wiele" in page
    assert client.get(reverse("crm:session_show")).json() == {"authenticated": False}


def test_change_of_the_second_step_asks_for_the_password(client: Client, ola: User) -> None:
    client.force_login(ola)
    response = client.get(reverse("mfa_activate_totp"))
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_pages_allow_no_inline_code(client: Client, ola: User) -> None:
    client.force_login(ola)
    for url in (reverse("crm:profile_edit"), reverse("mfa_index"), LOGIN):
        response = client.get(url, follow=True)
        page = response.content.decode()
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_a_security_key_is_offered_to_who_has_one(client: Client, ola: User) -> None:
    TOTP.activate(ola, generate_totp_secret())
    response = client.post(LOGIN, {"login": ola.email, "password": PASSWORD}, follow=True)
    assert "Drugi krok logowania" in response.content.decode()
    assert "Użyj klucza" not in response.content.decode()
