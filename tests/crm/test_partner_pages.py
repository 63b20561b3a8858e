"""Partnerzy on screen: the list, the card, the form, the archive and deleting."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Partner, User
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

ACME: dict[str, Any] = {"kind": "company", "name": "Acme", "nip": "123-456-32-18"}


def listed(client: Client, **query: str) -> list[str]:
    """The names on the page, in order."""
    response = client.get(reverse("crm:partner_list"), query)
    assert response.status_code == 200
    return [partner.name for partner in response.context["listing"].page.rows]


def post(client: Client, name: str, data: dict[str, Any] | None = None, *args: int, **extra: Any) -> Any:
    return client.post(reverse(name, args=args), data or {}, **extra)


# --- The list


@pytest.mark.parametrize(
    "typed",
    ["lodz", "ŁÓDŹ", "zaklady lodz", "600 100 200", "+48600100200", "0048 600-100-200", "600-100", "123-456-32-18",
     "PL 123 456 32 18", "1234563218", "biuro@", "EXT-7"],
)  # fmt: skip
def test_partner_is_found_in_any_spelling(client: Client, ola: User, typed: str) -> None:
    PartnerFactory(
        name="Zakłady Łódź",
        city="Łódź",
        phone="600 100 200",
        phone_e164="+48600100200",
        nip="1234563218",
        email="biuro@zaklady.pl",
        external_id="EXT-7",
    )
    PartnerFactory(name="Inny", phone="700 100 200", phone_e164="+48700100200", nip="5260250274")
    client.force_login(ola)

    assert listed(client, q=typed) == ["Zakłady Łódź"]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'", "\x00", "a\x00b", "x" * 5000, "brak takiego"])
def test_signs_of_sql_and_rubbish_find_nothing_or_everything(client: Client, ola: User, typed: str) -> None:
    PartnerFactory(name="Inny")
    client.force_login(ola)

    assert listed(client, q=typed) in ([], ["Inny"])


def test_list_is_sorted_in_polish_order_with_empty_last(client: Client, ola: User) -> None:
    for name, city in [("Zebra", "Łódź"), ("Ćma", ""), ("Cel", "Lublin"), ("Łódka", "Zabrze"), ("Lublin", "Ćmielów")]:
        PartnerFactory(name=name, city=city)
    client.force_login(ola)

    assert listed(client) == ["Cel", "Ćma", "Lublin", "Łódka", "Zebra"]
    assert listed(client, sort="-name") == ["Zebra", "Łódka", "Lublin", "Ćma", "Cel"]
    assert listed(client, sort="city") == ["Lublin", "Cel", "Zebra", "Łódka", "Ćma"]
    assert listed(client, sort="-city") == ["Łódka", "Zebra", "Cel", "Lublin", "Ćma"]


@pytest.mark.parametrize("sort", ["name", "-name", "city", "-city", "nip", "-nip", "phone", "email", "-email"])
def test_pages_follow_one_another_and_back(client: Client, ola: User, sort: str) -> None:
    for number in range(120):
        PartnerFactory(
            name=f"Firma {number % 7}",
            city=f"Miasto {number % 5}" if number % 3 else "",
            nip=f"{number:010d}" if number % 2 else "",
            email=f"a{number}@b.pl" if number % 4 else "",
        )
    client.force_login(ola)
    pages, query = [], {}
    while True:
        page = client.get(reverse("crm:partner_list"), {"sort": sort, **query}).context["listing"].page
        pages.append([partner.pk for partner in page.rows])
        if not page.after:
            break
        query = {"after": page.after}

    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({pk for page in pages for pk in page}) == 120
    back = client.get(reverse("crm:partner_list"), {"sort": sort, "before": page.before}).context["listing"].page
    assert [partner.pk for partner in back.rows] == pages[1]
    first = client.get(reverse("crm:partner_list"), {"sort": sort, "before": back.before}).context["listing"].page
    assert [partner.pk for partner in first.rows] == pages[0]
    assert first.before == ""


@pytest.mark.parametrize(
    "query", [{"sort": "abc"}, {"after": "forged"}, {"before": "x:y:z"}, {"kind": "abc"}, {"archived": "no"}]
)
def test_what_the_list_does_not_know_is_ignored(client: Client, ola: User, query: dict[str, str]) -> None:
    PartnerFactory(name="Acme")
    client.force_login(ola)

    assert listed(client, **query) == ["Acme"]


def test_filters_by_kind_and_archive(client: Client, ola: User) -> None:
    PartnerFactory(name="Firma")
    PartnerFactory(name="Osoba", kind="person")
    PartnerFactory(name="Dawna", is_archived=True)
    client.force_login(ola)

    assert listed(client) == ["Firma", "Osoba"]
    assert listed(client, kind="person") == ["Osoba"]
    assert listed(client, archived="1") == ["Dawna"]


def test_headings_link_to_both_directions(client: Client, ola: User) -> None:
    PartnerFactory(name="Acme")
    client.force_login(ola)

    by_name = client.get(reverse("crm:partner_list"), {"q": "acme", "after": "x"}).content.decode()
    backwards = client.get(reverse("crm:partner_list"), {"sort": "-name"}).content.decode()

    assert 'href="?q=acme&amp;sort=-name"' in by_name
    assert 'href="?q=acme&amp;sort=city"' in by_name
    assert 'href="?sort=name"' in backwards


def test_list_costs_the_same_for_any_number_of_rows(client: Client, ola: User, django_assert_num_queries: Any) -> None:
    client.force_login(ola)
    counts = []
    for number in (1, 40):
        PartnerFactory.create_batch(number)
        with django_assert_num_queries(8, exact=False) as queries:
            client.get(reverse("crm:partner_list"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_htmx_gets_the_table_alone(client: Client, ola: User) -> None:
    PartnerFactory(name="Acme")
    client.force_login(ola)

    text = client.get(reverse("crm:partner_list"), headers={"HX-Request": "true"}).content.decode()

    assert 'id="partner-table"' in text
    assert "<html" not in text


def test_empty_list_says_what_to_do(client: Client, ola: User) -> None:
    client.force_login(ola)

    text = client.get(reverse("crm:partner_list")).content.decode()

    assert "Nie ma jeszcze partnerów" in text
    assert reverse("crm:partner_create") in text


# --- The form


def test_partner_is_created(client: Client, ola: User) -> None:
    client.force_login(ola)

    response = post(client, "crm:partner_create", {**ACME, "phone": "600 100 200", "delivery_city": "Łódź"})

    partner = Partner.objects.get()
    assert response.url == reverse("crm:partner_detail", args=[partner.pk])
    assert (partner.nip, partner.phone_e164, partner.delivery_city) == ("1234563218", "+48600100200", "Łódź")
    assert "123-456-32-18" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("nip", "1234563219", "cyfra kontrolna"),
        ("nip", "12", "dziesięć cyfr"),
        ("name", "", "pole jest wymagane"),
        ("name", "a" * 201, "co najwyżej 200"),
        ("name", "a\x01b", "znaki sterujące"),
        ("email", "nie-adres", "poprawny adres"),
        ("website", "javascript:alert(1)", "adres strony"),
        ("kind", "robot", "robot"),
        ("city", "x" * 101, "co najwyżej 100"),
    ],
)
def test_bad_value_is_told_at_its_field(client: Client, ola: User, field: str, typed: str, said: str) -> None:
    client.force_login(ola)

    response = post(client, "crm:partner_create", {**ACME, field: typed})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert not Partner.objects.exists()


def test_taken_external_id_is_told_at_its_field(client: Client, ola: User) -> None:
    PartnerFactory(external_id="A1")
    client.force_login(ola)

    response = post(client, "crm:partner_create", {**ACME, "external_id": "A1"})

    assert response.status_code == 422
    assert "już istnieje" in str(response.context["form"].errors["external_id"])
    assert Partner.objects.count() == 1


def test_form_sent_twice_makes_one_partner(client: Client, ola: User) -> None:
    client.force_login(ola)

    first = post(client, "crm:partner_create", {**ACME, "once": "abc"})
    second = post(client, "crm:partner_create", {**ACME, "once": "abc"})

    assert first.url == second.url
    assert Partner.objects.count() == 1


def test_second_editor_is_shown_both_values(client: Client, ola: User) -> None:
    partner = PartnerFactory(name="Acme", city="Łódź", phone="1", nip="1234563218")
    url = reverse("crm:partner_edit", args=[partner.pk])
    client.force_login(ola)
    form = client.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {
        "name": "Acme moje",
        "city": "Gdynia",
        "nip": "PL 1234563218",
    }
    for _saving in range(12):
        Partner.objects.filter(pk=partner.pk).update(name="Acme cudze", phone="2")

    response = client.post(url, sent)

    assert response.status_code == 409
    partner.refresh_from_db()
    assert (partner.name, partner.city) == ("Acme cudze", "Łódź")
    asked = response.context["form"]
    assert [(d.name, d.stored, d.mine, d.suggested) for d in asked.differences] == [
        ("name", "Acme cudze", "Acme moje", "mine"),
        ("phone", "2", "1", "stored"),
        ("city", "Łódź", "Gdynia", "mine"),
    ]
    text = response.content.decode()
    assert "Acme cudze" in text
    assert "Acme moje" in text

    assert asked["version"].value() == str(partner.version)
    again = {name: asked[name].value() or "" for name in asked.fields}
    again |= {"keep-name": "mine", "keep-phone": "stored", "keep-city": "stored"}
    assert client.post(url, again).status_code == 302
    partner.refresh_from_db()
    assert (partner.name, partner.phone, partner.city) == ("Acme moje", "2", "Łódź")


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30, "²"])
def test_form_without_a_proper_version_overwrites_nothing(client: Client, ola: User, version: str) -> None:
    partner = PartnerFactory(name="Acme")
    client.force_login(ola)

    response = client.post(
        reverse("crm:partner_edit", args=[partner.pk]), {**ACME, "name": "Nadpisane", "version": version}
    )

    assert response.status_code == 409
    assert Partner.objects.get().name == "Acme"


def test_form_of_a_deleted_partner_keeps_what_was_typed(client: Client, ola: User, monkeypatch: Any) -> None:
    partner = PartnerFactory(name="Acme")
    client.force_login(ola)
    url = reverse("crm:partner_edit", args=[partner.pk])

    def delete_first(**options: Any) -> None:
        raise Partner.DoesNotExist

    monkeypatch.setattr("crm.views.partners.save_partner", delete_first)
    response = client.post(url, {**ACME, "name": "Wpisane"})

    assert response.status_code == 410
    assert "Wpisane" in response.content.decode()


# --- The card


def test_card_shows_safe_links_only(client: Client, ola: User) -> None:
    partner = PartnerFactory(website="javascript:alert(1)", email="a@b.pl")
    client.force_login(ola)

    text = client.get(reverse("crm:partner_detail", args=[partner.pk])).content.decode()

    assert 'href="javascript' not in text
    assert "mailto:a@b.pl" in text


def test_archive_and_restore(client: Client, ola: User) -> None:
    partner = PartnerFactory()
    client.force_login(ola)

    post(client, "crm:partner_archive", None, partner.pk)
    assert Partner.objects.get().is_archived
    post(client, "crm:partner_restore", None, partner.pk)
    assert not Partner.objects.get().is_archived


def test_deleting_asks_first_and_needs_the_right(client: Client, ola: User, ewa: User) -> None:
    partner = PartnerFactory(name="Acme")
    url = reverse("crm:partner_delete", args=[partner.pk])
    client.force_login(ola)
    assert client.post(url).status_code == 403
    client.force_login(ewa)

    assert "Usunąć „Acme”?" in client.get(url).content.decode()
    assert Partner.objects.exists()
    assert client.post(url).url == reverse("crm:partner_list")
    assert not Partner.objects.exists()


def test_partner_in_use_offers_the_archive(client: Client, ewa: User) -> None:
    lead = LeadFactory(partner=PartnerFactory(name="Acme"))
    url = reverse("crm:partner_delete", args=[lead.partner.pk])
    client.force_login(ewa)

    for response in (client.get(url), client.post(url)):
        assert "leady" in response.content.decode().lower()
        assert reverse("crm:partner_archive", args=[lead.partner.pk]) in response.content.decode()
    assert Partner.objects.exists()


# --- Contacts


def test_contact_is_added_and_changed_in_place(client: Client, ola: User) -> None:
    partner = PartnerFactory()
    client.force_login(ola)
    htmx = {"HX-Request": "true"}

    added = post(client, "crm:contact_create", {"first_name": "Jan", "email": "jan@acme.pl"}, partner.pk, headers=htmx)
    assert "Jan" in added.content.decode()
    contact = partner.contacts.get()
    opened = client.get(reverse("crm:contact_edit", args=[contact.pk]), headers=htmx).content.decode()
    assert 'value="Jan"' in opened
    data = {"first_name": "Janina", "email": "jan@acme.pl", "version": contact.version}
    post(client, "crm:contact_edit", data, contact.pk, headers=htmx)
    contact.refresh_from_db()
    assert contact.first_name == "Janina"

    stale = post(client, "crm:contact_edit", {**data, "first_name": "Jaś"}, contact.pk, headers=htmx)
    assert stale.status_code == 409
    contact.refresh_from_db()
    assert contact.first_name == "Janina"

    post(client, "crm:contact_delete", None, contact.pk, headers=htmx)
    assert not partner.contacts.exists()


def test_contact_without_anything_is_refused(client: Client, ola: User) -> None:
    partner = PartnerFactory()
    client.force_login(ola)

    response = post(client, "crm:contact_create", {"first_name": " "}, partner.pk, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert "Podaj imię" in response.content.decode()
    assert not partner.contacts.exists()


def test_contact_form_opens_without_a_script_too(client: Client, ola: User) -> None:
    contact = PartnerFactory(name="Acme").contacts.create(first_name="Jan")
    client.force_login(ola)

    text = client.get(reverse("crm:contact_edit", args=[contact.pk])).content.decode()

    assert "<h1>Acme</h1>" in text
    assert 'value="Jan"' in text
