"""Rows of a CSV or XLSX file, one at a time: memory does not grow with the file."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from leads.importing.files import FileRefused
from leads.models.imports import FileFormat, ImportRun

MAX_COLUMNS = 200
MAX_ROWS = {FileFormat.CSV: 1_000_000, FileFormat.XLSX: 100_000}
MAX_CELL = 100_000
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell of a workbook that holds no value of its own: a formula, or an error such as #N/A."""

    text: str
    reason: str


Cell = str | int | float | bool | datetime | date | time | timedelta | BadCell | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row with something in it. `line` counts rows as a spreadsheet shows them: the header is row 1."""

    line: int
    cells: list[Cell]


@contextmanager
def open_table(
    file: BinaryIO, *, format: str, encoding: str, delimiter: str
) -> Iterator[tuple[list[str], Iterator[FileRow]]]:
    """The headers and the stream of rows of an open file.

    Raises FileRefused, while opening or while the rows are read, when the file can't be read as a table.
    """
    file.seek(0)
    if format == FileFormat.XLSX:
        with _opened_workbook(file) as workbook:
            yield _table(_sheet_rows(workbook), FileFormat.XLSX)
        return
    text = io.TextIOWrapper(
        file,
        encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        # Bytes of another encoding become marks that the row is refused for.
        errors="strict" if encoding == "utf-16" else "surrogateescape",
        newline="",
    )
    try:
        yield _table(csv.reader(text, delimiter=delimiter), FileFormat.CSV)
    finally:
        text.detach()


@contextmanager
def open_run(run: ImportRun) -> Iterator[tuple[list[str], Iterator[FileRow]]]:
    """The headers and the stream of rows of a run's file, read by the run's settings. Raises FileRefused."""
    with (
        run.file.open("rb") as file,
        open_table(cast(BinaryIO, file), format=run.format, encoding=run.encoding, delimiter=run.delimiter) as table,
    ):
        yield table


def sheet_names(file: BinaryIO) -> list[str]:
    """The names of the sheets of a workbook. Raises FileRefused."""
    file.seek(0)
    with _opened_workbook(file) as workbook:
        return list(workbook.sheetnames)


def text_of(cell: Cell) -> str:
    """A cell as the user sees it, ready to be stored or shown."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, BadCell):
        return cell.text
    return str(cell).strip()


def storable(text: str) -> str:
    """A text without what PostgreSQL can't keep."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _table(rows: Iterator[Any], format: FileFormat) -> tuple[list[str], Iterator[FileRow]]:
    with _refusals():
        headers = [storable(text_of(cell)) for cell in next(rows, [])]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise FileRefused(_("The first row is empty. It has to hold the headers of the columns."))
    if len(headers) > MAX_COLUMNS:
        raise FileRefused(
            _("The file has %(count)s columns. A file of at most %(limit)s columns can be imported.")
            % {"count": len(headers), "limit": MAX_COLUMNS}
        )
    return headers, _data_rows(rows, format)


def _data_rows(rows: Iterator[list[Cell]], format: FileFormat) -> Iterator[FileRow]:
    with _refusals():
        for line, cells in enumerate(rows, start=2):
            if line > MAX_ROWS[format] + 1:
                raise FileRefused(
                    _("The file has more than %(limit)s rows. Split it, or save a workbook as CSV.")
                    % {"limit": MAX_ROWS[format]}
                )
            if any(map(text_of, cells)):
                yield FileRow(line, cells)


@contextmanager
def _opened_workbook(file: BinaryIO) -> Iterator[Any]:
    with _refusals(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(file, read_only=True, keep_links=False)
        sheets = workbook.worksheets
    if not sheets:
        raise FileRefused(_("The workbook has no sheet with a table."))
    try:
        yield workbook
    finally:
        workbook.close()


def _sheet_rows(workbook: Any) -> Iterator[list[Cell]]:
    """The rows of the first sheet; a cell far to the right of the headers does not make every row as wide."""
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # what the file says about them may be wrong
    first = next(sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS + 100), ())
    header = [_cell_value(cell) for cell in first]
    while header and header[-1] in (None, ""):
        header.pop()
    yield header
    for cells in sheet.iter_rows(min_row=2, max_col=len(header) + 1):
        yield [_cell_value(cell) for cell in cells]


def _cell_value(cell: Any) -> Cell:
    if cell.data_type == "f":
        return BadCell(str(cell.value), "formula")
    if cell.data_type == "e":
        return BadCell(str(cell.value), "error")
    value: Cell = cell.value
    return value


@contextmanager
def _refusals() -> Iterator[None]:
    """What the libraries raise on a bad file, as FileRefused."""
    try:
        yield
    except csv.Error as error:
        raise FileRefused(
            _("The file can't be read as a table: a cell is too long. Perhaps a quotation mark is not closed.")
        ) from error
    except UnicodeError as error:
        raise FileRefused(_("The file can't be read in this encoding. Choose another one.")) from error
    except (ParseError, zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, EOFError) as error:
        raise FileRefused(_("The workbook is damaged and can't be opened.")) from error
