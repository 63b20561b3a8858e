"""The refused rows of a run as a file that can be corrected and imported again."""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from leads.models import ImportRow, ImportRun
from leads.models.imports import FileFormat

PIECE = 500
# A cell that begins so is a formula to a spreadsheet; numbers and phones are not.
FORMULA = re.compile(r"(?=[=+\-@\t\r])(?![+-]?[\d\s.,()/-]+$)")


def refused_pieces(run: ImportRun) -> Iterator[bytes]:
    """The file in pieces: its rows as they were, each with its number in the file and the reasons behind.

    UTF-8 with a byte order mark, as spreadsheets open it. A text that would be a formula begins with an apostrophe.
    """
    buffer = io.StringIO()
    delimiter = run.delimiter if run.format == FileFormat.CSV else ";"
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write("\ufeff")
    headers = [column["header"] for column in run.columns]
    writer.writerow([*map(guarded, headers), _("Row of the file"), _("Reason of refusal")])
    rows = ImportRow.objects.filter(run=run, result=ImportRow.Result.REFUSED).order_by("line")
    for number, row in enumerate(rows.iterator(chunk_size=PIECE), start=1):
        cells = [*row.cells, *[""] * len(headers)][: len(headers)]
        writer.writerow([*map(guarded, cells), row.line, guarded(reasons(row))])
        if number % PIECE == 0:
            yield _take(buffer)
    yield _take(buffer)


def reasons(row: ImportRow) -> str:
    """All reasons of a refused row in one line, each with its column."""
    return "; ".join(f"{e['column']}: {e['message']}" if e["column"] else e["message"] for e in row.errors)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def _take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
