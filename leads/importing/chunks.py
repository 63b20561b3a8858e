"""A chunk of rows through all of an import: read, refer, find, store (or only check), and write down what became of
each.
"""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.models import User
from leads.importing.fields import Reads
from leads.importing.lookups import Created, Finder, UnknownValues
from leads.importing.reading import FileRow, storable, text_of
from leads.importing.rows import Reader, Row, find_references
from leads.importing.targets import TARGETS, Stored, Target
from leads.models.imports import ImportRow, ImportRun

Result = ImportRow.Result


class _Rehearsed(Exception):
    """Ends a check: everything that it wrote is rolled back."""


@dataclass(slots=True)
class Chunk:
    """What became of the rows of a chunk, ready to be stored."""

    outcomes: list[ImportRow] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Result.values, 0))

    def add(self, outcome: ImportRow) -> None:
        """Take one row's outcome."""
        self.outcomes.append(outcome)
        self.counts[outcome.result] += 1


@dataclass(slots=True)
class Importer:
    """Takes the chunks of one run. `unknown` gathers, over all chunks, the values that nothing is known by."""

    run: ImportRun
    by: User
    reader: Reader
    unknown: UnknownValues = field(default_factory=UnknownValues)

    def rehearse(self, source: Sequence[FileRow]) -> Chunk:
        """Find out what an import of these rows would do: everything but the storing of leads is done and taken back
        (leads are only checked, so that no ID is used up).
        """
        chunk = Chunk()
        try:
            with transaction.atomic():
                chunk = self._take(source, store=False)
                raise _Rehearsed
        except _Rehearsed:
            pass
        for outcome in chunk.outcomes:
            if outcome.result == Result.CREATED:
                outcome.object_id = None
        return chunk

    def store(self, source: Sequence[FileRow]) -> Chunk:
        """Import these rows, in the transaction of the caller."""
        return self._take(source, store=True)

    def _take(self, source: Sequence[FileRow], *, store: bool) -> Chunk:
        target: Target = TARGETS[self.run.kind](self.run, self.by)
        rows = [self.reader.read(row) for row in source]
        finders = {
            column.field.name: Finder(self.run, column.field)
            for column in self.reader.columns
            if column.field.reads in (Reads.ONE, Reads.MANY)
        }
        created = find_references([row for row in rows if not row.errors], finders, self.reader, self.unknown)
        target.find([row for row in rows if not row.errors])
        self._refuse_repeats([row for row in rows if not row.errors])
        good = [row for row in rows if not row.errors]
        before = [snapshot(row.existing, target.values, row.values) if row.existing else {} for row in good]
        answers = target.write(good, store=store)

        chunk = Chunk()
        if store:
            chunk.outcomes += [self._outcome_of_created(item) for item in created]
        for row, old, answer in zip(good, before, answers, strict=True):
            if isinstance(answer, Stored):
                chunk.add(self._outcome(row, old, answer, target))
            else:
                self.reader.refuse(row, answer)
        for row in rows:
            if row.errors:
                chunk.add(self._outcome_of_refused(row))
        return chunk

    def _refuse_repeats(self, rows: Sequence[Row]) -> None:
        """Refuse rows about what an earlier row of the file was about."""
        done = ImportRow.objects.filter(run=self.run, target=self.run.kind).exclude(result=Result.REFUSED)
        keys = {row.key for row in rows if row.key}
        pks = {row.existing.pk for row in rows if row.existing}
        lines: dict[Any, int] = dict(done.filter(key__in=keys).values_list("key", "line")) if keys else {}
        lines |= dict(done.filter(object_id__in=pks).values_list("object_id", "line")) if pks else {}
        for row in rows:
            names = [name for name in (row.key, row.existing.pk if row.existing else None) if name]
            line = next((lines[name] for name in names if name in lines), None)
            if line is not None:
                row.refuse(_("The same record stands in row %(line)s of this file already.") % {"line": line})
            else:
                lines |= dict.fromkeys(names, row.line)

    def _outcome(self, row: Row, old: dict[str, Any], answer: Stored, target: Target) -> ImportRow:
        result = Result.CHANGED if answer.written else Result.UNCHANGED
        if not row.existing:
            result = Result.CREATED
        stored = answer.row
        now: dict[str, Any] = {}
        if stored and result == Result.CHANGED:
            getattr(stored, "_prefetched_objects_cache", {}).clear()
            now = snapshot(stored, target.values, row.values)
        return ImportRow(
            run=self.run,
            line=row.line,
            target=self.run.kind,
            result=result,
            key=row.key,
            object_id=stored.pk if stored else None,
            label=storable(str(stored or ""))[:200],
            version=version_of(stored, target.values) if stored and stored.pk else None,
            old_values={name: value for name, value in old.items() if now and now[name] != value},
        )

    def _outcome_of_refused(self, row: Row) -> ImportRow:
        return ImportRow(
            run=self.run,
            line=row.line,
            target=self.run.kind,
            result=Result.REFUSED,
            cells=[storable(text_of(cell))[:2000] for cell in row.cells],
            errors=[{name: storable(text)[:1000] for name, text in error.items()} for error in row.errors],
        )

    def _outcome_of_created(self, item: Created) -> ImportRow:
        return ImportRow(
            run=self.run,
            line=item.line,
            target=item.row._meta.label_lower,
            result=Result.CREATED,
            object_id=item.row.pk,
            label=str(item.row)[:200],
            version=getattr(item.row, "version", None),
        )


def snapshot(row: models.Model, names: Sequence[str], given: Collection[str] = ()) -> dict[str, Any]:
    """The values of `row` as JSON keeps them: references by id, tags (only where `given`) as a list of ids."""
    values: dict[str, Any] = {}
    for name in names:
        field = row._meta.get_field(name)
        if field.many_to_many:
            if name in given:
                values[name] = sorted(item.pk for item in getattr(row, name).all())
        else:
            value = getattr(row, field.attname)  # type: ignore[union-attr]
            values[name] = value if value is None or isinstance(value, int | str) else str(value)
    return values


def version_of(row: models.Model, names: Sequence[str]) -> int:
    """A number that differs after the row was edited: its version, or a checksum of its values where it has none."""
    version: int | None = getattr(row, "version", None)
    if version is not None:
        return version
    return zlib.crc32(json.dumps(snapshot(row, names)).encode()) & 0x7FFFFFFF
