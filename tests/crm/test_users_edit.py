"""Changing users: what is stored, who may, and the administrator that must remain."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from crm.errors import RuleError
from crm.models import User
from crm.people import role_of
from crm.roles import ADMINISTRATOR, MANAGER, SALES
from crm.services.users import activate_user, deactivate_user, update_user
from tests.factories.crm import PASSWORD, TeamFactory, UserFactory


def _values(**changes: object) -> dict[str, object]:
    return {
        "first_name": "Ola",
        "last_name": "Żak",
        "email": "ola@lejek.test",
        "role": SALES,
        "language": "pl",
        "phone_extension": "",
        "team": "",
    } | changes


def test_administrator_changes_everything(client: Client, adam: User, ola: User) -> None:
    own = Group.objects.create(name="Eksporterzy")
    ola.groups.add(own)
    EmailAddress.objects.create(user=ola, email="ola@lejek.test", primary=True, verified=True)
    team = TeamFactory()
    client.force_login(adam)
    values = _values(first_name="Olga", email="Olga@lejek.test", role=MANAGER, team=team.pk, language="en")
    response = client.post(reverse("crm:user_edit", args=[ola.pk]), values, follow=True)
    assert "Zapisano użytkownika." in response.content.decode()
    ola = User.objects.get(pk=ola.pk)
    assert (ola.first_name, ola.email, ola.team, ola.language) == ("Olga", "olga@lejek.test", team, "en")
    assert {group.name for group in ola.groups.all()} == {MANAGER, "Eksporterzy"}
    assert not EmailAddress.objects.exists()


def test_manager_changes_a_sales_person_but_not_role_or_team(client: Client, ewa: User, ola: User) -> None:
    client.force_login(ewa)
    client.post(
        reverse("crm:user_edit", args=[ola.pk]),
        _values(phone_extension="77", role=ADMINISTRATOR, team=TeamFactory().pk),
    )
    ola = User.objects.get(pk=ola.pk)
    assert (ola.phone_extension, role_of(ola), ola.team) == ("77", SALES, ewa.team)


@pytest.mark.parametrize("known", [True, False])
def test_manager_opens_nobody_above_or_outside(client: Client, ewa: User, adam: User, marek: User, known: bool) -> None:
    target = UserFactory(role=MANAGER, team=ewa.team) if known else marek
    client.force_login(ewa)
    response = client.post(reverse("crm:user_edit", args=[target.pk]), _values(email="zmiana@lejek.test"))
    assert response.status_code == (403 if known else 404)
    assert not User.objects.filter(email="zmiana@lejek.test").exists()


def test_service_refuses_what_a_manager_may_not(ewa: User, ola: User, marek: User) -> None:
    with pytest.raises(RuleError):
        update_user(user=marek, values={"first_name": "X"}, by=ewa)
    with pytest.raises(RuleError) as refused:
        update_user(user=ola, values={"role": ADMINISTRATOR}, by=ewa)
    assert refused.value.field == "role"
    with pytest.raises(RuleError):
        update_user(user=ola, values={"team": TeamFactory()}, by=ewa)
    with pytest.raises(RuleError):
        update_user(user=ola, values={"first_name": "X"}, by=marek)
    assert role_of(User.objects.get(pk=ola.pk)) == SALES


def test_last_administrator_keeps_the_role(client: Client, adam: User) -> None:
    UserFactory(role=ADMINISTRATOR, is_active=False)
    client.force_login(adam)
    response = client.post(reverse("crm:user_edit", args=[adam.pk]), _values(email=adam.email, role=SALES))
    assert response.status_code == 422
    assert response.context["form"].errors["role"] == ["To ostatni aktywny administrator."]
    assert role_of(User.objects.get(pk=adam.pk)) == ADMINISTRATOR


def test_an_administrator_beside_another_may_go(adam: User) -> None:
    second = UserFactory(role=ADMINISTRATOR)
    deactivate_user(user=second, by=adam)
    assert not User.objects.get(pk=second.pk).is_active


def test_last_administrator_and_oneself_stay_active(adam: User) -> None:
    root = UserFactory(is_superuser=True)
    with pytest.raises(RuleError):
        deactivate_user(user=adam, by=adam)
    deactivate_user(user=adam, by=root)
    with pytest.raises(RuleError):
        deactivate_user(user=root, by=root)
    assert User.objects.get(pk=root.pk).is_active


def test_deactivated_is_out_at_once_and_comes_back(client: Client, adam: User, ola: User) -> None:
    client.force_login(ola)
    deactivate_user(user=ola, by=adam)
    assert client.get(reverse("crm:session_show")).json() == {"authenticated": False}
    assert not Client().login(email=ola.email, password=PASSWORD)
    client.force_login(adam)
    client.post(reverse("crm:user_activate", args=[ola.pk]))
    assert User.objects.get(pk=ola.pk).is_active


def test_person_without_email_is_not_activated(adam: User) -> None:
    person = UserFactory(email=None, is_active=False, password=None)
    with pytest.raises(RuleError):
        activate_user(user=person, by=adam)
    assert not User.objects.get(pk=person.pk).is_active
