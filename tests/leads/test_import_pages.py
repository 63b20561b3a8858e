"""The pages of an import: its steps, who sees it, the refused rows as a file."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import Source, User
from leads.models import ImportMapping, ImportRun, Lead
from tests.cast import FunnelCast
from tests.factories.crm import UserFactory
from tests.leads.importing import check, import_file, store, upload, work

pytestmark = pytest.mark.django_db

SETTINGS = {"encoding": "utf-8", "delimiter": ",", "date_order": "auto", "number_format": "auto"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def page(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def test_upload_leads_to_the_columns_with_their_guesses(page: Client, ewa: User) -> None:
    answer = page.post(
        "/import/new/", {"kind": "leads", "file": SimpleUploadedFile("Leady 2026.csv", b"nazwa,telefon\nA,600100200\n")}
    )

    run = ImportRun.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/import/{run.pk}/columns/")
    assert (run.owner, run.file_name, run.rows_total, run.state) == (ewa, "Leady 2026.csv", 1, "idle")
    shown = text(page.get(answer.headers["Location"]))
    assert "Leady 2026.csv" in shown
    assert '<option value="phone" selected>' in shown
    assert not Lead.objects.exists()


def test_sales_people_are_no_kind_for_a_manager(page: Client, adam: User) -> None:
    assert 'value="people"' not in text(page.get("/import/new/"))
    answer = page.post("/import/new/", {"kind": "people", "file": SimpleUploadedFile("a.csv", b"name\nA B\n")})
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()
    page.force_login(adam)
    assert 'value="people"' in text(page.get("/import/new/"))


def test_form_without_a_file_says_so(page: Client) -> None:
    answer = page.post("/import/new/", {"kind": "leads"})
    assert answer.status_code == 422
    assert "To pole jest wymagane" in text(answer)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"column_0": "", "column_1": ""}, "Wybierz pole dla przynajmniej jednej kolumny."),
        ({"column_0": "name", "column_1": "name"}, "Dwie kolumny wypełniają pole „nazwa”."),
        ({"column_0": "hacker", "column_1": "name"}, "hacker"),
        ({"column_0": "name", "encoding": "klingon"}, "klingon"),
    ],
)
def test_columns_that_make_no_sense_are_refused(page: Client, ewa: User, fields: Any, message: str) -> None:
    run = upload("nazwa,nazwa2\nA,B\n", by=ewa)

    answer = page.post(f"/import/{run.pk}/columns/", {**SETTINGS, **fields})

    assert answer.status_code == 422
    assert message in text(answer)
    run.refresh_from_db()
    assert run.state == "idle"


def test_columns_are_stored_and_the_check_begins(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = upload("a,b\nA,1.2.2026\n", by=ewa)

    answer = page.post(
        f"/import/{run.pk}/columns/", {**SETTINGS, "column_0": "name", "column_1": "received_at", "save_as": "Moje"}
    )

    assert answer.status_code == 302
    run.refresh_from_db()
    assert [column["field"] for column in run.columns] == ["name", "received_at"]
    assert (run.stage, run.state) == ("check", "waiting")
    assert ImportMapping.objects.get().fields == {"a": "name", "b": "received_at"}
    assert "hx-trigger" in text(page.get(f"/import/{run.pk}/"))
    work(run)
    shown = text(page.get(f"/import/{run.pk}/progress/"))
    assert "hx-trigger" not in shown
    assert "Co zrobi import" in shown
    assert not Lead.objects.exists()


def test_values_are_decided_on_the_page(page: Client, ewa: User, funnel: FunnelCast) -> None:
    radio = Source.objects.create(name="Radio")
    run = check(upload("nazwa,źródło\nA,Targi\nB,Radjo\n", by=ewa))
    shown = text(page.get(f"/import/{run.pk}/"))
    assert "Nieznane wartości" in shown
    assert f'<option value="map:{radio.pk}" selected>Radio</option>' in shown

    bad = page.post(f"/import/{run.pk}/values/", {"source-0": "map:999999", "source-1": "create"})
    assert bad.status_code == 422
    page.post(f"/import/{run.pk}/values/", {"source-0": "create", "source-1": f"map:{radio.pk}"})
    run = store(work(run))

    assert dict(Lead.objects.values_list("name", "source__name")) == {"A": "Targi", "B": "Radio"}


def test_decisions_can_be_taken_back(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa,źródło\nA,Targi\n", by=ewa))
    page.post(f"/import/{run.pk}/values/", {"source-0": "refuse"})
    run = work(run)
    assert not run.unknowns

    page.post(f"/import/{run.pk}/values/reset/")
    run = work(run)

    assert run.choices == {}
    assert run.unknowns["source"]["values"][0]["text"] == "Targi"


def test_two_clicks_start_one_import(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa\nA\n", by=ewa))
    page.post(f"/import/{run.pk}/start/")

    page.post(f"/import/{run.pk}/start/", follow=True)
    work(run)
    work(run)

    assert Lead.objects.count() == 1


def test_run_is_seen_by_its_owner_and_administrators(client: Client, ewa: User, adam: User, funnel: FunnelCast) -> None:
    run = import_file("nazwa\nA\n", by=ewa)
    other = UserFactory(role="Menedżer")
    addresses = ["", "columns/", "progress/", "rows/", "refused.csv", "file/"]

    client.force_login(other)
    assert {client.get(f"/import/{run.pk}/{address}").status_code for address in addresses} == {404}
    for action in ("start", "cancel", "resume", "undo", "delete", "values", "values/reset"):
        assert client.post(f"/import/{run.pk}/{action}/").status_code == 404
    assert run.file_name not in text(client.get("/import/"))
    client.force_login(adam)
    assert client.get(f"/import/{run.pk}/").status_code == 200
    assert "Ewa Lis" in text(client.get("/import/"))
    run.refresh_from_db()
    assert run.state == "done"


def test_refused_rows_are_a_file_with_the_reasons(page: Client, ewa: User, funnel: FunnelCast) -> None:
    content = "nazwa;kwota;opis\nDobry;1;x\n=HYPERLINK();x;@SUM(A1)\n+48 600 100 200;y;-5,50\n"
    run = import_file(content, by=ewa)

    answer = page.get(f"/import/{run.pk}/refused.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    content = text(answer)
    assert content.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(content[1:]), delimiter=";")) == [
        ["nazwa", "kwota", "opis", "Wiersz pliku", "Powód odrzucenia"],
        ["'=HYPERLINK()", "x", "'@SUM(A1)", "3", "kwota: „x” nie jest liczbą."],
        ["+48 600 100 200", "y", "-5,50", "4", "kwota: „y” nie jest liczbą."],
    ]


def test_file_is_given_back_as_it_was(page: Client, ewa: User) -> None:
    run = upload("nazwa\nŁ\n".encode("cp1250"), by=ewa, name="leady.csv")

    answer = page.get(f"/import/{run.pk}/file/")

    assert b"".join(answer.streaming_content) == "nazwa\nŁ\n".encode("cp1250")  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "leady.csv" in answer.headers["Content-Disposition"]


def test_more_refused_rows_come_in_pieces(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = check(upload("nazwa,kwota\n" + "A,x\n" * 30, by=ewa))

    first = text(page.get(f"/import/{run.pk}/"))
    more = text(page.get(f"/import/{run.pk}/rows/?after=26"))

    assert first.count("nie jest liczbą") == 25
    assert "after=26" in first
    assert more.count("nie jest liczbą") == 5
    assert "after=" not in more
    assert page.get(f"/import/{run.pk}/rows/?after=forged").status_code == 200


def test_deleting_a_run_deletes_its_file_and_keeps_the_leads(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = import_file("nazwa\nA\n", by=ewa)

    answer = page.post(f"/import/{run.pk}/delete/")

    assert answer.headers["Location"] == "/import/"
    assert not ImportRun.objects.exists()
    assert Lead.objects.count() == 1


def test_run_at_work_is_not_deleted(page: Client, ewa: User, funnel: FunnelCast) -> None:
    run = upload("nazwa\nA\n", by=ewa)
    ImportRun.objects.filter(pk=run.pk).update(stage="check", state="running")

    page.post(f"/import/{run.pk}/delete/")

    assert ImportRun.objects.filter(pk=run.pk).exists()


def test_mapping_is_chosen_and_deleted(page: Client, ewa: User) -> None:
    run = upload("a,b\nA,B\n", by=ewa)
    mapping = ImportMapping.objects.create(name="Inne", kind="leads", fields={"b": "name", "a": "city"})

    page.post(f"/import/{run.pk}/mappings/{mapping.pk}/")
    run.refresh_from_db()
    assert [column["field"] for column in run.columns] == ["city", "name"]
    page.post(f"/import/{run.pk}/mappings/{mapping.pk}/delete/")
    assert not ImportMapping.objects.exists()


def test_pages_cost_the_same_for_any_number_of_rows(
    page: Client, ewa: User, funnel: FunnelCast, django_assert_max_num_queries: Any
) -> None:
    run = check(upload("nazwa,kwota\n" + "A,x\n" * 40, by=ewa))

    with django_assert_max_num_queries(12):
        page.get(f"/import/{run.pk}/")
    with django_assert_max_num_queries(12):
        page.get("/import/")


def test_english_user_reads_english(page: Client, ewa: User, funnel: FunnelCast) -> None:
    ewa.language = "en"
    ewa.save()
    run = check(upload("nazwa,kwota\nA,x\n", by=ewa))

    shown = text(page.get(f"/import/{run.pk}/"))

    assert "What the import would do" in shown
    assert "“x” is not a number." in shown
