"""What surrounds the table of a report: the builder's zones, the choices of how it looks, the quick intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.panel import Day, build_interval, list_url
from reports.dimensions import families
from reports.layout import CHARTS, MOST_ACROSS, MOST_ROWS, PIVOT, SHOWN, TABLE
from reports.measures import ALL_MEASURES
from reports.report import PAGE, Report

Offer = tuple[str | Promise, Sequence[tuple[str, str | Promise]]]


@dataclass(frozen=True, slots=True)
class Zone:
    """A place of the builder: what stands in it, and what can be added, under headings."""

    name: str
    label: str | Promise
    add_label: str | Promise
    pieces: Sequence[tuple[str, str | Promise]]
    offers: Sequence[Offer]
    most: int

    @property
    def is_full(self) -> bool:
        return len(self.pieces) >= self.most


@dataclass(frozen=True, slots=True)
class Option:
    """One of several ways to show the report; `url` is the report so."""

    label: str | Promise
    url: str
    is_chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class IntervalMenu:
    """The choices of an interval of dates: by name (`options`), or by its `ends`, which a form with `kept` asks for."""

    name: str
    label: str
    options: Sequence[Option]
    ends: Sequence[Day]
    kept: Sequence[tuple[str, str]]


def dimension_offers() -> list[Offer]:
    """All dimensions under their headings."""
    return [(label, [(dimension.name, text) for dimension, text in found]) for label, found in families()]


def measure_offers() -> Offer:
    """All measures under their heading."""
    return _("Measures"), [(measure.name, measure.label) for measure in ALL_MEASURES]


def build_zones(report: Report) -> list[Zone]:
    """Rows, columns and measures of the report."""
    layout = report.layout
    used = {dimension.name for dimension in layout.dimensions}
    dimensions = [(label, [offer for offer in found if offer[0] not in used]) for label, found in dimension_offers()]
    counted = {measure.name for measure in layout.measures}
    measures = [(_("Measures"), [(m.name, m.label) for m in ALL_MEASURES if m.name not in counted])]
    return [
        Zone("rows", _("Rows"), _("Add to the rows"), [(d.name, d.label) for d in layout.rows], dimensions, MOST_ROWS),
        Zone(
            "across", _("Columns"), _("Add to the columns"), [(d.name, d.label) for d in layout.across], dimensions,
            MOST_ACROSS,
        ),
        Zone(
            "measures", _("Measures"), _("Add a measure"), [(m.name, m.label) for m in layout.measures], measures,
            len(ALL_MEASURES),
        ),
    ]  # fmt: skip


def build_options(report: Report) -> dict[str, Any]:
    """The choices of how the report looks, by name."""
    layout = report.layout
    turned = layout.turned()
    return {
        "turned": report.url_with(turned) if turned else "",
        "modes": [
            Option(label, report.url_with(replace(layout, mode=mode)), mode == layout.mode, mode)
            for mode, label in ((PIVOT, _("Pivot")), (TABLE, _("Table")))
        ],
        "shown": [
            Option(label, report.url_with(replace(layout, show=show)), show == layout.show, show)
            for show, label in SHOWN.items()
        ],
        "charts": [
            Option(label, report.url_with(replace(layout, chart=chart)), chart == layout.chart, chart)
            for chart, label in CHARTS.items()
        ],
        "charted": [
            Option(m.label, report.url_with(replace(layout, of=m.name)), m == layout.charted, m.name)
            for m in layout.measures
        ],
        "heat": Option(
            _("Heat map"), report.url_with(replace(layout, is_heated=not layout.is_heated)), layout.is_heated
        ),
        "intervals": [_interval_menu(report, name) for name in ("received", "close")],
    }


def _interval_menu(report: Report, name: str) -> IntervalMenu:
    """The menu of a date; what is chosen takes the place of whatever interval of that date there was."""
    interval = build_interval(report.leads, name)
    own = {interval.period_name, *(end.name for end in interval.ends)}
    kept = [*(pair for pair in report.leads.asked() if pair[0] not in own), *report.layout.pairs()]

    def option(value: str, label: str | Promise) -> Option:
        chosen = [(interval.period_name, value)] if value else []
        is_chosen = value == interval.period and (bool(value) or not any(end.value for end in interval.ends))
        return Option(label, list_url([*chosen, *kept], page=PAGE), is_chosen, value)

    offered = [("", _("any period")), *interval.periods]
    return IntervalMenu(name, interval.label, [option(*each) for each in offered], interval.ends, kept)
