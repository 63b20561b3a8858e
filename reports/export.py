"""The tables of reports as files (reports/sheet.py): the pivot with its subtotals and totals, the funnel."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.columns import label_of
from leads.export import Value
from leads.groups import Clock, Days, Group, Number
from leads.passages import OUTCOMES, Fate
from reports.funnel_query import Funnel, Moves
from reports.funnel_table import HEADS, FunnelTable
from reports.pivot import Line, Pivot
from reports.sheet import Sheet, figure

FUNNEL_FATES = (Fate.ENTERED, *OUTCOMES)


def pivot_sheet(pivot: Pivot, *, title: str) -> Sheet:
    """The whole table, whatever is folded in the page, with the figures themselves and not their shares."""
    layout, total = pivot.layout, _("Total")
    labels = [dimension.label for dimension in layout.rows] or [""]
    heads = [
        [*([""] * (len(labels) - 1)), layout.across[level].label]
        + [_column_label(column, level, pivot, total) for column in pivot.columns for _measure in layout.measures]
        for level in range(len(layout.across))
    ]
    heads.append([*labels, *(str(measure.label) for _column in pivot.columns for measure in layout.measures)])

    def rows() -> Iterator[tuple[list[Value], bool]]:
        for line in pivot.rows:
            names = [_label(group, pivot) for group in line.groups]
            sums = [total] * (len(names) < len(labels))
            names += [*sums, *([None] * (len(labels) - len(names) - len(sums)))]
            yield names + list(_figures(line, pivot)), line.is_total

    units = [measure.unit for _column in pivot.columns for measure in layout.measures]
    return Sheet(title, get_language() == "pl", heads, len(labels), units, rows)


def funnel_sheet(table: FunnelTable, *, title: str) -> Sheet:
    """A row for each status; with a breakdown, for each status of each group, then of all."""
    if table.report.moves is not None:
        return _steps_sheet(table, table.report.moves, title=title)
    by = table.report.choice.by
    labels = [*([table.part_label] if by else []), label_of("status")]
    heads = [str(HEADS[fate]) for fate in FUNNEL_FATES]
    heads += [_("Went on, %"), _("Mean, days"), _("Median, days"), _("90th percentile, days")]
    total = _("Total")

    def rows() -> Iterator[tuple[list[Value], bool]]:
        for group in table.groups if by else ():
            part = table.report.funnels.parts[group.value]
            yield from (([_shown(group, table), *row], False) for row in _stages(table, part))
        for row in _stages(table, table.whole):
            yield ([total, *row] if by else row), by is not None

    units = ["count"] * len(FUNNEL_FATES) + ["percent", "days", "days", "days"]
    return Sheet(title, get_language() == "pl", [[*labels, *heads]], len(labels), units, rows)


def _steps_sheet(table: FunnelTable, moves: Moves, *, title: str) -> Sheet:
    """A row for each pair of statuses between which leads were moved."""

    def rows() -> Iterator[tuple[list[Value], bool]]:
        for old, new in ((old, new) for old in table.statuses for new in table.statuses):
            if count := moves.steps.get((old.pk, new.pk)):
                share = figure(Decimal(100 * count) / moves.left[old.pk], "percent")
                yield [table.name_of(old), table.name_of(new), count, share], False

    heads = [_("From status"), _("To status"), _("Leads"), _("Of those that left the status, %")]
    return Sheet(title, get_language() == "pl", [heads], 2, ["count", "percent"], rows)


def _stages(table: FunnelTable, funnel: Funnel) -> Iterator[list[Value]]:
    for status in table.statuses:
        stage = funnel.stage(status.pk)
        times = (stage.times.mean, stage.times.median, stage.times.ninetieth)
        yield [
            table.name_of(status),
            *(stage.counts[fate] for fate in FUNNEL_FATES),
            figure(stage.conversion, "percent"),
            *(None if days is None else figure(Decimal(days), "days") for days in times),
        ]


def _shown(group: Group, table: FunnelTable) -> str:
    return group.show(table.report.leads.choices)


def _figures(line: Line, pivot: Pivot) -> Iterator[Value]:
    for column in pivot.columns:
        for measure in pivot.layout.measures:
            yield figure(pivot.value(line, column, measure), measure.unit)


def _label(group: Group, pivot: Pivot) -> Value:
    """The name of a group: a date or number as such, everything else as text."""
    is_plain = isinstance(group.grouping, Number | Clock) or (
        isinstance(group.grouping, Days) and group.grouping.unit == "date"
    )
    value: Value = group.value
    return value if is_plain and value is not None else group.show(pivot.choices)


def _column_label(column: Line, level: int, pivot: Pivot, total: str) -> str:
    if column.depth > level:
        return column.groups[level].show(pivot.choices)
    return total if column.depth == level else ""
