"""Judging an uploaded file before anything of it is kept: size, content, encoding, separator."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from leads.models.imports import Delimiter, Encoding, FileFormat

MAX_FILE = 50 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_PACKED_RATIO = 150
SMALL_ENOUGH_FOR_ANY_RATIO = 20 * 1024 * 1024
SAMPLE = 64 * 1024
EXTENSIONS = {
    ".csv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".xlsx": FileFormat.XLSX,
}
# How files of other kinds begin (their published signatures).
OTHER_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7Z",
    b"Rar!": "RAR",
    b"{\\rtf": "RTF",
}
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


class FileRefused(Exception):
    """The file can't be imported. The text says why to the user; `status` is the HTTP status of the answer."""

    def __init__(self, message: str, *, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class FileShape:
    """How a file is to be read, as found out from its content, and what the user should know about it."""

    format: FileFormat
    encoding: Encoding = Encoding.UTF8
    delimiter: Delimiter = Delimiter.COMMA
    notes: list[str] = field(default_factory=list)


def check_size(size: int) -> None:
    """Refuse (413) what is larger than we read; FileRefused too when there is nothing."""
    if size > MAX_FILE:
        raise FileRefused(
            _("The file is too large: %(size)s MB. A file of at most %(limit)s MB can be imported; split it.")
            % {"size": -(-size // 2**20), "limit": MAX_FILE // 2**20},
            status=413,
        )
    if size == 0:
        raise FileRefused(_("The file is empty."))


def judge(file: BinaryIO, *, name: str, size: int) -> FileShape:
    """Find out how `file` (seekable) is to be read. Its name, content and size are checked against one another.

    Raises FileRefused: 413 too large, also once unpacked; 415 no CSV or XLSX; 422 damaged.
    """
    check_size(size)
    extension = PurePath(name).suffix.lower()
    if extension not in EXTENSIONS:
        raise FileRefused(_("Files of this kind can't be imported. Save the table as CSV or XLSX."), status=415)
    file.seek(0)
    start = file.read(8)
    found = FileFormat.XLSX if start.startswith(ZIP) else FileFormat.CSV
    if start.startswith(OLE):
        raise FileRefused(
            _("This is an old Excel workbook (XLS) or one with a password. Save it as XLSX without a password."),
            status=415,
        )
    other = next((kind for signature, kind in OTHER_KINDS.items() if start.startswith(signature)), None)
    if other or found != EXTENSIONS[extension]:
        raise FileRefused(
            _("The file's name ends with %(extension)s, but its content is %(kind)s. Save the table as CSV or XLSX.")
            % {
                "extension": extension,
                "kind": other or (_("a ZIP archive or a workbook") if found == "xlsx" else _("text")),
            },
            status=415,
        )
    if found == FileFormat.XLSX:
        check_workbook(file, size=size)
        return FileShape(format=FileFormat.XLSX)
    encoding, notes = find_encoding(file)
    return FileShape(FileFormat.CSV, encoding, find_delimiter(file, encoding), notes)


def check_workbook(file: BinaryIO, *, size: int) -> None:
    """Refuse a ZIP that is no workbook (415) or that unpacks to too much (413), by its directory alone.

    `zipfile` reads no more of an entry than the directory says: one that lies ends in an error, not in memory.
    """
    file.seek(0)
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(_("The workbook is damaged and can't be opened.")) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise FileRefused(_("This is a ZIP archive, not an XLSX workbook."), status=415)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL_ENOUGH_FOR_ANY_RATIO and unpacked > size * MAX_PACKED_RATIO):
        raise FileRefused(
            _("The workbook unpacks to %(size)s MB, which is too much to be read. Save the table as CSV.")
            % {"size": unpacked // 2**20},
            status=413,
        )


def find_encoding(file: BinaryIO) -> tuple[Encoding, list[str]]:
    """The encoding of a text file, with a notice for the user where some lines are not in it.

    Raises FileRefused when there is a NUL in it, which no text has.
    """
    file.seek(0)
    if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
        return Encoding.UTF16, []
    file.seek(0)
    strange: list[tuple[int, bytes]] = []
    has_utf8 = False
    for number, line in enumerate(file, start=1):
        if b"\0" in line:
            raise FileRefused(
                _("There is a NUL character in line %(line)s: the file is damaged or not a text.") % {"line": number}
            )
        if line.isascii():
            continue
        try:
            line.decode()
            has_utf8 = True
        except UnicodeDecodeError:
            if len(strange) < 1000:
                strange.append((number, line))
    if not strange:
        return Encoding.UTF8, []
    if has_utf8:
        lines = ", ".join(str(number) for number, _line in strange[:5]) + (" …" if len(strange) > 5 else "")
        return Encoding.UTF8, [
            _("The encoding is mixed: most of the file is UTF-8, but not lines %(lines)s. Those rows will be refused.")
            % {"lines": lines}
        ]
    return _likely_encoding(b"".join(line for _number, line in strange)[: 4 * SAMPLE]), []


def _likely_encoding(sample: bytes) -> Encoding:
    """Of the encodings in use for Polish, the one that gives most Polish letters; else the detector decides."""
    candidates = {"cp1250": Encoding.CP1250, "iso8859_2": Encoding.LATIN2, "cp1252": Encoding.CP1252}
    best = from_bytes(sample, cp_isolation=list(candidates)).best()
    detected = candidates.get(best.encoding, Encoding.CP1250) if best else Encoding.CP1250

    def rank(encoding: Encoding) -> tuple[int, bool]:
        text = sample.decode(encoding, errors="replace").lower()
        return sum(text.count(letter) for letter in "ąćęłńóśźż"), encoding == detected

    return max(candidates.values(), key=rank)


def find_delimiter(file: BinaryIO, encoding: Encoding) -> Delimiter:
    """The separator that cuts the first rows into most cells, the same number in each row where possible."""
    file.seek(0)
    text = file.read(SAMPLE).decode(encoding, errors="replace")
    return max(Delimiter, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: Delimiter) -> tuple[float, int]:
    try:
        widths = [len(row) for row in _first_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _first_rows(rows: Iterable[list[str]], count: int = 50) -> list[list[str]]:
    return [row for row, _number in zip(rows, range(count), strict=False) if row]
