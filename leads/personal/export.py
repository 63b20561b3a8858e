"""Everything about a person as one file: for machines (JSON, art. 20 GDPR), for people (HTML), and all that is stored
for it: original e-mails, attachments, recordings, files.
"""

import json
import mimetypes
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from crm.downloads import PIECE
from crm.formats import format_moment
from crm.search import plain
from leads.files import clean_name
from leads.models import PersonCase
from leads.personal.overview import belonging, chosen_rows, title_of
from leads.personal.registry import model_of, table_of, tables

CHUNK = 200
# What only the system needs: who is who among its rows, and copies of other columns.
LEFT_OUT = (
    "version",
    "phone_e164",
    "number_e164",
    "digest",
    "parse_tries",
    "claim",
    "pgh_context_id",
    "pgh_context",
    "pgh_obj",
)
PLACE_OF_ROWS = "\x00"
NO_WORDS = (models.FileField, models.BinaryField)


def write_archive(case: PersonCase, target: IO[bytes], progress: Callable[[int, int], None]) -> None:
    """Write the file of all that is chosen in `case`; `progress` is told how many rows of how many are written."""
    own, mentions = belonging(chosen_rows(case, own=True)), chosen_rows(case, own=False)
    wanted = {table.model: sorted(own.get(table.model, set()) | mentions.get(table.model, set())) for table in tables()}
    wanted = {label: rows for label, rows in wanted.items() if rows}
    total, done = sum(map(len, wanted.values())), 0
    about = {"person": str(case.identity), "made": timezone.localtime().isoformat(timespec="seconds")}
    with (
        TemporaryFile("w+", encoding="utf-8") as machine,
        TemporaryFile("w+", encoding="utf-8") as people,
        ZipFile(target, "w", ZIP_DEFLATED) as archive,
    ):
        texts = _Texts(machine, people, about)
        for label, rows in wanted.items():
            texts.begin(label, len(rows))
            for start in range(0, len(rows), CHUNK):
                for row in _rows(label, rows[start : start + CHUNK]):
                    texts.add(row, [_add_file(archive, row, name) for name in _file_columns(row)])
                done += len(rows[start : start + CHUNK])
                progress(done, total)
        texts.end()
        archive.write(str(finders.find("css/person-file.css")), "style.css")
        for name, text in (("data.json", machine), ("index.html", people)):
            text.seek(0)
            with archive.open(name, "w", force_zip64=True) as entry:
                while piece := text.read(PIECE):
                    entry.write(piece.encode())


class _Texts:
    """The JSON and the HTML, written side by side."""

    def __init__(self, machine: IO[str], people: IO[str], about: dict[str, str]) -> None:
        self.json, self.html = machine, people
        self.kinds = self.rows = 0
        self.names: dict[tuple[type[models.Model], Any], str] = {}
        self.json.write(f'{{"about": {json.dumps(about, ensure_ascii=False)}, "data": {{')
        context = {"who": about["person"], "now": timezone.now(), "rows": PLACE_OF_ROWS}
        head, self.foot = render_to_string("leads/person_file.html", context).strip().split(PLACE_OF_ROWS)
        self.html.write(head)

    def begin(self, label: str, count: int) -> None:
        """The rows of another kind follow."""
        self.json.write(f"{']' if self.kinds else ''}{', ' if self.kinds else ''}{json.dumps(label)}: [")
        self.html.write(render_to_string("leads/person_file_kind.html", {"title": title_of(label), "count": count}))
        self.kinds, self.rows = self.kinds + 1, 0

    def add(self, row: models.Model, files: list[str]) -> None:
        """A row, with the places of its files in the archive."""
        values = list(self._values(row))
        data = {column.name: value for column, value, _shown in values} | ({"files": files} if files else {})
        self.json.write((", " if self.rows else "") + json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder))
        shown = [(capfirst(str(column.verbose_name)), text) for column, _value, text in values if text]
        context = {"title": str(row), "values": shown, "files": [name for name in files if name]}
        self.html.write(render_to_string("leads/person_file_row.html", context))
        self.rows += 1

    def _values(self, row: models.Model) -> Iterator[tuple[Any, Any, str]]:
        """The columns of a row that say something: as JSON keeps them, and as people read them."""
        for column in row._meta.concrete_fields:
            if column.generated or column.name in LEFT_OUT or isinstance(column, NO_WORDS):
                continue
            value = getattr(row, column.attname)
            if value in (None, "", [], {}):
                continue
            if column.is_relation:
                value = self._name_of(column.related_model, value)
            display = getattr(row, f"get_{column.name}_display", None)
            yield column, value, str(display()) if display else _readable(value)

    def _name_of(self, model: Any, pk: Any) -> str:
        """What a row that is referred to is called; its ID when it is gone."""
        if (model, pk) not in self.names:
            self.names[model, pk] = str(model._base_manager.filter(pk=pk).first() or pk)
        return self.names[model, pk]

    def end(self) -> None:
        """There are no more rows."""
        self.json.write("]}}" if self.kinds else "}}")
        self.html.write(self.foot)


def _rows(label: str, ids: list[int]) -> Iterator[models.Model]:
    model = model_of(table_of(label))
    return model._base_manager.filter(pk__in=ids).order_by("pk").iterator(chunk_size=CHUNK)


def _readable(value: Any) -> str:
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _file_columns(row: models.Model) -> Iterator[str]:
    return (
        column.name
        for column in row._meta.concrete_fields
        if isinstance(column, models.FileField) and getattr(row, column.name) and column.name != "preview"
    )


def _add_file(archive: ZipFile, row: Any, column: str) -> str:
    """Put a stored file into the archive; its place there, "" when the storage has lost it."""
    stored: FieldFile = getattr(row, column)
    folder = slugify(plain(str(row._meta.verbose_name_plural)))
    place = f"{folder}/{row.pk}{_shown_name(row, stored)}"
    try:
        with stored.open("rb") as source, archive.open(place, "w", force_zip64=True) as entry:
            while piece := source.read(PIECE):
                entry.write(piece)
    except FileNotFoundError:
        return ""
    return place


def _shown_name(row: Any, stored: FieldFile) -> str:
    """What the file is called in the archive, after the ID of its row."""
    if name := str(getattr(row, "name", "")):
        return f"-{clean_name(name)}"
    return os.path.splitext(str(stored.name))[1] or mimetypes.guess_extension(getattr(row, "content_type", "")) or ""
