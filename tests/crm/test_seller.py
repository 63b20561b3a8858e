"""The company data of „Ustawienia”."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from crm.models import Seller, User

URL = reverse("crm:seller_edit")
LOGO = reverse("crm:seller_logo")
VALUES = {
    "name": "Lejek Łódź sp. z o.o.",
    "nip": "526-104-08-28",
    "street": "ul. Piotrkowska 12",
    "postal_code": "90-001",
    "city": "Łódź",
    "email": "biuro@lejek.test",
    "phone": "",
    "bank_name": "Bank Przykładowy",
    "bank_account": "61 1090 1014 0000 0712 1981 2874",
    "bank_account_eur": "DE89 3704 0044 0532 0130 00",
    "exemption_basis": "",
    "seen": "",
}


def _png(size: tuple[int, int] = (1200, 400)) -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGBA", size, (79, 86, 214, 0)).save(buffer, "PNG")
    return SimpleUploadedFile("logo.png", buffer.getvalue())


@pytest.fixture
def manager(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def test_stores_the_company_with_numbers_as_they_are_kept(manager: Client, ewa: User) -> None:
    assert manager.post(URL, VALUES).status_code == 302

    seller = Seller.objects.get()
    assert (seller.name, seller.nip, seller.created_by) == ("Lejek Łódź sp. z o.o.", "5261040828", ewa)
    assert seller.bank_account == "61109010140000071219812874"
    assert seller.account_for("PLN") == seller.bank_account
    assert seller.account_for("EUR") == "DE89370400440532013000"
    page = manager.get(URL).content.decode()
    assert "526-104-08-28" in page
    assert "61 1090 1014 0000 0712 1981 2874" in page
    assert "Lejek Łódź sp. z o.o." in manager.get(reverse("crm:settings_index")).content.decode()


def test_a_change_makes_a_new_row_and_keeps_the_old_one(manager: Client) -> None:
    manager.post(URL, VALUES | {"upload": _png()})
    first = Seller.objects.get()

    manager.post(URL, VALUES | {"city": "Zgierz", "seen": first.pk})

    current = Seller.objects.current()
    assert current is not None
    assert (current.city, current.logo.name) == ("Zgierz", first.logo.name)
    first.refresh_from_db()
    assert first.city == "Łódź"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", " ", "pole jest wymagane"),
        ("nip", "", "pole jest wymagane"),
        ("nip", "5261040827", "cyfra kontrolna"),
        ("street", "", "pole jest wymagane"),
        ("bank_account", "61 1090 1014 0000 0712 1981 2875", "numer rachunku nie jest poprawny"),
        ("bank_account", "123", "numer rachunku nie jest poprawny"),
        ("email", "biuro", "poprawny adres"),
        ("name", "a\x00b", "znak"),
    ],
)
def test_bad_values_are_refused_at_their_field(manager: Client, field: str, value: str, told: str) -> None:
    response = manager.post(URL, VALUES | {field: value})

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert told in str(errors[field])
    assert not Seller.objects.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"<svg onload='alert(1)'/>", "To nie jest obraz"), (b"", "pusty"), (b"\0" * (5 * 1024 * 1024 + 1), "5 MB")],
)
def test_a_logo_that_is_no_picture_is_refused(manager: Client, content: bytes, told: str) -> None:
    response = manager.post(URL, VALUES | {"upload": SimpleUploadedFile("logo.png", content)})

    assert response.status_code == 422
    assert told in str(response.context["form"].errors["upload"])
    assert not Seller.objects.exists()


def test_the_logo_is_made_anew_shown_to_all_and_can_be_removed(manager: Client, ola: User) -> None:
    assert manager.get(LOGO).status_code == 404
    manager.post(URL, VALUES | {"upload": _png()})
    seller = Seller.objects.get()
    with Image.open(seller.logo) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (900, 300), "RGBA")
    sales = Client()
    sales.force_login(ola)
    assert sales.get(LOGO).headers["Content-Type"] == "image/png"
    assert Client().get(LOGO).status_code == 302

    manager.post(URL, VALUES | {"seen": seller.pk, "remove_logo": "on"})

    assert manager.get(LOGO).status_code == 404


def test_a_second_editor_overwrites_nothing_unseen(manager: Client, adam: User) -> None:
    manager.post(URL, VALUES)
    seen = Seller.objects.get().pk
    other = Client()
    other.force_login(adam)
    other.post(URL, VALUES | {"city": "Zgierz", "seen": seen})

    response = manager.post(URL, VALUES | {"city": "Pabianice", "seen": seen})

    assert response.status_code == 422
    assert "Zgierz" in response.content.decode()
    current = Seller.objects.current()
    assert current is not None
    assert current.city == "Zgierz"
    again = response.context["form"].data["seen"]
    assert manager.post(URL, VALUES | {"city": "Pabianice", "seen": again}).status_code == 302
    assert Seller.objects.filter(city="Pabianice").exists()
