"""Answers to what is refused or broken."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from crm.models import User
from crm.views.errors import server_error


@pytest.mark.parametrize(
    ("url", "status", "told"),
    [("/nie-ma/", 404, "Tu nic nie ma"), (reverse("crm:user_list"), 403, "Brak dostępu")],
)
def test_page_with_a_way_out(client: Client, ola: User, url: str, status: int, told: str) -> None:
    client.force_login(ola)
    response = client.get(url)
    assert response.status_code == status
    assert told in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_script_gets_the_status_alone(client: Client, ola: User) -> None:
    client.force_login(ola)
    response = client.get(reverse("crm:user_list"), headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (403, b"")


@override_settings(REQUEST_MAX_BYTES=1000)
def test_body_that_is_too_large_is_refused_unread(client: Client, ola: User) -> None:
    client.force_login(ola)
    upload = SimpleUploadedFile("a.png", b"x" * 2000)
    response = client.post(reverse("crm:profile_edit"), {"first_name": "Olga", "upload": upload})
    assert response.status_code == 413
    assert "Wybierz mniejszy plik" in response.content.decode()
    back = {"HTTP_REFERER": f"http://testserver{reverse('crm:profile_edit')}"}
    again = client.post(reverse("crm:profile_edit"), {"upload": SimpleUploadedFile("a.png", b"x" * 2000)}, **back)
    assert f'href="{back["HTTP_REFERER"]}"' in again.content.decode()
    back = {"HTTP_REFERER": "http://elsewhere.example/"}
    again = client.post(reverse("crm:profile_edit"), {"upload": SimpleUploadedFile("a.png", b"x" * 2000)}, **back)
    assert "elsewhere" not in again.content.decode()
    assert User.objects.get(pk=ola.pk).first_name == "Ola"


def test_form_that_is_too_large_is_413_too(client: Client, ola: User) -> None:
    client.force_login(ola)
    response = client.post(reverse("crm:profile_edit"), {"first_name": "x" * (6 * 1024 * 1024)})
    assert response.status_code == 413


def test_too_many_fields_are_400(client: Client, ola: User) -> None:
    client.force_login(ola)
    response = client.post(reverse("crm:profile_edit"), {f"f{number}": "" for number in range(2500)})
    assert response.status_code == 400


def test_broken_server_answers_without_the_database() -> None:
    # No database in this test: touching it would fail.
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Coś poszło nie tak" in response.content.decode()
