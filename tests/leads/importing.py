"""Running imports in tests: the same steps as a user's, with the worker's part done here and now."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import User
from leads.importing import control
from leads.importing.run import work_on
from leads.models import ImportKind, ImportRow, ImportRun


def upload(content: str | bytes | Path, *, kind: str = ImportKind.LEADS, by: User, name: str = "plik.csv") -> ImportRun:
    """A run with its columns guessed."""
    if isinstance(content, Path):
        name, content = content.name, content.read_bytes()
    data = content.encode() if isinstance(content, str) else content
    return control.create_run(upload=SimpleUploadedFile(name, data), kind=kind, by=by)


def check(run: ImportRun) -> ImportRun:
    """The dry run."""
    control.start_check(run=run)
    return work(run)


def store(run: ImportRun) -> ImportRun:
    """The import itself."""
    control.start_import(run=run)
    return work(run)


def undo(run: ImportRun) -> ImportRun:
    """Take it back."""
    control.start_undo(run=run)
    return work(run)


def work(run: ImportRun) -> ImportRun:
    """What the worker does."""
    work_on(run.pk)
    run.refresh_from_db()
    return run


def import_file(content: str | bytes | Path, **options: Any) -> ImportRun:
    """All steps of a file whose values are known."""
    return store(check(upload(content, **options)))


def decide(run: ImportRun, **fields: dict[str, Any]) -> ImportRun:
    """Say what unknown values become: `product={"GTXPro": 5, "X": "create"}`, or `product="create"` for all of them."""
    decisions = {}
    for name, values in fields.items():
        if isinstance(values, str):
            decisions[name] = {"rest": values}
        else:
            decisions[name] = {
                "values": {
                    text: {"do": "map", "id": what} if isinstance(what, int) else {"do": what}
                    for text, what in values.items()
                }
            }
    control.decide_values(run=run, decisions=decisions)
    return work(run)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    return run.created_count, run.changed_count, run.unchanged_count, run.refused_count


def refusals(run: ImportRun) -> list[tuple[int, str, str]]:
    """Row, column and reason of all that was refused, in the order of the file."""
    rows = ImportRow.objects.filter(run=run, result=ImportRow.Result.REFUSED).order_by("line")
    return [(row.line, error["column"], error["message"]) for row in rows for error in row.errors]
