"""Inviting: who is made, what is sent, what the link does and when it stops."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Invitation, Team, User
from crm.people import role_of
from crm.roles import ADMINISTRATOR, MANAGER, SALES
from crm.services.invitations import open_invitation, token_of
from tests.factories.crm import TeamFactory, UserFactory
from tests.worker import Worker

URL = reverse("crm:user_invite")
JAN = {"first_name": "Jan", "last_name": "Łoś", "email": "Jan@Firma.PL", "role": SALES, "language": "pl"}
PASSWORD = "bardzo-dobre-haslo"


def _invite(client: Client, worker: Worker, by: User, url: str = URL, **changes: object) -> object:
    client.force_login(by)
    with worker():
        return client.post(url, JAN | changes)


def _link(index: int = -1) -> str:
    found = re.search(r"http://testserver(/accounts/invitation/\S+)", str(mail.outbox[index].body))
    assert found
    return found[1]


def test_invited_sets_a_password_and_is_in(client: Client, adam: User, team: Team, worker: Worker) -> None:
    response = _invite(client, worker, adam, team=team.pk, phone_extension="12")
    jan = User.objects.get(email="jan@firma.pl")
    assert response.url == reverse("crm:user_list") + "?state=invited"
    assert (jan.is_active, jan.has_usable_password(), role_of(jan)) == (True, False, SALES)
    assert (jan.team, jan.phone_extension) == (team, "12")
    assert [message.to for message in mail.outbox] == [["jan@firma.pl"]]
    assert mail.outbox[0].subject == "Lejek: zaproszenie"
    assert "Dzień dobry, Jan," in mail.outbox[0].body
    assert "Adam Nowak zaprasza Cię" in mail.outbox[0].body
    assert Invitation.objects.get().sent_at

    guest = Client()
    assert "Witaj, Jan" in guest.get(_link()).content.decode()
    response = guest.post(_link(), {"password1": PASSWORD, "password2": PASSWORD})
    assert response.url == "/"
    assert guest.get(reverse("crm:session_show")).json()["user"] == jan.pk
    jan.refresh_from_db()
    assert jan.check_password(PASSWORD)
    again = Client().get(_link())
    assert again.status_code == 410
    assert "To zaproszenie już nie działa" in again.content.decode()


def test_mail_speaks_the_language_of_the_invited(client: Client, adam: User, worker: Worker) -> None:
    _invite(client, worker, adam, language="en")
    assert mail.outbox[0].subject == "Lejek: invitation"
    assert "The address works once, for 7 days." in mail.outbox[0].body
    assert "Welcome, Jan" in Client().get(_link()).content.decode()


@pytest.mark.parametrize(
    ("passwords", "told"),
    [
        (("krotkie", "krotkie"), "za krótkie"),
        (("password123", "password123"), "zbyt powszechne"),
        ((PASSWORD, PASSWORD + "x"), "Hasła różnią się"),
        (("", ""), "To pole jest wymagane"),
    ],
)
def test_bad_password_leaves_the_link_good(
    client: Client, adam: User, worker: Worker, passwords: tuple[str, str], told: str
) -> None:
    _invite(client, worker, adam)
    response = Client().post(_link(), dict(zip(("password1", "password2"), passwords, strict=True)))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not User.objects.get(email="jan@firma.pl").has_usable_password()
    assert Client().get(_link()).status_code == 200


def test_link_is_good_for_seven_days(client: Client, adam: User, worker: Worker) -> None:
    _invite(client, worker, adam)
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=6, hours=23)):
        assert Client().get(_link()).status_code == 200
    with time_machine.travel(now + timedelta(days=7, minutes=1)):
        assert Client().get(_link()).status_code == 410


def test_forged_link_is_nothing(db: None) -> None:
    assert Client().get(reverse("crm:invitation_accept", args=["forged"])).status_code == 410


def test_sending_again_takes_the_old_link_back(client: Client, adam: User, worker: Worker) -> None:
    _invite(client, worker, adam)
    jan = User.objects.get(email="jan@firma.pl")
    with worker():
        client.post(reverse("crm:user_resend", args=[jan.pk]))
    assert len(mail.outbox) == 2
    assert Client().get(_link(0)).status_code == 410
    assert Client().get(_link(1)).status_code == 200


def test_deactivated_in_between_cannot_accept(client: Client, adam: User, worker: Worker) -> None:
    _invite(client, worker, adam)
    User.objects.filter(email="jan@firma.pl").update(is_active=False)
    assert Client().get(_link()).status_code == 410


def test_who_has_a_password_is_not_invited_again(client: Client, adam: User, ola: User, worker: Worker) -> None:
    client.force_login(adam)
    with worker():
        response = client.post(reverse("crm:user_resend", args=[ola.pk]), follow=True)
    assert "przyjął już zaproszenie" in response.content.decode()
    assert not mail.outbox


def test_taken_email_is_an_error_at_the_field(client: Client, adam: User, ola: User, worker: Worker) -> None:
    response = _invite(client, worker, adam, email="OLA@lejek.test")
    assert response.status_code == 422
    assert response.context["form"].errors["email"] == ["Ten adres e-mail ma już inny użytkownik."]
    assert not User.objects.filter(last_name="Łoś").exists()
    assert not mail.outbox


@pytest.mark.parametrize(
    ("field", "value"), [("first_name", "a\x00b"), ("last_name", "x" * 101), ("email", "nie adres"), ("role", "Szef")]
)
def test_bad_input_invites_nobody(client: Client, adam: User, worker: Worker, field: str, value: str) -> None:
    response = _invite(client, worker, adam, **{field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert User.objects.count() == 1
    assert not mail.outbox


@pytest.mark.parametrize("role", [MANAGER, ADMINISTRATOR])
def test_manager_invites_sales_people_into_the_own_team_only(
    client: Client, ewa: User, worker: Worker, role: str
) -> None:
    other = TeamFactory()
    _invite(client, worker, ewa, role=role, team=other.pk)
    jan = User.objects.get(email="jan@firma.pl")
    assert (role_of(jan), jan.team) == (SALES, ewa.team)


def test_person_of_an_import_becomes_real(client: Client, adam: User, worker: Worker) -> None:
    person = UserFactory(first_name="Anna", last_name="Snelling", email=None, is_active=False, password=None)
    _invite(client, worker, adam, reverse("crm:person_invite", args=[person.pk]), first_name="Anna")
    person.refresh_from_db()
    assert (person.email, person.is_active, role_of(person)) == ("jan@firma.pl", True, SALES)
    assert len(mail.outbox) == 1


def test_failed_mail_is_shown_beside_the_user(
    client: Client, adam: User, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr("crm.services.invitations.send_mail", refuse)
    client.force_login(adam)
    with worker():
        client.post(URL, JAN)
    page = client.get(reverse("crm:user_list"), {"state": "invited"}).content.decode()
    assert "Zaproszenie niewysłane" in page
    invitation = Invitation.objects.get()
    assert (invitation.sent_at, invitation.error) == (None, "Connection refused")
    assert open_invitation(token_of(invitation)) == invitation
