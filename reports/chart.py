"""The chart of a report: the same figures as its table, as static/js/report-chart.js draws them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from leads.groups import Days, Group
from leads.periods import shift
from reports.layout import BY_LABEL
from reports.measures import Measure, rounded
from reports.pivot import Line, Pivot

MOST_POINTS, MOST_SERIES = 120, 16
# What stands for „brak”, whatever the other colours are.
COLOUR_OF_NONE = "gray"


@dataclass(frozen=True, slots=True)
class Chart:
    """`data` is what the script needs; `is_cut` tells that not all rows or columns are shown."""

    data: dict[str, Any]
    title: str
    is_cut: bool

    @property
    def label(self) -> str:
        """The chart in words, for who does not see it."""
        return _("Chart: %(title)s. The same figures are in the table below.") % {"title": self.title}


def build_chart(pivot: Pivot, *, currency: str) -> Chart | None:
    """The finest rows as points and the finest columns as series of one measure; None when no chart is asked for.

    Of a calendar, times without leads have their place, too: the chart would otherwise draw a year as long as a month.
    """
    layout = pivot.layout
    if not layout.chart:
        return None
    measure = layout.charted
    points = [row for row in pivot.rows if row.depth == len(layout.rows)]
    series = [column for column in pivot.columns if column.depth == len(layout.across)]
    is_cut = len(points) > MOST_POINTS or len(series) > MOST_SERIES
    points, series = _without_gaps(points, pivot)[:MOST_POINTS], series[:MOST_SERIES]
    data = {
        "kind": layout.chart,
        "unit": measure.unit,
        "currency": currency,
        "x": " / ".join(dimension.label for dimension in layout.rows),
        "y": str(measure.label),
        "points": [_name(point, pivot) for point in points],
        "series": [
            {
                "name": _name(column, pivot) if layout.across else str(measure.label),
                "colour": COLOUR_OF_NONE if column.groups and column.groups[-1].value is None else column.colour,
                "figures": [_figure(pivot, point, column, measure) for point in points],
            }
            for column in series
        ],
    }
    by = " / ".join(dimension.label for dimension in layout.dimensions)
    title = _("%(measure)s by: %(dimensions)s") % {"measure": measure.label, "dimensions": by} if by else measure.label
    return Chart(data, str(title), is_cut)


def _without_gaps(points: list[Line], pivot: Pivot) -> list[Line]:
    """The points of a calendar with those between them that have no leads, unless there would be too many."""
    rows, order = pivot.layout.rows, pivot.layout.order
    if len(rows) != 1 or not isinstance(rows[0].grouping, Days) or order.by != BY_LABEL:
        return points
    grouping, filled = rows[0].grouping, {point.path[0]: point for point in points if point.path[0] is not None}
    days = list(islice(_calendar(grouping.unit, filled), MOST_POINTS + 1))
    if len(days) > MOST_POINTS:
        return points
    if order.descending:
        days.reverse()
    none = [point for point in points if point.path[0] is None]
    return [*(filled.get(day) or Line((day,), (Group(grouping, day),), "", is_total=False) for day in days), *none]


def _calendar(unit: str, days: Collection[date]) -> Iterator[date]:
    """All units (by their first day) from the first to the last of these."""
    if days:
        day, last = min(days), max(days)
        while day <= last:
            yield day
            day = shift(day, unit, 1)


def _name(line: Line, pivot: Pivot) -> str:
    return " / ".join(group.show(pivot.choices) for group in line.groups) or _("Total")


def _figure(pivot: Pivot, row: Line, column: Line, measure: Measure) -> float | None:
    """A cell of the chart; where there are no leads, a sum is nothing and an average unknown."""
    value = pivot.value(row, column, measure)
    if value is None:
        return 0 if measure.is_sum else None
    return float(rounded(value, 2))
