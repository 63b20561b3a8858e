"""Teams: made, renamed, deleted when empty."""

from django.test import Client
from django.urls import reverse

from crm.models import Team, User
from tests.factories.crm import TeamFactory

HTMX = {"HX-Request": "true"}


def test_team_is_made_and_renamed(client: Client, adam: User) -> None:
    client.force_login(adam)
    response = client.post(reverse("crm:team_create"), {"name": "Południe"}, headers=HTMX)
    assert response.headers["HX-Redirect"] == reverse("crm:team_list")
    team = Team.objects.get()
    client.post(reverse("crm:team_edit", args=[team.pk]), {"name": "Wschód"}, headers=HTMX)
    assert Team.objects.get().name == "Wschód"


def test_name_is_taken_whatever_its_case(client: Client, adam: User) -> None:
    TeamFactory(name="Południe")
    client.force_login(adam)
    response = client.post(reverse("crm:team_create"), {"name": "POŁUDNIE"}, headers=HTMX)
    assert response.status_code == 422
    assert "Zespół o tej nazwie już istnieje." in response.content.decode()
    assert Team.objects.count() == 1


def test_team_with_members_stays_and_an_empty_one_goes(client: Client, adam: User, ola: User) -> None:
    empty = TeamFactory()
    client.force_login(adam)
    response = client.post(reverse("crm:team_delete", args=[ola.team_id]), follow=True)
    assert "Ten zespół ma członków" in response.content.decode()
    client.post(reverse("crm:team_delete", args=[empty.pk]))
    assert list(Team.objects.all()) == [ola.team]
