"""Files that are given to the import: what can be read is read, anything else is refused with its reason and kept
nowhere.
"""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape
from openpyxl import Workbook

from crm.models import User
from leads.importing import files, reading
from leads.importing.inspecting import inspect
from leads.models import ImportRun, Lead
from tests.cast import FunnelCast
from tests.leads.importing import check, counts, refusals, upload

pytestmark = pytest.mark.django_db

POLISH = "nazwa;miasto\nŻółć;Łódź\nŚwięty ąęśźżć;Gdańsk\nŹdźbło;Kraków\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def workbook(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for name, others in sheets.items():
        more = book.create_sheet(name)
        for row in others:
            more.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bomb() -> bytes:
    """A workbook of few kilobytes that unpacks to many megabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 * 2**20))
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("a.txt", "a")
    return file.getvalue()


BAD = [
    ("pusty.csv", b"", 422, "Plik jest pusty."),
    ("naglowek.csv", b"nazwa,telefon\n", 422, "W pliku są nagłówki, ale nie ma żadnych wierszy."),
    ("puste.csv", b"nazwa,telefon\n,\n,\n", 422, "nie ma żadnych wierszy"),
    ("bez.csv", b",,\na,b,c\n", 422, "Pierwszy wiersz jest pusty."),
    ("nul.csv", b"nazwa\nA\nB\0C\n", 422, "W linii 3 jest znak NUL"),
    ("szeroki.csv", ",".join(f"k{n}" for n in range(300)).encode() + b"\n1\n", 422, "Plik ma 300 kolumn."),
    ("cudzyslow.csv", b'nazwa\n"' + b"x" * 200_000, 422, "komórek jest za długa"),
    ("raport.pdf", b"%PDF-1.7", 415, "Plików tego rodzaju nie można importować."),
    ("raport.csv", b"%PDF-1.7 ...", 415, "jego zawartość to PDF"),
    ("tabela.csv", workbook(["nazwa"], ["A"]), 415, "jego zawartość to archiwum ZIP lub skoroszyt"),
    ("tabela.xlsx", b"nazwa\nA\n", 415, "jego zawartość to tekst"),
    ("archiwum.xlsx", archive(), 415, "To archiwum ZIP, a nie skoroszyt XLSX."),
    ("stary.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 415, "stary skoroszyt Excela"),
    ("uszkodzony.xlsx", workbook(["nazwa"], ["A"])[:900], 422, "Skoroszyt jest uszkodzony"),
    ("bomba.xlsx", bomb(), 413, "Skoroszyt po rozpakowaniu ma 60 MB"),
    ("pusty.xlsx", workbook(), 422, "Pierwszy wiersz jest pusty."),
]


@pytest.mark.parametrize(("name", "content", "status", "message"), BAD, ids=[bad[0] for bad in BAD])
def test_bad_file_is_refused_and_kept_nowhere(
    client: Client, ewa: User, media: Path, name: str, content: bytes, status: int, message: str
) -> None:
    client.force_login(ewa)

    answer = client.post("/import/new/", {"kind": "leads", "file": SimpleUploadedFile(name, content)})

    assert answer.status_code == status
    assert escape(message) in answer.content.decode()
    assert not ImportRun.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_too_large_file_is_refused_unread(client: Client, ewa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 1000)
    client.force_login(ewa)

    answer = client.post(
        "/import/new/", {"kind": "leads", "file": SimpleUploadedFile("a.csv", b"nazwa\n" + b"a\n" * 900)}
    )

    assert answer.status_code == 413
    assert "Plik jest za duży" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_body_of_200_megabytes_gets_413(client: Client, ewa: User) -> None:
    client.force_login(ewa)

    answer = client.post("/import/new/", b"", content_type="text/csv", headers={"Content-Length": str(200 * 2**20)})

    assert answer.status_code == 413
    assert not ImportRun.objects.exists()


def test_too_many_rows_are_refused(ewa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reading.MAX_ROWS, files.FileFormat.CSV, 3)

    with pytest.raises(files.FileRefused, match="3"):
        upload("nazwa\n" + "a\n" * 4, by=ewa)

    assert upload("nazwa\n" + "a\n" * 3, by=ewa).rows_total == 3


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1250", "cp1250"),
        ("iso8859-2", "iso8859-2"),
        ("utf-16", "utf-16"),
    ],
)
def test_encoding_and_separator_are_found(ewa: User, encoding: str, found: str) -> None:
    run = upload(POLISH.encode(encoding), by=ewa)

    assert (run.encoding, run.delimiter) == (found, ";")
    assert [column["header"] for column in run.columns] == ["nazwa", "miasto"]
    assert run.columns[1]["samples"] == ["Łódź", "Gdańsk", "Kraków"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separator_is_found_among_other_signs(delimiter: str, ewa: User) -> None:
    rows = [["nazwa", "opis", "kwota"], ["A", '"raz, dwa; trzy"', '"1 234,50"'], ["B", '"x|y"', '"2,00"']]

    run = upload("\n".join(delimiter.join(row) for row in rows), by=ewa)

    assert run.delimiter == delimiter
    assert [column["header"] for column in run.columns] == ["nazwa", "opis", "kwota"]


def test_rows_in_another_encoding_are_refused_one_by_one(ewa: User, funnel: FunnelCast) -> None:
    run = upload("nazwa\nŁódź\n".encode() + "Gdańsk\n".encode("cp1250") + b"Radom\n", by=ewa)
    assert "linie: 3" in run.notes[0]

    run = check(run)

    assert counts(run) == (2, 0, 0, 1)
    assert refusals(run) == [(3, "nazwa", "Tekst nie jest zapisany w kodowaniu pliku.")]


def test_repeated_and_missing_headers_are_told_apart(ewa: User) -> None:
    run = upload("nazwa,,nazwa\nA,B,C\n", by=ewa)

    assert [column["header"] for column in run.columns] == ["nazwa", "Kolumna 2", "nazwa (3)"]
    assert [column["field"] for column in run.columns] == ["name", "", ""]
    assert run.notes == ["Nagłówek „nazwa” występuje w pliku kilka razy."]


def test_workbook_gives_its_values(ewa: User, funnel: FunnelCast) -> None:
    content = workbook(
        ["ID zewnętrzne", "Nazwa", "Spodziewany przychód", "Data i czas", "Telefon"],
        [1001, "Hala", 1234.56, datetime(2026, 11, 2, 14, 5), 600100200],  # noqa: DTZ001 - as in a workbook
        [],
        [1002, "Biuro", "=1+1", None, None],
        [1003, "Plac", "#N/A", None, None],
        Drugi=[["x"]],
    )

    run = check(upload(content, by=ewa, name="leady.xlsx"))

    assert run.notes == ["Skoroszyt ma kilka arkuszy; importowany jest pierwszy, „Sheet”."]
    assert counts(run) == (1, 0, 0, 2)
    assert [refusal[:2] for refusal in refusals(run)] == [(4, "Spodziewany przychód"), (5, "Spodziewany przychód")]
    assert "Komórka zawiera formułę" in refusals(run)[0][2]


def test_cells_without_a_header_are_left_out() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["nazwa"])
    sheet.append(["A"])
    sheet.cell(row=3, column=16384, value="daleko")

    file = io.BytesIO()
    book.save(file)
    found = inspect(file, format="xlsx", encoding="", delimiter="")

    assert (found.headers, found.rows, found.columns[0].samples) == (["nazwa"], 1, ["A"])


def test_file_is_read_anew_in_the_encoding_that_the_user_sets(client: Client, ewa: User) -> None:
    run = upload("nazwa;miasto\nA;Łódź\n".encode("iso8859-2"), by=ewa)
    client.force_login(ewa)
    data = {
        "encoding": "cp1250",
        "delimiter": ";",
        "date_order": "auto",
        "number_format": "auto",
        "column_0": "name",
        "column_1": "city",
        "look": "1",
    }

    answer = client.post(f"/import/{run.pk}/columns/", data)

    assert answer.status_code == 302
    run.refresh_from_db()
    assert run.columns[1]["samples"] == ["ŁódĽ"]
    assert [column["field"] for column in run.columns] == ["name", "city"]
    assert not Lead.objects.exists()
