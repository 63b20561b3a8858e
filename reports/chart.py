"""The chart of a report: the same figures as its table, as static/js/report-chart.js draws them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports.measures import Measure, rounded
from reports.pivot import Line, Pivot

MOST_POINTS, MOST_SERIES = 120, 16


@dataclass(frozen=True, slots=True)
class Chart:
    """`data` is what the script needs; `is_cut` tells that not all rows or columns are shown."""

    data: dict[str, Any]
    label: str
    is_cut: bool


def build_chart(pivot: Pivot, *, currency: str) -> Chart | None:
    """The finest rows as points and the finest columns as series of one measure; None when no chart is asked for."""
    layout = pivot.layout
    if not layout.chart:
        return None
    measure = layout.charted
    points = [row for row in pivot.rows if row.depth == len(layout.rows)]
    series = [column for column in pivot.columns if column.depth == len(layout.across)]
    is_cut = len(points) > MOST_POINTS or len(series) > MOST_SERIES
    points, series = points[:MOST_POINTS], series[:MOST_SERIES]
    data = {
        "kind": layout.chart,
        "unit": measure.unit,
        "currency": currency,
        "points": [_name(point, pivot) for point in points],
        "series": [
            {
                "name": _name(column, pivot) if layout.across else str(measure.label),
                "colour": column.colour,
                "figures": [_figure(pivot, point, column, measure) for point in points],
            }
            for column in series
        ],
    }
    by = " / ".join(dimension.label for dimension in layout.dimensions)
    label = _("Chart: %(measure)s by %(dimensions)s. The same figures are in the table below.")
    return Chart(data, label % {"measure": measure.label, "dimensions": by or _("Total")}, is_cut)


def _name(line: Line, pivot: Pivot) -> str:
    return " / ".join(group.show(pivot.choices) for group in line.groups) or _("Total")


def _figure(pivot: Pivot, row: Line, column: Line, measure: Measure) -> float | None:
    value = pivot.value(row, column, measure)
    return None if value is None else float(rounded(value, 2))
