"""Numbers, dates and choices that mean nothing, typed, forged or pasted into an address: refused in words with the
right status, never an error of the server, and nothing is stored.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import LeadStatus, PartnerContact, Product, SystemSettings, User
from leads.models import Lead
from tests.factories.crm import PartnerFactory, UserFactory
from tests.factories.leads import LeadFactory
from tests.scenarios.forms import open_form, refused_fields
from tests.test_permissions import SAMPLES, URLS, Cast, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

TOO_BIG = "9" * 20  # for a bigint
ENDLESS = "9" * 5000  # for Python's int()
HTMX = {"HX-Request": "true"}

NUMBERS = {
    "expected_revenue": [
        "-1",
        "1e400",
        "1e5",
        "NaN",
        "Infinity",
        "-Infinity",
        "sto",
        "0x10",
        TOO_BIG,
        "1,234",
        ENDLESS,
    ],
    "probability": ["101", "-1", "1.5", "1e400", "NaN", "sto", TOO_BIG, ENDLESS],
}
DATES = ["31.02.2026", "2026-02-31", "0000-01-01", "99999-01-01", "1899-12-31", "2201-01-01", "jutro", "\0", ENDLESS]
MOMENTS = ["31.02.2026 10:00", "0001-01-01T00:00", "9999-12-31T23:59", "99999-01-01T10:00", "2026-01-01T25:00", "teraz"]
IDS = ["abc", "-1", "0", "1.5", "999999", TOO_BIG, ENDLESS, "\0", "²", "1 OR 1=1"]
CHOICES = [
    "product", "status", "type", "partner", "sales_person", "priority", "tags", "campaign", "medium", "source",
    "position",
]  # fmt: skip


def test_values_of_a_lead(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    values, _texts = open_form(client, "/leads/new/")
    bad = NUMBERS | {"expected_close": DATES, "received_at": MOMENTS} | dict.fromkeys(CHOICES, IDS)
    accepted = []

    for turn in range(max(map(len, bad.values()))):
        typed = {name: wrong[turn % len(wrong)] for name, wrong in bad.items()}
        answer = client.post("/leads/new/", values | {"name": "Hala"} | typed, headers=HTMX)
        assert answer.status_code == 422
        accepted += [(name, typed[name][:20]) for name in typed.keys() - refused_fields(answer)]

    assert not accepted
    for pk in IDS:
        lost = {"name": "Hala", "status": str(cast.funnel.lost.pk), "lost_reason": pk}
        answer = client.post("/leads/new/", values | lost, headers=HTMX)
        assert (answer.status_code, refused_fields(answer)) == (422, {"lost_reason"})
    assert not Lead.objects.exists()


def test_values_of_a_stored_lead_stay(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    lead = LeadFactory(status=cast.funnel.new, sales_person=cast.ola)
    before = Lead.objects.filter(pk=lead.pk).values().get()
    values, _texts = open_form(client, f"/leads/{lead.pk}/")

    for name, value in {
        "probability": "101",
        "expected_close": "31.02.2026",
        "partner": TOO_BIG,
        "type": ENDLESS,
    }.items():
        answer = client.post(f"/leads/{lead.pk}/update/", values | {"city": "Łódź", name: value}, headers=HTMX)
        assert answer.status_code == 422
        assert refused_fields(answer) == {name}

    for version in ("", "abc", "-1", TOO_BIG, ENDLESS, str(lead.version + 1)):
        answer = client.post(f"/leads/{lead.pk}/update/", values | {"city": "Łódź", "version": version}, headers=HTMX)
        assert answer.status_code == 409
    assert Lead.objects.filter(pk=lead.pk).values().get() == before


@pytest.mark.parametrize("action", ["status", "lose"])
def test_choice_of_an_action(client: Client, cast: Cast, action: str) -> None:
    client.force_login(cast.ola)
    lead = LeadFactory(status=cast.funnel.new, sales_person=cast.ola)

    for pk in IDS:
        data = {"status": pk, "lost_reason": pk, "version": str(lead.version)}
        assert client.post(f"/leads/{lead.pk}/{action}/", data, headers=HTMX).status_code == 422

    assert Lead.objects.get(pk=lead.pk).status == cast.funnel.new


def test_values_of_other_forms(client: Client, cast: Cast) -> None:
    client.force_login(cast.adam)
    partner = PartnerFactory()
    bad: dict[str, dict[str, list[str]]] = {
        "/products/new/": {"net_price": NUMBERS["expected_revenue"], "vat_rate": ["24", "-1", "\0"]},
        "/settings/statuses/new/": {
            "sort_order": ["-1", "1.5", "1e400", TOO_BIG, ENDLESS],
            "stuck_after_days": ["0", "-1", TOO_BIG],
            "colour": ["javascript:", "#fff", "red;"],
        },
        "/settings/": {"stuck_after_days": ["-1", "0", TOO_BIG, "NaN"], "sales_visibility": ["everyone"]},
        "/settings/users/new/": {"team": IDS, "role": ["root", "superuser"], "language": ["xx"]},
        "/accounts/profile/": {"language": ["xx"], "theme": ["</style>"]},
        f"/partners/{partner.pk}/contacts/new/": {"position": [pk for pk in IDS if pk != "0"]},
        "/partners/new/": {"nip": ["123", "1234567890", TOO_BIG], "kind": ["x"], "website": ["javascript:alert(1)"]},
    }
    needed = {"name": "Nowa", "kind": "company", "unit": "szt.", "last_name": "Nowak", "first_name": "Jan"}
    users, accepted = User.objects.count(), []

    for url, fields in bad.items():
        values, _texts = open_form(client, url)
        values |= {name: value for name, value in needed.items() if name in values}
        if "email" in values:
            values["email"] = "nowa@lejek.test"
        for name, typed in fields.items():
            for value in typed:
                answer = client.post(url, values | {name: value})
                if answer.status_code != 422 or name not in refused_fields(answer):
                    accepted.append((url, name, value[:20], answer.status_code))

    assert not accepted
    assert not Product.objects.exists()
    assert not PartnerContact.objects.exists()
    assert User.objects.count() == users
    assert not LeadStatus.objects.filter(name="Nowa").exists()
    assert SystemSettings.objects.get().stuck_after_days > 0


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        *((f"{name}={value}", "Filtr zawiera błędną wartość.") for name, value in [
            ("status", "abc"), ("status", TOO_BIG), ("status", "1&status=abc"), ("type", "-1"), ("tag", "%00"),
            ("partner", TOO_BIG), ("product", "abc"), ("sales_person", ENDLESS), ("state", "halfopen"), ("mine", "2"),
            ("received_from", "31.02.2026"), ("close_to", "99999-01-01"), ("q", "%00"), ("q", "x" * 10_000),
            ("received_from", "2026-02-01&received_to=2026-01-01"),
        ]),
        ("sort=drop", "Listy nie można tak posortować."),
        ("sort=name;--", "Listy nie można tak posortować."),
        ("after=forged", "To miejsce na liście jest nieprawidłowe."),
        ("before=%00", "To miejsce na liście jest nieprawidłowe."),
    ],
)  # fmt: skip
def test_address_of_the_list(client: Client, cast: Cast, parameters: str, told: str) -> None:
    client.force_login(cast.ola)
    LeadFactory(name="Hala", status=cast.funnel.new, sales_person=cast.ola)

    page = client.get(f"/leads/?{parameters}")
    fragment = client.get(f"/leads/?{parameters}", headers=HTMX)
    export = client.get(f"/leads/export.csv?{parameters}")

    assert page.status_code == 400
    assert told in page.content.decode()
    assert "Hala" not in page.content.decode()
    assert fragment.status_code == 422
    assert told in fragment.content.decode()
    if not parameters.startswith(("after", "before")):  # a file has no pages
        assert export.status_code == 400


def test_addresses_of_other_lists_and_searches(client: Client, cast: Cast) -> None:
    """What means nothing there is as if it were absent."""
    client.force_login(cast.adam)
    PartnerFactory(name="Acme")
    long = "x" * 10_000
    wrong = [
        (url, response.status_code)
        for name in ("partner_list", "product_list", "user_list", "tag_list", "partner_search", "product_search",
                     "user_search", "partner_similar")
        for value in ("%00", "%ff%fe", long, TOO_BIG, ENDLESS, "'", "%25", "\\")
        for url in [reverse(f"crm:{name}")]
        if (response := client.get(f"{url}?q={value}&name={value}&phone={value}&email={value}@x.pl&nip={value}"
                                   f"&exclude={value}&sort={value}&after={value}&kind={value}&state={value}"))
        .status_code != 200
    ]  # fmt: skip

    assert not wrong
    assert client.get("/leads/similar/", {"lead": ENDLESS, "phone": long, "name": long}).status_code == 200
    assert client.get("/leads/status-field/", {"type": ENDLESS, "status": TOO_BIG, "lead": "abc"}).status_code == 200
    assert client.get("/leads/new/", {"status": ENDLESS, "type": "abc", "partner": TOO_BIG}).status_code == 200


@pytest.mark.parametrize("pk", [TOO_BIG, "999999"])
def test_rows_that_are_not_there_are_404_everywhere(client: Client, cast: Cast, pk: str) -> None:
    client.force_login(cast.adam)
    wrong = []

    for line in URLS:
        marked = [name for name, value in line.args.items() if str(value).startswith("@")]
        if not marked:
            continue
        url = reverse(line.name, kwargs={**line.args, **dict.fromkeys(marked, int(pk))})
        answer = getattr(client, line.method)(url, line.data)
        if answer.status_code != 404:
            wrong.append((str(line), answer.status_code))

    assert not wrong
    assert client.get(f"/leads/{ENDLESS}/").status_code == 404
    assert "Tu nic nie ma" in client.get(f"/leads/{pk}/").content.decode()


def made(value: Any, cast: Cast) -> Any:
    """An argument of an address: the ID of a sample row, or what stands there."""
    return SAMPLES[value[1:]](cast) if isinstance(value, str) and value.startswith("@") else value


def test_a_deleted_lead_is_gone_from_every_address(client: Client, cast: Cast) -> None:
    """Saving it says who deleted it, to those who could see it; what was typed stays on the page."""
    client.force_login(cast.ola)
    lead = LeadFactory(name="Hala", status=cast.funnel.new, sales_person=cast.ola)
    values, _texts = open_form(client, f"/leads/{lead.pk}/")
    assert client.post(f"/leads/{lead.pk}/delete/").status_code == 302

    wrong = [
        (str(line), answer.status_code)
        for line in URLS
        if "@lead" in line.args.values() and line.name != "leads:lead_update"
        for at in [{name: lead.pk if value == "@lead" else made(value, cast) for name, value in line.args.items()}]
        for answer in [getattr(client, line.method)(reverse(line.name, kwargs=at), line.data, headers=HTMX)]
        if answer.status_code not in (404, 410)
    ]
    saved = client.post(f"/leads/{lead.pk}/update/", values | {"name": "Plac"}, headers=HTMX)

    assert not wrong
    assert saved.status_code == 410
    assert "Ola Żak" in saved.content.decode()
    assert not Lead.objects.filter(pk=lead.pk).exists()

    client.force_login(cast.marek)
    assert client.post(f"/leads/{lead.pk}/update/", values, headers=HTMX).status_code == 404


def test_a_form_sent_twice_makes_one_row(client: Client, cast: Cast) -> None:
    client.force_login(cast.adam)
    partner = PartnerFactory()
    for url, typed in {
        "/leads/new/": {"name": "Hala"},
        "/partners/new/": {"name": "Acme"},
        "/products/new/": {"name": "Młotek"},
        f"/partners/{partner.pk}/contacts/new/": {"last_name": "Nowak"},
    }.items():
        values, _texts = open_form(client, url)
        for _time in range(2):
            assert client.post(url, values | typed).status_code == 302

    assert Lead.objects.count() == 1
    assert Product.objects.count() == 1
    assert partner.__class__.objects.filter(name="Acme").count() == 1
    assert PartnerContact.objects.count() == 1


def test_an_inactive_sales_person_is_no_choice(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    values, _texts = open_form(client, "/leads/new/")
    gone = UserFactory(is_active=False)

    answer = client.post("/leads/new/", values | {"name": "Hala", "sales_person": str(gone.pk)})

    assert answer.status_code == 422
    assert refused_fields(answer) == {"sales_person"}
    assert not Lead.objects.exists()
