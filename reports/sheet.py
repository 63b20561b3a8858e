"""A table as a file: XLSX with real numbers and dates, CSV as a stream."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from leads.export import CHUNK, Value, as_text, file_pieces, take
from reports.measures import rounded

DECIMALS = {"money": 2, "percent": 2, "days": 2, "count": 0}
FIGURES = {"money": "#,##0.00", "percent": "0.0%", "days": "0.0", "count": "#,##0"}
FORMATS: dict[type, str] = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}
WIDTH_OF_LABELS, WIDTH_OF_FIGURES = 28, 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes into the file: texts are those of the language in which it was prepared. `rows` gives the rows below
    the heads, each with whether it is a sum of others; the first `labels` columns are names, the others figures of a
    unit each (`units`).
    """

    title: str
    decimal_comma: bool
    heads: Sequence[Sequence[str]]
    labels: int
    units: Sequence[str]
    rows: Callable[[], Iterator[tuple[list[Value], bool]]]


def csv_pieces(sheet: Sheet) -> Iterator[bytes]:
    """The file in UTF-8 as Excel opens it by a double click, like that of the list of leads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if sheet.decimal_comma else ",", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerows([[as_text(text, sheet.decimal_comma) for text in head] for head in sheet.heads])
    for number, (row, _is_total) in enumerate(sheet.rows(), start=1):
        writer.writerow([as_text(value, sheet.decimal_comma) for value in row])
        if number % CHUNK == 0:
            yield take(buffer)
    yield take(buffer)


def xlsx_pieces(sheet: Sheet) -> Iterator[bytes]:
    """The workbook, made row by row in a temporary file and then sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its last piece is sent
    try:
        _write_workbook(file, sheet)
    except BaseException:
        file.close()
        raise
    return file_pieces(file)


def figure(value: Decimal | int | None, unit: str) -> Value:
    """A figure as it stands in a file."""
    return value if value is None or isinstance(value, int) else rounded(value, DECIMALS[unit])


def _write_workbook(file: Any, content: Sheet) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(content.title[:31])
    labels = content.labels
    bold = book.add_format({"bold": True})
    figures = {
        (unit, is_total): book.add_format({"num_format": FIGURES[unit], "bold": is_total})
        for unit in dict.fromkeys(content.units)
        for is_total in (False, True)
    }
    dates = {kind: book.add_format({"num_format": text, "align": "left"}) for kind, text in FORMATS.items()}
    sheet.set_column(0, labels - 1, WIDTH_OF_LABELS)
    sheet.set_column(labels, labels + len(content.units) - 1, WIDTH_OF_FIGURES)
    sheet.freeze_panes(len(content.heads), labels)
    for line, head in enumerate(content.heads):
        for place, text in enumerate(head):
            sheet.write_string(line, place, text, bold)
    for line, (row, is_total) in enumerate(content.rows(), start=len(content.heads)):
        for place, value in enumerate(row):
            unit = content.units[place - labels] if place >= labels else ""
            if isinstance(value, str):
                sheet.write_string(line, place, value, bold if is_total else None)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, dates[type(value)])
            elif value is not None:
                number = value / 100 if unit == "percent" else value
                sheet.write_number(line, place, number, figures.get((unit, is_total)))
    book.close()
