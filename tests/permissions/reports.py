"""The lines of the permission matrix for `reports`."""

from collections.abc import Callable

from reports.models import SavedReport
from tests.permissions.words import Cast, Line, everyone, managers_own

# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {
    "report": lambda cast: SavedReport.objects.create(owner=cast.ewa, name="Mój raport").pk,
}

URLS: list[Line] = [
    everyone("reports:lead_report"),
    everyone("reports:report_export", format="csv"),
    everyone("reports:report_export", format="xlsx"),
    everyone("reports:dashboard_show"),
    everyone("reports:funnel_show"),
    everyone("reports:funnel_export", format="csv"),
    everyone("reports:funnel_export", format="xlsx"),
    # A report that ewa keeps to herself; who sees and changes shared ones: tests/reports/test_saved_reports.py
    everyone("reports:report_list"),
    everyone("reports:report_create"),
    everyone("reports:report_create", "post"),
    managers_own("reports:report_open", pk="@report"),
    managers_own("reports:report_edit", pk="@report"),
    managers_own("reports:report_edit", "post", pk="@report"),
    managers_own("reports:report_update", "post", pk="@report"),
    managers_own("reports:report_delete", "post", pk="@report"),
]

EXEMPT: dict[str, str] = {}
