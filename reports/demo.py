"""Demo data of reports: saved ones, which open beside the ready reports."""

from urllib.parse import urlencode

from crm.models import User
from leads.demo.build import MANAGER, SELLER
from reports.models import SavedReport
from reports.services.saved_reports import create_report


def add_reports() -> None:
    """A report and a funnel that the manager shares with everybody, and a report of a sales person's own."""
    outcome = {
        "received_in": "last_12_months", "rows": "sales_person", "measures": "count.won.lost.win_rate.revenue",
        "order": "-win_rate", "chart": "bar", "of": "win_rate",
    }  # fmt: skip
    own = {
        "state": "open",
        "mine": "1",
        "rows": "status",
        "across": "priority",
        "measures": "count.weighted",
        "heat": "1",
    }
    people = User.objects.in_bulk([MANAGER, SELLER], field_name="email")
    create_report(name="Skuteczność zespołu", query=urlencode(outcome), is_shared=True, by=people[MANAGER])
    create_report(
        name="Lejek według źródeł",
        kind=SavedReport.Kind.FUNNEL,
        query=urlencode({"by": "source", "entered_in": "last_12_months"}),
        is_shared=True,
        by=people[MANAGER],
    )
    create_report(name="Moje otwarte leady", query=urlencode(own), is_shared=False, by=people[SELLER])
