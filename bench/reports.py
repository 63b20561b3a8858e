"""The shapes of the report, each beside the same figures by hand-written SQL; a request of them takes long."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.server import Answer, Client
from leads.periods import Period, days_of

ZONE = ZoneInfo("Europe/Warsaw")

PATHS = {
    "report_week": "received_in=last_12_months&rows=received_week",
    "report_load": "rows=sales_person&across=status",
    "report_marketing": "rows=campaign.source&across=received_month&measures=count.revenue",
}
KINDS = tuple(PATHS)
REQUESTS = 10


def ask_report(kind: str, client: Client) -> tuple[Answer, dict[str, Any]]:
    """Send one request as a changed layout sends it (without the frame of the page); with it its floor's parameters."""
    first, last = days_of(Period.LAST_12_MONTHS, datetime.now(ZONE).date())
    floor = {"since": _start(first), "until": _start(last + timedelta(days=1))}
    return client.get(f"/reports/leads/?{PATHS[kind]}", htmx=True), floor


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
