"""The reports that everybody has from the start."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ReadyReport:
    """A report as an address says it; intervals go with the calendar."""

    key: str
    name: str | Promise
    hint: str | Promise
    query: str


READY: Sequence[ReadyReport] = (
    ReadyReport(
        "by-week",
        _("Leads by week"),
        _("How many enquiries come, and from where, in the last 12 months"),
        "received_in=last_12_months&rows=received_week&across=source&chart=stacked",
    ),
    ReadyReport(
        "closings",
        _("Planned closings by month"),
        _("What open leads are expected to bring, and when"),
        "state=open&rows=close_month&measures=count.revenue.weighted&chart=bar&of=weighted",
    ),
    ReadyReport(
        "load",
        _("Load by sales person and status"),
        _("How many open leads each of the sales people has, by status"),
        "state=open&rows=sales_person&across=status&heat=1",
    ),
    ReadyReport(
        "marketing",
        _("Marketing effectiveness"),
        _("What campaigns and sources bring: won leads, revenue, days to close"),
        "rows=source.campaign&measures=count.won.lost.win_rate.revenue.days&order=-count",
    ),
)
BY_KEY = {ready.key: ready for ready in READY}
