"""The page of users: who is on it, for whom."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import User
from tests.factories.crm import UserFactory

URL = reverse("crm:user_list")


def _names(client: Client, **query: str) -> set[str]:
    return {str(person) for person in client.get(URL, query).context["page"].rows}


def test_administrator_sees_everyone(client: Client, adam: User, ola: User, marek: User) -> None:
    client.force_login(adam)
    assert _names(client) == {"Adam Nowak", "Ola Żak", "Marek Ćwik"}


def test_manager_sees_the_own_team_and_opens_its_sales_people_only(
    client: Client, ewa: User, ola: User, marek: User
) -> None:
    client.force_login(ewa)
    page = client.get(URL).content.decode()
    assert "Ola Żak" in page
    assert "Marek Ćwik" not in page
    assert reverse("crm:user_edit", args=[ola.pk]) in page
    assert reverse("crm:user_edit", args=[ewa.pk]) not in page


def test_manager_without_a_team_sees_nobody(client: Client, ewa: User, ola: User) -> None:
    User.objects.filter(pk=ewa.pk).update(team=None)
    client.force_login(ewa)
    assert _names(client) == set()


def test_searches_without_diacritics_and_by_state(client: Client, adam: User, ola: User, marek: User) -> None:
    UserFactory(first_name="Iza", last_name="Dawna", is_active=False)
    UserFactory(first_name="Jan", last_name="Nowy", password=None)
    client.force_login(adam)
    assert _names(client, q="cwik MAREK") == {"Marek Ćwik"}
    assert _names(client, q="ola@lejek") == {"Ola Żak"}
    assert _names(client, q="\x00%_'") == set()
    assert _names(client, state="inactive") == {"Iza Dawna"}
    assert _names(client, state="invited") == {"Jan Nowy"}
    assert len(_names(client, state="nonsense", after="forged")) == 5


def test_pages_go_on_after_fifty(client: Client, adam: User) -> None:
    UserFactory.create_batch(60)
    client.force_login(adam)
    first = client.get(URL).context["page"]
    second = client.get(URL, {"after": first.after}).context["page"]
    assert (len(first.rows), len(second.rows)) == (50, 11)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


@pytest.mark.parametrize("count", [3, 40])
def test_queries_do_not_grow_with_users(client: Client, adam: User, count: int, django_assert_max_num_queries) -> None:
    UserFactory.create_batch(count)
    client.force_login(adam)
    client.get(URL)
    with django_assert_max_num_queries(8):
        assert client.get(URL).status_code == 200


def test_htmx_gets_the_list_alone(client: Client, adam: User) -> None:
    client.force_login(adam)
    page = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert page.strip().startswith('<div id="user-list">')
