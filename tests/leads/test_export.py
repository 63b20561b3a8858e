"""The list as a file: exactly the filtered, visible leads, with real numbers and dates, and no formulas."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from crm.downloads import stream_download
from crm.models import SystemSettings, User, Visibility
from leads.cells import plain_text
from leads.columns import COLUMNS, DEFAULT_COLUMNS
from leads.models import LeadTagging
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def body(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    content: bytes = response.getvalue()
    return content


def csv_rows(client: Client, query: str = "", *, delimiter: str = ";") -> list[dict[str, str]]:
    content = body(client, f"/leads/export.csv{query}")
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by its mark"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def sheet(client: Client, query: str = "") -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(body(client, f"/leads/export.xlsx{query}")))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]  # type: ignore[union-attr]


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Any:
    lead = LeadFactory(
        name="Wózek; „duży”\nna raty",
        status=funnel.proposal,
        partner=rows.PartnerFactory(name="=cmd|' /C calc'!A0"),
        sales_person=ola,
        received_at=datetime(2026, 11, 1, 8, 5, tzinfo=UTC),
        expected_revenue=Decimal("1234.50"),
        probability=35,
        expected_close=date(2026, 12, 24),
        phone="+48 600 100 200",
        description="<div>Raz<br>dwa &amp; trzy</div>",
    )
    for name in ("targi", "pilne"):
        LeadTagging.objects.create(lead=lead, tag=rows.LeadTagFactory(name=name))
    return lead


def test_csv_as_a_polish_excel_reads_it(as_ola: Client, lead: Any) -> None:
    (row,) = csv_rows(as_ola)

    assert row == {
        "ID": f"{lead.pk:06d}",
        "Nazwa": "Wózek; „duży”\nna raty",
        "Status leadu": "Propozycja",
        "Typ leadu": "",
        "Partner": "'=cmd|' /C calc'!A0",
        "Sprzedawca": "Ola Żak",
        "Data i czas": "2026-11-01 09:05",
        "Spodziewany przychód": "1234,50",
        "Prawdopodobieństwo": "35",
        "Spodziewane zamknięcie": "2026-12-24",
        "Priorytet leadu": "",
        "Tagi leadu": "pilne, targi",
    }


def test_csv_in_english_has_commas_and_points(as_ola: Client, ola: User, lead: Any) -> None:
    User.objects.filter(pk=ola.pk).update(language="en")

    (row,) = csv_rows(as_ola, delimiter=",")

    assert row["Expected revenue"] == "1234.50"


def test_xlsx_has_numbers_dates_and_no_formulas(as_ola: Client, lead: Any) -> None:
    head, row = sheet(as_ola)

    values = dict(zip(head, row, strict=True))
    assert values["ID"] == f"{lead.pk:06d}"
    assert values["Spodziewany przychód"] == 1234.5
    assert values["Prawdopodobieństwo"] == 35
    assert values["Data i czas"] == datetime(2026, 11, 1, 9, 5)  # noqa: DTZ001 - a sheet has no zones
    assert values["Spodziewane zamknięcie"] == datetime(2026, 12, 24)  # noqa: DTZ001
    assert values["Partner"] == "=cmd|' /C calc'!A0"
    content = body(as_ola, "/leads/export.xlsx")
    book = load_workbook(io.BytesIO(content))
    assert {cell.data_type for cell in next(book.active.iter_rows(min_row=2))} <= {"s", "n", "d"}  # type: ignore[union-attr]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_the_csv_begins_as_a_formula(as_ola: Client, funnel: FunnelCast, begin: str) -> None:
    LeadFactory(name=f"{begin}1+1", status=funnel.new)

    (row,) = csv_rows(as_ola)

    assert row["Nazwa"].startswith("'")
    assert row["Nazwa"].endswith("1+1")


def test_exactly_what_is_filtered_and_visible_in_its_order(
    as_ola: Client, funnel: FunnelCast, ola: User, marek: User
) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    for name in ("Ćma", "Zebra", "Cel"):
        LeadFactory(name=name, status=funnel.new, sales_person=ola)
    LeadFactory(name="Cudzy", status=funnel.new, sales_person=marek)
    LeadFactory(name="Zamknięty", status=funnel.won, sales_person=ola)
    for number in range(60):
        LeadFactory(name=f"dużo {number:02d}", status=funnel.qualified, sales_person=ola)

    assert [row["Nazwa"] for row in csv_rows(as_ola, f"?status={funnel.new.pk}&sort=name")] == ["Cel", "Ćma", "Zebra"]
    assert [row[1] for row in sheet(as_ola, f"?status={funnel.new.pk}&sort=-name")[1:]] == ["Zebra", "Ćma", "Cel"]
    assert len(csv_rows(as_ola)) == 63, "the whole list, not its first page"
    everything = {row["Nazwa"] for row in csv_rows(as_ola, "?state=all")}
    assert "Zamknięty" in everything
    assert "Cudzy" not in everything


def test_chosen_columns_or_all(as_ola: Client, ola: User, lead: Any) -> None:
    User.objects.filter(pk=ola.pk).update(lead_columns=["phone", "name"])

    assert list(csv_rows(as_ola)[0]) == ["Telefon", "Nazwa"]
    (row,) = csv_rows(as_ola, "?columns=all")
    assert len(row) == len(COLUMNS)
    assert row["Opis"] == "Raz dwa & trzy"
    assert row["Telefon"] == "'+48 600 100 200"
    assert row["Otwarta/zamknięta"] == "Otwarta"
    assert len(sheet(as_ola, "?columns=all")[0]) == len(COLUMNS) > len(DEFAULT_COLUMNS)


@pytest.mark.parametrize("query", ["?status=abc", "?sort=sekret", "?received_from=2026-02-31"])
def test_a_bad_filter_exports_nothing(as_ola: Client, lead: Any, query: str) -> None:
    for ending in ("csv", "xlsx"):
        response = as_ola.get(f"/leads/export.{ending}{query}")
        assert response.status_code == 400
        assert "Wózek" not in response.content.decode()


def test_other_formats_do_not_exist(as_ola: Client) -> None:
    assert as_ola.get("/leads/export.pdf").status_code == 404


def test_too_many_for_a_sheet_is_told(as_ola: Client, lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.export.MOST_ROWS", 0)

    response = as_ola.get("/leads/export.xlsx")

    assert response.status_code == 413
    assert "CSV" in response.content.decode()


def test_the_page_is_told_that_the_file_is_on_its_way(as_ola: Client, lead: Any) -> None:
    response = as_ola.get("/leads/export.csv?token=0a1b-2c")

    assert response.cookies["lejek-export"].value == "0a1b-2c"
    assert re.search(r'filename="leady-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"])
    assert response.getvalue()
    assert "lejek-export" not in as_ola.get("/leads/export.csv?token=%0d%0aSet-Cookie:x").cookies


def test_under_asgi_the_next_piece_is_made_when_the_one_before_is_taken() -> None:
    from django.core.handlers.asgi import ASGIRequest

    made: list[int] = []
    closed: list[bool] = []

    def pieces() -> Any:
        try:
            for number in range(1000):
                made.append(number)
                yield b"x"
        finally:
            closed.append(True)

    async def take_three() -> None:
        request = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": []}, io.BytesIO())
        response = stream_download(request, pieces(), name="ż.csv", content_type="text/csv")
        body: AsyncIterator[bytes] = response.streaming_content  # type: ignore[assignment]
        for _ in range(3):
            await anext(body)
        await body.aclose()  # type: ignore[attr-defined]

    # In a thread of its own: where a browser test ran before, this one has a loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, take_three()).result()

    assert len(made) <= 4
    assert closed == [True]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p><strong>Termin</strong>, potem <a href='https://lejek.test'>cena</a>.</p>", "Termin, potem cena."),
        ("<p>raz</p><p>dwa<br>trzy</p><ul><li>cztery</li></ul>", "raz dwa trzy cztery"),
        ("<blockquote>a</blockquote><em>b</em>", "a b"),
    ],
)
def test_plain_text_parts_lines_not_words(html: str, text: str) -> None:
    assert plain_text(html) == text
