"""The chart of a report: what is drawn of the table."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from crm.models import Source, User
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.reports.test_report_page import page

pytestmark = pytest.mark.django_db


def chart(user: User, asked: str) -> dict[str, Any]:
    """What the script draws."""
    found = re.search(r'<script id="report-chart-data" type="application/json">(.*?)</script>', page(user, asked))
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def over_new_year(funnel: FunnelCast) -> None:
    source = Source.objects.create(name="Targi")
    for day, revenue, at in (("2025-12-22", 100, source), ("2026-01-07", 300, None)):
        LeadFactory(status=funnel.new, source=at, expected_revenue=revenue, received_at=f"{day}T12:00:00Z")
    LeadFactory(status=funnel.new, source=None, expected_revenue=7, received_at=None)


def test_a_calendar_has_no_gaps(over_new_year: None, ewa: User) -> None:
    data = chart(ewa, "rows=received_week&across=source&chart=line")
    weeks = ["2025, tydz. 52", "2026, tydz. 1", "2026, tydz. 2"]
    assert data["points"] == [*weeks, "brak"]
    assert [(each["name"], each["figures"]) for each in data["series"]] == [
        ("Targi", [1, 0, 0, 0]), ("brak", [0, 0, 1, 1])
    ]  # fmt: skip
    assert data["series"][1]["colour"] == "gray"
    assert chart(ewa, "rows=received_week&chart=bar&order=-label")["points"] == [*reversed(weeks), "brak"]


def test_of_nothing_there_is_no_average(over_new_year: None, ewa: User) -> None:
    data = chart(ewa, "rows=received_week&measures=average_revenue&chart=line")
    assert data["series"][0]["figures"] == [100, None, 300, 7]
    assert (data["x"], data["y"]) == ("Data i czas: tydzień", "Średni przychód")


def test_points_stand_in_the_order_of_the_table(over_new_year: None, ewa: User) -> None:
    data = chart(ewa, "rows=received_week&measures=revenue&order=-revenue&chart=bar")
    assert data["points"] == ["2026, tydz. 2", "2025, tydz. 52", "brak"]


def test_a_calendar_of_too_many_days_stays_as_it_is(funnel: FunnelCast, ewa: User) -> None:
    for year in (2020, 2026):
        LeadFactory(status=funnel.new, received_at=datetime(year, 5, 4, 12, tzinfo=UTC))
    assert chart(ewa, "rows=received_date&chart=bar")["points"] == ["04.05.2020", "04.05.2026"]
