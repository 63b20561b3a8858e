"""Texts of files as values: dates, numbers, percents and rates in the formats that people write."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from leads.importing.fields import guess
from leads.importing.values import FormatVotes, parse_date, parse_decimal, parse_moment, parse_percent

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("10/20/2016", "mdy", datetime(2016, 10, 20, tzinfo=WARSAW)),
        ("20.10.2016", "dmy", datetime(2016, 10, 20, tzinfo=WARSAW)),
        ("1.2.26", "dmy", datetime(2026, 2, 1, tzinfo=WARSAW)),
        ("2016-10-20", "dmy", datetime(2016, 10, 20, tzinfo=WARSAW)),
        ("2016-10-20 14:05", "ymd", datetime(2016, 10, 20, 14, 5, tzinfo=WARSAW)),
        ("20.10.2016, 14:05:30", "dmy", datetime(2016, 10, 20, 14, 5, 30, tzinfo=WARSAW)),
        ("5/6/2020 3:07 PM", "mdy", datetime(2020, 5, 6, 15, 7, tzinfo=WARSAW)),
        ("2016-10-20T12:00:00Z", "ymd", datetime(2016, 10, 20, 14, tzinfo=WARSAW)),
        (date(2016, 10, 20), "dmy", datetime(2016, 10, 20, tzinfo=WARSAW)),
    ],
)
def test_moments(text: Any, order: str, moment: datetime) -> None:
    assert parse_moment(text, order) == moment


@pytest.mark.parametrize(
    "text", ["31.02.2026", "32.1.2026", "jutro", "2026", "1.1.2026 25:00", "1.1.2026 po południu", 45000]
)
def test_what_is_no_date(text: Any) -> None:
    with pytest.raises(ValidationError):
        parse_moment(text, "dmy")


def test_empty_cells_have_no_value() -> None:
    assert parse_date("", "dmy") is None
    assert parse_moment(None, "dmy") is None
    assert parse_decimal("", "auto") is None
    assert parse_percent(None, "auto") is None


@pytest.mark.parametrize(
    ("cell", "number_format", "number"),
    [
        ("1 234,50 zł", "comma", "1234.50"),
        ("1\u00a0234,50", "comma", "1234.50"),
        ("1.234,5", "comma", "1234.5"),
        ("$1,234.50", "point", "1234.50"),
        ("1'000'000", "point", "1000000"),
        ("-5", "auto", "-5"),
        ("1054", "auto", "1054"),
        (1234.56, "auto", "1234.56"),
        (0.1 + 0.2, "auto", "0.3"),
        (5, "comma", "5"),
    ],
)
def test_numbers(cell: Any, number_format: str, number: str) -> None:
    assert parse_decimal(cell, number_format) == Decimal(number)


@pytest.mark.parametrize(
    "cell", ["1e400", "inf", "NaN", "1,2,3", "1.2.3,4x", "sto", "1 23,4", "12,34.5", "9" * 60, float("inf"), True]
)
def test_what_is_no_number(cell: Any) -> None:
    for number_format in ("comma", "point"):
        with pytest.raises(ValidationError):
            parse_decimal(cell, number_format)


@pytest.mark.parametrize(("cell", "percent"), [("35", 35), ("35 %", 35), (0.35, 35), ("0,5", 50), (100, 100)])
def test_percents(cell: Any, percent: int) -> None:
    assert parse_percent(cell, "comma") == percent


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/2/2016", "10/20/2016", "3/4/2016"], "mdy"),
        (["01.02.2016", "20.10.2016"], "dmy"),
        (["2016-10-20"], "ymd"),
        (["1/2/2016", "3/4/2016"], ""),
        (["20.10.2016", "31.02.2016", "brak"], "dmy"),
        (["Kraków", "Łódź"], ""),
    ],
)
def test_date_order_is_found_in_the_whole_column(cells: list[str], order: str) -> None:
    votes = FormatVotes()
    for cell in cells:
        votes.count(cell)
    assert votes.date_order() == order


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["12", "1234,5", "1 000"], "comma"),
        (["12", "1,234.5"], "point"),
        (["1,000", "2000"], ""),
        (["10,5 zł", "7"], "comma"),
    ],
)
def test_number_format_is_found_in_the_whole_column(cells: list[str], found: str) -> None:
    votes = FormatVotes()
    for cell in cells:
        votes.count(cell)
    assert votes.number_format() == found


@pytest.mark.parametrize(
    ("kind", "headers", "fields"),
    [
        (
            "leads",
            [
                "opportunity_id",
                "sales_agent",
                "product",
                "account",
                "deal_stage",
                "engage_date",
                "close_date",
                "close_value",
            ],
            [
                "external_id",
                "sales_person",
                "product",
                "partner",
                "status",
                "received_at",
                "closed_at",
                "expected_revenue",
            ],
        ),
        (
            "leads",
            [
                "ID zewnętrzne",
                "NAZWA",
                "Powod porazki",
                "E-MAIL",
                "Kod pocztowy",
                "Spodziewane zamknięcie",
                "Uwagi",
                "x",
            ],
            ["external_id", "name", "lost_reason", "email", "postal_code", "expected_close", "description", ""],
        ),
        ("leads", ["Nazwa", "nazwa", "Telefonn"], ["name", "", "phone"]),
        (
            "partners",
            ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"],
            ["name", "", "", "", "", "country", ""],
        ),
        ("products", ["product", "series", "sales_price"], ["name", "", "net_price"]),
        (
            "products",
            ["Symbol", "Nazwa", "j.m.", "Cena netto", "Stawka VAT"],
            ["code", "name", "unit", "net_price", "vat_rate"],
        ),
        ("people", ["sales_agent", "manager", "regional_office"], ["full_name", "", "team"]),
    ],
)
def test_columns_are_guessed(kind: str, headers: list[str], fields: list[str]) -> None:
    assert guess(headers, kind) == fields
