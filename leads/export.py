"""The list as a file: CSV as a stream, XLSX through a temporary file; the memory does not grow with the leads."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext

from crm.downloads import PIECE
from leads.cells import number_of, plain_text
from leads.choices import Choices
from leads.columns import Column, Kind, counts_of, permitted_columns, values_of
from leads.listing import TAG_IDS, Listing
from leads.models import Lead
from leads.paging import ordered

CHUNK = 2000
# What a sheet of Excel can hold, without its head.
MOST_ROWS = 1_048_575
# A cell that begins so is a formula to a spreadsheet, whoever typed it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: '0"%"',
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.DEADLINE: "yyyy-mm-dd",
}
WIDTHS = {Kind.NAME: 36, Kind.MONEY: 16, Kind.MOMENT: 17, Kind.NUMBER: 10, Kind.PERCENT: 10}

Value = str | int | Decimal | date | datetime | None


class TooManyRows(Exception):
    """More leads than a sheet of Excel can hold."""


@dataclass(frozen=True, slots=True)
class Export:
    """What goes into the file. Its texts are those of the language in which it was prepared."""

    heads: Sequence[str]
    columns: Sequence[Column]
    readers: Sequence[Callable[[Mapping[str, Any]], Value]]
    title: str
    decimal_comma: bool
    found: Any

    def rows(self) -> Iterator[list[Value]]:
        """The leads as they are at this moment, read from the database in pieces."""
        with transaction.atomic(using=self.found.db):
            for values in self.found.iterator(chunk_size=CHUNK):
                yield [read(values) for read in self.readers]


def prepare_export(listing: Listing, *, all_columns: bool, alias: str) -> Export:
    """The whole list as it is filtered and sorted, with the columns of the list or with all there are; `alias` names
    the database that it is read from.
    """
    columns = permitted_columns(listing.leads.user) if all_columns else listing.columns
    return Export(
        heads=[column.label for column in columns],
        columns=columns,
        readers=[_reader(column, listing.leads.choices) for column in columns],
        title=capfirst(str(Lead._meta.verbose_name_plural)),
        decimal_comma=get_language() == "pl",
        found=ordered(listing.leads.qs, listing.order)
        .values("pk", *values_of(columns), tag_ids=TAG_IDS, **counts_of(columns))
        .using(alias),
    )


def csv_pieces(export: Export) -> Iterator[bytes]:
    """The file in UTF-8 as Excel opens it by a double click: with a byte order mark, in Polish with semicolons and
    decimal commas. Texts that would be formulas begin with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if export.decimal_comma else ",", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(export.heads)
    for number, row in enumerate(export.rows(), start=1):
        writer.writerow([as_text(value, export.decimal_comma) for value in row])
        if number % CHUNK == 0:
            yield take(buffer)
    yield take(buffer)


def xlsx_pieces(export: Export) -> Iterator[bytes]:
    """The workbook with real numbers and dates, made row by row in a temporary file and then sent.

    Raises TooManyRows before anything is sent.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its last piece is sent
    try:
        _write_workbook(file, export)
    except BaseException:
        file.close()
        raise
    return file_pieces(file)


def _write_workbook(file: Any, export: Export) -> None:
    # In constant memory a row is written out when the next one begins; a text is a text, whatever it looks like.
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(export.title)
    formats = [book.add_format({"num_format": FORMATS[c.kind]} if c.kind in FORMATS else {}) for c in export.columns]
    for index, column in enumerate(export.columns):
        sheet.set_column(index, index, WIDTHS.get(column.kind, 20))
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for index, head in enumerate(export.heads):
        sheet.write_string(0, index, head, bold)
    for line, row in enumerate(export.rows(), start=1):
        if line > MOST_ROWS:
            raise TooManyRows
        for index, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, index, value, formats[index])
            elif isinstance(value, date):
                sheet.write_datetime(line, index, value, formats[index])
            elif value is not None:
                sheet.write_number(line, index, value, formats[index])
    book.close()


def file_pieces(file: Any) -> Iterator[bytes]:
    """A finished temporary file from its beginning; it is closed, and so gone, at the end."""
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def take(buffer: io.StringIO) -> bytes:
    """What has been written to the buffer, which is empty then."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def as_text(value: Value, decimal_comma: bool) -> str:
    """A value as it stands in a CSV file. Texts that would be formulas begin with an apostrophe."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if decimal_comma else str(value)
    return "" if value is None else str(value)


def _reader(column: Column, choices: Choices) -> Callable[[Mapping[str, Any]], Value]:
    """The function that takes this column's value from a row."""
    key = column.value
    match column.kind:
        case Kind.NUMBER:
            return lambda values: number_of(values["pk"])
        case Kind.CHOICE | Kind.BADGE:
            names = {pk: choice.name for pk, choice in choices[column.name].items()}
            return lambda values: names.get(values[key])
        case Kind.TAGS:
            tags = {pk: choice.name for pk, choice in choices["tag"].items()}
            return lambda values: ", ".join(tags[pk] for pk in tags if pk in values[key]) or None
        case Kind.STATE:
            states = {False: pgettext("lead", "Open"), True: pgettext("lead", "Closed")}
            return lambda values: states[values[key]]
        case Kind.RICH_TEXT:
            return lambda values: plain_text(values[key]) or None
        case Kind.MOMENT:
            return lambda values: values[key] and timezone.localtime(values[key]).replace(tzinfo=None)
        case _:
            return lambda values: None if values[key] == "" else values[key]


def too_many_text() -> str:
    """What to tell when the leads do not fit into a sheet."""
    return gettext("A sheet of Excel holds 1,048,575 rows. Narrow the filter, or export to CSV.")
