"""The own profile, the photo, theme and language."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from crm.models import User
from crm.roles import SALES

URL = reverse("crm:profile_edit")
VALUES = {"first_name": "Ola", "last_name": "Żak", "phone_extension": "12", "language": "pl", "theme": "dark"}


def _picture(kind: str = "PNG", size: tuple[int, int] = (400, 300)) -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", size, "#4f56d6").save(buffer, kind)
    return SimpleUploadedFile(f"zdjęcie.{kind.lower()}", buffer.getvalue())


def test_stores_what_is_the_users_own_and_nothing_else(client: Client, ola: User) -> None:
    client.force_login(ola)
    forged = {"email": "inny@lejek.test", "is_superuser": "1", "team": "", "is_active": ""}
    response = client.post(URL, VALUES | {"first_name": "Olga", "language": "en"} | forged)
    assert response.status_code == 302
    stored = User.objects.get(pk=ola.pk)
    assert (stored.first_name, stored.phone_extension, stored.theme, stored.language) == ("Olga", "12", "dark", "en")
    assert (stored.email, stored.is_superuser, stored.team, stored.is_active) == (ola.email, False, ola.team, True)
    page = client.get(URL).content.decode()
    assert '<html lang="en"' in page
    assert 'data-bs-theme="dark"' in page


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_photo_becomes_a_small_square_of_our_own(client: Client, ola: User, marek: User, kind: str) -> None:
    client.force_login(ola)
    client.post(URL, VALUES | {"upload": _picture(kind)})
    stored = User.objects.get(pk=ola.pk)
    client.force_login(marek)
    response = client.get(reverse("crm:user_photo", args=[ola.pk]))
    content = b"".join(response)  # type: ignore[arg-type]
    with Image.open(BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (256, 256))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "image/webp"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    stored.photo.delete()


def test_photo_is_for_signed_in_people(client: Client, ola: User) -> None:
    assert client.get(reverse("crm:user_photo", args=[ola.pk])).status_code == 302
    client.force_login(ola)
    assert client.get(reverse("crm:user_photo", args=[ola.pk])).status_code == 404


def test_new_photo_and_removal_take_the_old_file_away(
    client: Client, ola: User, django_capture_on_commit_callbacks
) -> None:
    client.force_login(ola)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, VALUES | {"upload": _picture()})
    first = Path(User.objects.get(pk=ola.pk).photo.path)
    assert first.is_file()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, VALUES | {"upload": _picture(size=(10, 900))})
    second = Path(User.objects.get(pk=ola.pk).photo.path)
    assert (first.exists(), second.exists()) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, VALUES | {"remove_photo": "on"})
    assert not User.objects.get(pk=ola.pk).photo
    assert not second.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "To nie jest obraz"),
        (b"MZ" + b"\x00" * 100, "To nie jest obraz"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "obraz"),
        (b"\x00" * (5 * 1024 * 1024 + 1), "najwyżej 5 MB"),
    ],
)
def test_what_is_no_photo_is_refused(client: Client, ola: User, content: bytes, told: str) -> None:
    client.force_login(ola)
    response = client.post(URL, VALUES | {"first_name": "Olga", "upload": SimpleUploadedFile("a.png", content)})
    assert response.status_code == 422
    assert told in response.content.decode()
    stored = User.objects.get(pk=ola.pk)
    assert (stored.first_name, stored.photo.name) == ("Ola", "")


def test_bomb_of_pixels_is_refused(client: Client, ola: User) -> None:
    buffer = BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    client.force_login(ola)
    response = client.post(URL, VALUES | {"upload": SimpleUploadedFile("a.png", buffer.getvalue())})
    assert response.status_code == 422
    assert not User.objects.get(pk=ola.pk).photo


def test_theme_is_kept_and_a_made_up_one_refused(client: Client, ola: User) -> None:
    client.force_login(ola)
    assert client.post(reverse("crm:theme_update"), {"theme": "light"}).status_code == 204
    assert client.post(reverse("crm:theme_update"), {"theme": "pink"}).status_code == 400
    assert User.objects.get(pk=ola.pk).theme == "light"


def test_guest_chooses_the_language_and_goes_nowhere_else(client: Client, db: None) -> None:
    response = client.post(reverse("crm:language_update"), {"language": "en", "next": "https://evil.test/"})
    assert response.headers["Location"] == "/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "Sign in" in client.get(reverse("account_login")).content.decode()


def test_user_without_a_name_is_shown_by_email(client: Client, db: None) -> None:
    from tests.factories.crm import UserFactory

    user = UserFactory(first_name="", last_name="", email="bez@lejek.test", role=SALES)
    client.force_login(user)
    assert "bez@lejek.test" in client.get(URL).content.decode()
