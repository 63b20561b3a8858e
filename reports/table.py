"""The table of a report as HTML: heads over the columns, rows as a tree, a link in each cell to its leads.

There may be fifty thousand cells: they are joined here, which costs a tenth of what a loop of the template takes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import groupby

from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.formats import format_number
from leads.cells import escape
from leads.panel import LIST, list_url
from reports.layout import BY_LABEL, Layout
from reports.measures import Measure, Value, show_share
from reports.pivot import Line, Pivot
from reports.report import Report


@dataclass(frozen=True, slots=True)
class Head:
    """A cell over columns; `url` sorts by the column ("": it can't be), `direction` is that of the present order."""

    text: str
    columns: int = 1
    rows: int = 1
    url: str = ""
    direction: str = ""
    colour: str = ""
    is_total: bool = False
    # The place of its first column, and how many columns it adds up and can be folded into their sum.
    start: int = 0
    inside: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `css` are its classes, `cells` its `<td>`s. `has_inside`: rows of its groups follow."""

    label: str
    depth: int
    colour: str
    has_inside: bool
    is_total: bool
    key: str
    cells: SafeString


@dataclass(frozen=True)
class ReportTable:
    """What the template shows of a report."""

    report: Report
    pivot: Pivot

    @property
    def layout(self) -> Layout:
        return self.pivot.layout

    @property
    def count_text(self) -> str:
        """How many leads the report is about."""
        count = self.pivot.cells.sums[(), ()]["leads"]
        return ngettext("%(count)s lead", "%(count)s leads", count) % {"count": format_number(count)}

    @cached_property
    def head_rows(self) -> list[list[Head]]:
        """The rows of heads, without the one over the labels."""
        across, columns = self.layout.across, self.pivot.columns
        rows = [list(self._heads(columns, level)) for level in range(len(across))]
        if self._has_measure_row:
            pairs = ((column, measure) for column in columns for measure in self.layout.measures)
            rows.append([self._measure_head(column, measure, start) for start, (column, measure) in enumerate(pairs)])
        return rows

    @property
    def corner(self) -> Head:
        """The head over the labels of the rows; it sorts by them."""
        text = " / ".join(dimension.label for dimension in self.layout.rows)
        url = self.report.url_with(self.layout.sorted_by(BY_LABEL)) if text else ""
        order = self.layout.order
        direction = ("descending" if order.descending else "ascending") if order.by == BY_LABEL and text else ""
        return Head(text, rows=len(self.head_rows), url=url, direction=direction)

    @cached_property
    def rows(self) -> list[TableRow]:
        """All rows, the total of all last."""
        lines, depth = self.pivot.rows, len(self.layout.rows)
        return [
            TableRow(
                label=line.label if line.depth else _("Total"),
                depth=line.depth,
                colour=line.colour,
                has_inside=0 < line.depth < depth,
                is_total=line.is_total,
                key="~".join(map(str, line.groups)) if 0 < line.depth < depth else "",
                cells=self._cells(line),
            )
            for line in lines
        ]

    # --- Heads

    @property
    def _has_measure_row(self) -> bool:
        return len(self.layout.measures) > 1 or not self.layout.across

    def _heads(self, columns: Sequence[Line], level: int) -> Iterator[Head]:
        """The heads of one dimension across. A sum stands beside the groups that it adds up, down to the last row."""
        each, deepest = len(self.layout.measures), len(self.layout.across)
        # The sums of the levels above begin higher up.
        below = [(place, line) for place, line in enumerate(columns) if line.depth >= level]
        for (is_sum, _path), found in groupby(below, key=lambda at: (at[1].depth == level, at[1].path[: level + 1])):
            places, lines = zip(*found, strict=True)
            head = Head(
                _("Total") if is_sum else lines[0].groups[level].show(self.pivot.choices),
                columns=len(lines) * each,
                rows=deepest - level if is_sum else 1,
                colour=lines[-1].colour if lines[-1].depth == level + 1 else "",
                is_total=is_sum,
                start=places[0] * each,
                inside=(len(lines) - 1) * each if lines[-1].is_total and not is_sum else 0,
                key=str(lines[0].groups[0]) if lines[0].groups else "",
            )
            is_lowest = is_sum or level == deepest - 1
            yield (
                self._sorting(head, lines[0], self.layout.measures[0])
                if is_lowest and not self._has_measure_row
                else head
            )

    def _measure_head(self, column: Line, measure: Measure, start: int) -> Head:
        return self._sorting(Head(str(measure.label), is_total=column.is_total, start=start), column, measure)

    def _sorting(self, head: Head, column: Line, measure: Measure) -> Head:
        if not self.layout.rows:
            return head
        order = self.layout.order
        is_now = order.by == measure.name and order.at == column.groups
        direction = ("descending" if order.descending else "ascending") if is_now else ""
        url = self.report.url_with(self.layout.sorted_by(measure.name, column.groups))
        return replace(head, url=url, direction=direction)

    # --- Cells

    def _cells(self, row: Line) -> SafeString:
        pivot, measures = self.pivot, self.layout.measures
        cells = []
        for column, query in zip(pivot.columns, self._column_queries, strict=True):
            count = pivot.count(row, column)
            href = escape(f"{self._start}{self._query(row)}{query}") if count else ""
            is_total = " is-total" if column.is_total and self.layout.across else ""
            for measure in measures:
                cells.append(self._cell(row, column, measure, href, is_total))
        return mark_safe("".join(cells))

    def _cell(self, row: Line, column: Line, measure: Measure, href: str, css: str) -> str:
        figure = self.pivot.figure(row, column, measure)
        if figure.value is None or not href:
            return f'<td class="lj-number{css}"></td>'
        text = self._shown(measure, figure.value)
        title = ""
        if self.layout.show and measure.is_sum:  # of nothing there is no share
            title, text = f' title="{escape(text)}"', "–" if figure.share is None else show_share(figure.share)
        heat = f" lj-heat-{figure.heat}" if figure.heat else ""
        if measure.counted is not None:
            if not figure.value:
                return f'<td class="lj-number{css}{heat}"><span{title}>{escape(text)}</span></td>'
            href += escape(f"&{urlencode({'group': str(measure.counted)})}")
        return f'<td class="lj-number{css}{heat}"><a href="{href}"{title}>{escape(text)}</a></td>'

    @cached_property
    def _start(self) -> str:
        """The address of the list with the filter of the report."""
        return list_url(self.report.lead_pairs(), page=LIST)

    @cached_property
    def _column_queries(self) -> list[str]:
        return [self._query(column) for column in self.pivot.columns]

    def _query(self, line: Line) -> str:
        return "".join(f"&{urlencode({'group': str(group)})}" for group in line.groups)

    @cached_property
    def _shown(self) -> Callable[[Measure, Value], str]:
        """The texts of figures: many are the same, and Babel takes its time."""
        return cache(lambda measure, value: measure.show(value, self.report.currency))


def build_table(report: Report) -> ReportTable | None:
    """The table of a report that has one."""
    if report.pivot is None or report.pivot.is_empty:
        return None
    return ReportTable(report, report.pivot)
