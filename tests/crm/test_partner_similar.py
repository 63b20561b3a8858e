"""Duplicates shown while a partner is typed."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Partner, User
from crm.querysets import Likeness, core_name, similar_partners
from tests.factories.crm import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Partner:
    return PartnerFactory(
        name="Zakłady Chemiczne Łódź sp. z o.o.",
        nip="1234563218",
        phone="600 100 200",
        phone_e164="+48600100200",
        email="Biuro@Zaklady.pl",
        city="Kraków",
    )


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"nip": "123-456-32-18"}, (Likeness.NIP,)),
        ({"phone": "0048 600-100-200"}, (Likeness.PHONE,)),
        ({"email": " biuro@zaklady.PL "}, (Likeness.EMAIL,)),
        ({"name": "zaklady chemiczne lodz"}, (Likeness.NAME,)),
        ({"name": "Zakłady Chemiczne"}, (Likeness.NAME,)),
        ({"name": "Zaklady Hemiczne Łódź S.A."}, (Likeness.NAME,)),
        ({"nip": "1234563218", "phone": "600100200"}, (Likeness.NIP, Likeness.PHONE)),
    ],
)
def test_same_partner_is_found(acme: Partner, typed: dict[str, str], reasons: tuple[Likeness, ...]) -> None:
    PartnerFactory(name="Cukiernia Bez", phone_e164="+48700700700", nip="5260250274")

    (found,) = similar_partners(**typed)

    assert found.partner == acme
    assert found.reasons == reasons


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "Kraków"},
        {"name": "sp. z o.o."},
        {"name": "Za"},
        {"name": "\x00"},
        {"name": "%%%"},
        {"nip": "1234563219"},
        {"nip": "abc"},
        {"phone": "abc"},
        {"phone": "600"},
        {"email": "%"},
        {"name": "x" * 5000},
    ],
)
def test_nothing_is_found_for_nothing_alike(acme: Partner, typed: dict[str, str]) -> None:
    assert similar_partners(**typed) == []


def test_contact_counts_as_its_partner(acme: Partner) -> None:
    acme.contacts.create(phone="700", phone_e164="+48700700700", email="jan@gmail.com")
    acme.contacts.create(phone="700", phone_e164="+48700700700")

    assert [found.partner for found in similar_partners(phone="700 700 700")] == [acme]
    assert [found.partner for found in similar_partners(email="JAN@gmail.com")] == [acme]


def test_partner_is_not_similar_to_itself(acme: Partner) -> None:
    assert similar_partners(name=acme.name, nip=acme.nip, exclude=acme.pk) == []


def test_at_most_five_are_shown_the_surest_first(acme: Partner) -> None:
    PartnerFactory.create_batch(9, name="Zakłady Chemiczne")

    found = similar_partners(name="Zakłady Chemiczne", nip="1234563218")

    assert len(found) == 5
    assert found[0].partner == acme


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Acme sp. z o.o.", "Acme"),
        ("ACME SP Z O O", "ACME"),
        ("Acme Spółka Akcyjna", "Acme"),
        ("Acme S.A.", "Acme"),
        ("Kowalski i Syn sp.j.", "Kowalski i Syn"),
        ("Sabat", "Sabat"),
        ("Acme, Inc.", "Acme"),
    ],
)
def test_legal_form_is_left_out(name: str, core: str) -> None:
    assert core_name(name) == core


def test_fragment_links_to_the_cards_in_new_tabs(client: Client, ola: User, acme: Partner) -> None:
    client.force_login(ola)

    text = client.get(reverse("crm:partner_similar"), {"nip": acme.nip}).content.decode()

    assert f'href="{reverse("crm:partner_detail", args=[acme.pk])}" target="_blank"' in text
    assert "ten sam NIP" in text


@pytest.mark.parametrize("exclude", ["", "abc", "-1", "9" * 40, "²"])
def test_fragment_bears_any_exclude(client: Client, ola: User, acme: Partner, exclude: str) -> None:
    client.force_login(ola)

    response = client.get(reverse("crm:partner_similar"), {"nip": acme.nip, "exclude": exclude})

    assert response.status_code == 200
