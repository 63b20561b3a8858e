"""Eksport danych osoby: the search page, the file, and who made it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import User
from leads.models import PersonCase
from leads.services.personal import forget_old_cases
from tests.cast import FunnelCast
from tests.factories.leads import CommentFactory
from tests.people.person import EMAIL, SURNAME, Person, make_person
from tests.worker import Worker


@pytest.fixture
def person(funnel: FunnelCast, ewa: User) -> Person:
    return make_person(funnel, ewa)


def search(client: Client, worker: Worker, typed: str) -> PersonCase:
    with worker():
        answer = client.post("/settings/people/", {"typed": typed})
    assert answer.status_code == 302
    return PersonCase.objects.latest("pk")


def archive_of(client: Client, case: PersonCase) -> zipfile.ZipFile:
    answer = client.get(f"/settings/people/{case.pk}/file/")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type,attr-defined]


def test_all_of_it_is_in_the_file(client: Client, worker: Worker, adam: User, person: Person) -> None:
    client.force_login(adam)
    case = search(client, worker, f"600100207\n{EMAIL}")
    shown = list(case.rows.values_list("pk", flat=True))
    chosen = list(case.rows.filter(is_chosen=True).values_list("pk", flat=True))

    with worker():
        client.post(f"/settings/people/{case.pk}/export/", {"shown": shown, "row": chosen})

    archive = archive_of(client, case)
    data = json.loads(archive.read("data.json"))["data"]
    assert [lead["last_name"] for lead in data["leads.Lead"]] == [SURNAME]
    assert {"leads.LeadEvent", "leads.Activity", "leads.Comment", "leads.LeadFile", "documents.Invoice"} <= data.keys()
    assert {"communications.Message", "communications.Call", "communications.CallRecording"} <= data.keys()
    assert len(data["communications.Call"]) == 2
    assert all("700 100 207" not in comment["text"] for comment in data["leads.Comment"])
    names = archive.namelist()
    assert {"data.json", "index.html", "style.css"} <= set(names)
    contents = [archive.read(name) for name in names]
    assert any(name.startswith("zalaczniki/") and name.endswith(f"{SURNAME}.pdf") for name in names)
    for part in (b"From: Halina", b"g\xc5\x82os", b"Umowa z"):
        assert any(content.startswith(part) for content in contents), part
    page = archive.read("index.html").decode()
    assert "Pani Żółtkowska chce rabat" in page
    case.refresh_from_db()
    assert (case.exported_by, case.exported_at is not None) == (adam, True)


def test_what_is_unticked_is_not_in_it(client: Client, worker: Worker, adam: User, person: Person) -> None:
    client.force_login(adam)
    case = search(client, worker, "600100207")
    rows = {row.model: row.pk for row in case.rows.all()}

    ticks = {"shown": list(rows.values()), "row": [rows["crm.Partner"]]}
    with worker():
        client.post(f"/settings/people/{case.pk}/export/", ticks)

    data = json.loads(archive_of(client, case).read("data.json"))["data"]
    assert data["crm.Partner"][0]["name"] == "Halina Żółtkowska"
    assert "crm.PartnerContact" not in data


def test_the_file_is_gone_after_a_week(client: Client, worker: Worker, adam: User, person: Person) -> None:
    client.force_login(adam)
    case = search(client, worker, EMAIL)
    with worker():
        client.post(f"/settings/people/{case.pk}/export/")
    case.refresh_from_db()
    storage, name = case.file.storage, case.file.name
    PersonCase.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert client.get(f"/settings/people/{case.pk}/file/").status_code == 404
    with worker():
        forget_old_cases()

    case.refresh_from_db()
    assert not case.file
    assert not storage.exists(name)
    assert case.exported_by == adam


def test_a_search_that_led_to_nothing_is_forgotten(adam: User) -> None:
    long_ago = timezone.now() - timedelta(days=8)
    PersonCase.objects.create(owner=adam, state="done", names=["Jan"], created_at=long_ago)
    PersonCase.objects.create(owner=adam, state="done", names=["Ewa"], created_at=long_ago, exported_at=long_ago)

    forget_old_cases()

    assert [case.names for case in PersonCase.objects.all()] == [["Ewa"]]


def test_the_page_says_what_was_found(client: Client, worker: Worker, adam: User, person: Person) -> None:
    client.force_login(adam)
    case = search(client, worker, "600 100 207")

    page = client.get(f"/settings/people/{case.pk}/").content.decode()

    assert f'href="/leads/{person.lead.pk}/"' in page
    assert "Szukaj także po nich" in page
    assert EMAIL in page
    assert "tylko nazwisko" not in page
    assert "…Poleciła nas" not in page
    assert "tel. +48 600-100-207" in page


def test_what_is_refused(client: Client, worker: Worker, adam: User, person: Person) -> None:
    client.force_login(adam)

    for typed, why in (
        ("ab", "za mało"),
        ("a@b", "nie jest adresem"),
        ("12345", "nie jest numerem"),
        (" ", "wymagane"),
    ):
        answer = client.post("/settings/people/", {"typed": typed})
        assert answer.status_code == 422
        assert why in answer.content.decode()
    assert not PersonCase.objects.exists()
    case = search(client, worker, EMAIL)
    case.rows.update(is_chosen=False)
    assert client.post(f"/settings/people/{case.pk}/ask/").status_code == 422
    assert client.post(f"/settings/people/{case.pk}/erase/").status_code == 422
    assert client.post(f"/settings/people/{case.pk}/erase/", {"understood": "on"}).status_code == 422
    assert PersonCase.objects.get(pk=case.pk).stage == "search"


def test_many_rows_cost_no_more_queries(
    client: Client, worker: Worker, adam: User, person: Person, django_assert_max_num_queries
) -> None:
    for number in range(40):
        CommentFactory(lead=person.other, text=f"{number}: {EMAIL}")
    client.force_login(adam)
    case = search(client, worker, EMAIL)
    client.get(f"/settings/people/{case.pk}/")

    with django_assert_max_num_queries(60):
        client.get(f"/settings/people/{case.pk}/")
