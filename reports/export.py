"""The table of a report as a file: XLSX with real numbers and dates, CSV as a stream; subtotals and totals too."""

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.export import CHUNK, Value, as_text, file_pieces, take
from leads.groups import Clock, Days, Group, Number
from reports.measures import Measure, rounded
from reports.pivot import Line, Pivot

DECIMALS = {"money": 2, "percent": 2, "days": 2, "count": 0}
FIGURES = {"money": "#,##0.00", "percent": '0.0"%"', "days": "0.0", "count": "#,##0"}
FORMATS: dict[type, str] = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}
WIDTH_OF_LABELS, WIDTH_OF_FIGURES = 28, 16


@dataclass(frozen=True, slots=True)
class PivotExport:
    """What goes into the file. Its texts are those of the language in which it was prepared."""

    pivot: Pivot
    title: str
    decimal_comma: bool
    heads: list[list[str]]
    total: str

    def rows(self) -> Iterator[tuple[list[Value], bool]]:
        """The rows below the heads, each with whether it is a sum of others."""
        labels = max(len(self.pivot.layout.rows), 1)
        for line in self.pivot.rows:
            names = [_label(group, self.pivot) for group in line.groups]
            sums = [self.total] * (len(names) < labels)
            names += [*sums, *([None] * (labels - len(names) - len(sums)))]
            yield names + list(self._figures(line)), line.is_total

    def _figures(self, line: Line) -> Iterator[Value]:
        for column in self.pivot.columns:
            for measure in self.pivot.layout.measures:
                yield _number(measure, self.pivot.value(line, column, measure))


def prepare_export(pivot: Pivot, *, title: str) -> PivotExport:
    """The whole table, whatever is folded in the page, with the figures themselves and not their shares."""
    layout, total = pivot.layout, _("Total")
    labels = [dimension.label for dimension in layout.rows] or [""]
    heads = [
        [*([""] * (len(labels) - 1)), layout.across[level].label]
        + [_column_label(column, level, pivot, total) for column in pivot.columns for _measure in layout.measures]
        for level in range(len(layout.across))
    ]
    heads.append([*labels, *(str(measure.label) for _column in pivot.columns for measure in layout.measures)])
    return PivotExport(pivot, title, get_language() == "pl", heads, total)


def csv_pieces(export: PivotExport) -> Iterator[bytes]:
    """The file in UTF-8 as Excel opens it by a double click, like that of the list of leads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if export.decimal_comma else ",", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerows([[as_text(text, export.decimal_comma) for text in head] for head in export.heads])
    for number, (row, _is_total) in enumerate(export.rows(), start=1):
        writer.writerow([as_text(value, export.decimal_comma) for value in row])
        if number % CHUNK == 0:
            yield take(buffer)
    yield take(buffer)


def xlsx_pieces(export: PivotExport) -> Iterator[bytes]:
    """The workbook, made row by row in a temporary file and then sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its last piece is sent
    try:
        _write_workbook(file, export)
    except BaseException:
        file.close()
        raise
    return file_pieces(file)


def _write_workbook(file: Any, export: PivotExport) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(export.title[:31])
    measures, labels = export.pivot.layout.measures, max(len(export.pivot.layout.rows), 1)
    bold = book.add_format({"bold": True})
    figures = {
        (measure.unit, is_total): book.add_format({"num_format": FIGURES[measure.unit], "bold": is_total})
        for measure in measures
        for is_total in (False, True)
    }
    dates = {kind: book.add_format({"num_format": text, "align": "left"}) for kind, text in FORMATS.items()}
    sheet.set_column(0, labels - 1, WIDTH_OF_LABELS)
    sheet.set_column(labels, labels + len(export.pivot.columns) * len(measures) - 1, WIDTH_OF_FIGURES)
    sheet.freeze_panes(len(export.heads), labels)
    for line, head in enumerate(export.heads):
        for place, text in enumerate(head):
            sheet.write_string(line, place, text, bold)
    for line, (row, is_total) in enumerate(export.rows(), start=len(export.heads)):
        for place, value in enumerate(row):
            look = figures[measures[(place - labels) % len(measures)].unit, is_total] if place >= labels else None
            if isinstance(value, str):
                sheet.write_string(line, place, value, bold if is_total else None)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, dates[type(value)])
            elif value is not None:
                sheet.write_number(line, place, value, look)
    book.close()


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


def _number(measure: Measure, value: Decimal | int | None) -> Value:
    return value if value is None or isinstance(value, int) else rounded(value, DECIMALS[measure.unit])
