"""The report as a file: real numbers and dates, subtotals and totals, no formulas; sent in pieces."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from crm.models import User
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.leads.cards import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(funnel: FunnelCast, ola: User) -> None:
    came = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # the second here
    values: list[dict[str, Any]] = [
        {"status": funnel.new, "expected_revenue": Decimal("1234.50"), "probability": 50, "city": "=1+1",
         "received_at": came},
        {"status": funnel.won, "expected_revenue": Decimal("0.01"), "city": "Łódź", "received_at": came,
         "closed_at": datetime(2026, 11, 3, 11, 30, tzinfo=UTC)},
        {"status": funnel.lost, "lost_reason": funnel.too_expensive, "received_at": None},
    ]  # fmt: skip
    for each in values:
        LeadFactory(sales_person=ola, **each)


def sheet(user: User, asked: str) -> list[tuple[Any, ...]]:
    response = signed_in(user).get(f"/reports/leads/export.xlsx?{asked}")
    assert response.status_code == 200
    assert response.streaming
    book = load_workbook(io.BytesIO(response.getvalue()))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]  # type: ignore[union-attr]


def test_a_workbook_with_numbers_dates_and_totals(leads: None, ola: User) -> None:
    rows = sheet(ola, "rows=received_date.city&measures=count.revenue.win_rate.days")

    day = datetime(2026, 11, 2)  # noqa: DTZ001 - as openpyxl reads a date
    assert rows == [
        ("Data i czas: data", "Miasto", "Liczba leadów", "Spodziewany przychód", "Skuteczność",
         "Średnio dni do zamknięcia"),
        (day, "Razem", 2, 1234.51, 1, 1.5),
        (day, "=1+1", 1, 1234.5, None, None),
        (day, "Łódź", 1, 0.01, 1, 1.5),
        ("brak", "Razem", 1, None, 0, None),
        ("brak", "brak", 1, None, 0, None),
        ("Razem", None, 3, 1234.51, 0.5, 1.5),  # a rate is a share of one, which Excel shows as percent
    ]  # fmt: skip
    assert all(not isinstance(value, str) for row in rows[1:] for value in row[2:])


def test_columns_across_have_their_heads(leads: None, ola: User) -> None:
    rows = sheet(ola, "rows=sales_person&across=state.status&measures=count.weighted")

    assert rows[0] == (
        "Otwarta/zamknięta", *["Otwarta"] * 4, *["Zamknięta"] * 6, "Razem", "Razem",
    )  # fmt: skip
    assert rows[1][:5] == ("Status leadu", "Nowy", "Nowy", "Razem", "Razem")
    assert rows[2][:3] == ("Sprzedawca", "Liczba leadów", "Przychód ważony")
    assert rows[3][0:3] == ("Ola Żak", 1, 617.25)
    assert rows[-1][-2:] == (3, 617.25)


def test_csv_as_a_polish_excel_reads_it(leads: None, ola: User) -> None:
    response = signed_in(ola).get("/reports/leads/export.csv?rows=city&measures=count.average_revenue&order=-count")

    assert response.streaming
    assert "raport-leadow-" in response.headers["Content-Disposition"]
    content = response.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Miasto", "Liczba leadów", "Średni przychód"],
        ["'=1+1", "1", "1234,50"],
        ["Łódź", "1", "0,01"],
        ["brak", "1", ""],
        ["Razem", "3", "617,26"],
    ]


def test_files_hold_the_figures_also_where_the_page_shows_shares(leads: None, ola: User) -> None:
    content = signed_in(ola).get("/reports/leads/export.csv?rows=status&show=total&heat=1").getvalue().decode()

    assert "Nowy;1" in content
    assert "%" not in content


def test_nothing_found_is_an_empty_table(ola: User) -> None:
    content = signed_in(ola).get("/reports/leads/export.csv?rows=status").getvalue().decode("utf-8-sig")

    assert content == "Status leadu;Liczba leadów\r\n"
    assert sheet(ola, "rows=status&across=type") is not None
