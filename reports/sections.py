"""The tabs of „Raport leadów”: each page of reports has its own address."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.sections import Tab

TABS = (
    ("reports:dashboard_show", _("Dashboard"), "layout-dashboard"),
    ("reports:lead_report", _("Report"), "table"),
    ("reports:funnel_show", _("Funnel"), "chart-funnel"),
)


def report_tabs(active: str) -> Sequence[Tab]:
    """The tabs; `active` is the URL name of the present one."""
    return [Tab(reverse(name), label, icon, name == active, keeps_filter=False) for name, label, icon in TABS]
