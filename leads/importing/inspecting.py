"""A first look at a whole file: its headers, how many rows, and for each column samples and formats."""

from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from leads.importing.files import FileRefused
from leads.importing.reading import Cell, open_table, sheet_names, storable, text_of
from leads.importing.values import FormatVotes
from leads.models.imports import FileFormat

SAMPLES = 3


@dataclass(slots=True)
class ColumnFacts:
    """What the cells of a column tell."""

    samples: list[str] = field(default_factory=list)
    votes: FormatVotes = field(default_factory=FormatVotes)

    @property
    def is_known(self) -> bool:
        """More cells would tell nothing new."""
        return self.votes.is_over and len(self.samples) == SAMPLES

    def look_at(self, cell: Cell) -> None:
        """Take a cell into account."""
        self.votes.count(cell)
        if len(self.samples) < SAMPLES:
            sample = storable(text_of(cell))[:80]
            if sample and sample not in self.samples:
                self.samples.append(sample)


@dataclass(slots=True)
class Inspection:
    """What a file holds. Columns without a header are called by their number; repeated headers are told apart."""

    headers: list[str]
    columns: list[ColumnFacts]
    rows: int
    notes: list[str]


def inspect(file: BinaryIO, *, format: str, encoding: str, delimiter: str) -> Inspection:
    """Read the file once from its start to its end; memory does not grow with it.

    Raises FileRefused, also when there are no rows under the headers or a NUL stands in a cell.
    """
    count = 0
    with open_table(file, format=format, encoding=encoding, delimiter=delimiter) as (headers, rows):
        columns = [ColumnFacts() for _header in headers]
        watched = list(enumerate(columns))
        for row in rows:
            count += 1
            for index, column in watched:
                cell = row.cells[index] if index < len(row.cells) else None
                if cell is not None and cell != "":
                    column.look_at(cell)
            if count % 1000 == 0:
                watched = [(index, column) for index, column in watched if not column.is_known]
    if not count:
        raise FileRefused(_("There are headers in the file, but no rows."))
    named, notes = _told_apart(headers)
    if format == FileFormat.XLSX and len(names := sheet_names(file)) > 1:
        notes.append(_("The workbook has several sheets; the first one, “%(name)s”, is imported.") % {"name": names[0]})
    return Inspection(named, columns, count, notes)


def _told_apart(headers: list[str]) -> tuple[list[str], list[str]]:
    named: list[str] = []
    notes: list[str] = []
    for number, header in enumerate(headers, start=1):
        name = header[:100] or _("Column %(number)s") % {"number": number}
        if name in named:
            notes.append(_("The header “%(header)s” stands in the file several times.") % {"header": name})
            name = f"{name} ({number})"
        named.append(name)
    return named, list(dict.fromkeys(notes))
