"""What users do with an import: upload a file, set its columns, start, stop, go on, undo, delete."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import LostReason, User
from crm.references import check_references, vanished
from leads import background
from leads.background import AT_REST, START_OVER
from leads.importing.fields import fields_of, guess, normal
from leads.importing.files import check_size, judge
from leads.importing.inspecting import Inspection, inspect
from leads.models import ImportMapping, ImportRun
from leads.tasks import work_on_import

Stage = ImportRun.Stage
State = ImportRun.State
# The reason that the seed has for leads whose file does not say why they were lost.
UNKNOWN_REASON = "Nieznany (import)"
SETTINGS = ("date_order", "number_format", "empty_clears", "lost_reason")


def create_run(*, upload: "UploadedFile[bytes]", kind: str, by: User) -> ImportRun:
    """Keep an uploaded file as a new run, with its columns guessed. Nothing is kept of a file that can't be read.

    Raises FileRefused with the message and the HTTP status.
    """
    name, size = str(upload.name), int(upload.size or 0)
    content = cast(BinaryIO, upload.file)
    check_size(size)
    shape = judge(content, name=name, size=size)
    run = ImportRun(
        owner=by,
        kind=kind,
        file_name=name[-200:],
        file_size=size,
        format=shape.format,
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        lost_reason=LostReason.objects.filter(name=UNKNOWN_REASON).first(),
    )
    found = inspect(content, format=shape.format, encoding=shape.encoding, delimiter=shape.delimiter)
    _take_over(run, found)
    run.notes = shape.notes + found.notes
    mapping = _fitting_mapping(run)
    if mapping:
        _apply(run, mapping)
    content.seek(0)
    run.file.save(f"{timezone.now():%Y%m%d-%H%M%S}.{shape.format}", upload, save=False)
    try:
        run.save()
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


@transaction.atomic
def set_columns(*, run: ImportRun, fields: Sequence[str], settings: Mapping[str, Any]) -> ImportRun:
    """Say which field each column fills ("" for none) and how texts are read. Another encoding or separator has the
    file read anew; the fields then stay with the headers that are still there.

    Raises RuleError (a field given twice, none at all, the lost reason is gone, or the run is at work), FileRefused.
    """
    run = _at_rest(run, (Stage.COLUMNS, Stage.CHECK))
    reread = any(settings.get(name, getattr(run, name)) != getattr(run, name) for name in ("encoding", "delimiter"))
    for name, value in settings.items():
        setattr(run, name, value)
    known = fields_of(run.kind)
    given = [name if name in known else "" for name in fields]
    for column, name in zip(run.columns, given, strict=False):
        column["field"] = name
    if reread:
        by_header = {column["header"]: column["field"] for column in run.columns if column["field"]}
        with run.file.open("rb") as file:
            found = inspect(cast(BinaryIO, file), format=run.format, encoding=run.encoding, delimiter=run.delimiter)
        _take_over(run, found)
        run.notes = found.notes
        for column in run.columns:
            column["field"] = by_header.get(column["header"], column["field"])
    chosen = [column["field"] for column in run.columns if column["field"]]
    if not chosen:
        raise RuleError(_("Choose a field for at least one column."))
    if twice := next((name for name in chosen if chosen.count(name) > 1), None):
        raise RuleError(_("Two columns fill the field “%(field)s”. Leave one of them.") % {"field": known[twice].label})
    run.stage, run.state, run.error, run.unknowns = Stage.COLUMNS, State.IDLE, "", {}
    _save(run)
    return run


@transaction.atomic
def choose_mapping(*, run: ImportRun, mapping: ImportMapping) -> ImportRun:
    """Give the columns the fields that the mapping has for their headers, and take over its settings."""
    run = _at_rest(run, (Stage.COLUMNS, Stage.CHECK))
    _apply(run, mapping)
    run.stage, run.state = Stage.COLUMNS, State.IDLE
    _save(run)
    return run


def save_mapping(*, run: ImportRun, name: str) -> ImportMapping:
    """Keep the columns, settings and decided values of `run` under `name`; one of that name is replaced."""
    values = {setting: getattr(run, setting) for setting in (*SETTINGS, "encoding", "delimiter")}
    values |= {
        "fields": {normal(column["header"]): column["field"] for column in run.columns if column["field"]},
        "choices": run.choices,
    }
    kept = ImportMapping.objects.filter(kind=run.kind, name__iexact=name)
    if kept.update(**values):
        return kept.get()
    try:
        with transaction.atomic():
            return ImportMapping.objects.create(kind=run.kind, name=name, **values)
    except IntegrityError as error:
        raise RuleError(_("Somebody else has just saved a mapping of this name.")) from error


def decide_values(*, run: ImportRun, decisions: Mapping[str, Mapping[str, Any]]) -> ImportRun:
    """Add what the unknown values of each field shall become, and check the file again with it.

    `decisions` has, by field, `values` (by text) and `rest` for those that are not listed.
    """
    with transaction.atomic():
        run = _at_rest(run, (Stage.CHECK,))
        for name, decision in decisions.items():
            known = run.choices.setdefault(name, {"values": {}, "rest": ""})
            known["values"] |= decision.get("values", {})
            known["rest"] = decision.get("rest") or known.get("rest", "")
        run.save(update_fields=["choices"])
        start_check(run=run)
    return run


def forget_values(*, run: ImportRun) -> ImportRun:
    """Take back all decisions about unknown values, and check the file again."""
    with transaction.atomic():
        run = _at_rest(run, (Stage.CHECK,))
        run.choices = {}
        run.save(update_fields=["choices"])
        start_check(run=run)
    return run


def start_check(*, run: ImportRun) -> None:
    """Begin the dry run. Raises RuleError when the run is at work or past it."""
    _start(
        run, Q(stage__in=(Stage.COLUMNS, Stage.CHECK), state__in=AT_REST), stage=Stage.CHECK, rows_done=0, **START_OVER
    )


def start_import(*, run: ImportRun) -> None:
    """Begin to store the rows, after a complete check. Raises RuleError."""
    _start(run, Q(stage=Stage.CHECK, state=State.DONE), stage=Stage.IMPORT, rows_done=0, **START_OVER)


def start_undo(*, run: ImportRun) -> None:
    """Begin to take the import back, complete or not. Raises RuleError."""
    _start(run, Q(stage=Stage.IMPORT, state__in=AT_REST), stage=Stage.UNDO, **START_OVER)


def resume(*, run: ImportRun) -> None:
    """Go on with what failed, was stopped, or whose worker is gone. Raises RuleError."""
    _start(
        run,
        Q(state__in=(State.FAILED, State.CANCELLED)) | background.stalled(),
        state=State.WAITING,
        error="",
        cancel_requested=False,
        attempts=0,
        finished_at=None,
    )


def cancel(*, run: ImportRun) -> None:
    """Stop the work on the run after the chunk it is at; what is stored by then stays."""
    background.cancel(run)


def delete_run(*, run: ImportRun) -> None:
    """Delete the run with its file. What it imported stays, and can no longer be undone.

    Raises RuleError while it is at work.
    """
    with transaction.atomic():
        locked = _at_rest(run, tuple(Stage))
        storage, name = locked.file.storage, str(locked.file.name)
        locked.delete()
        transaction.on_commit(lambda: storage.delete(name))


def _start(run: ImportRun, when: Q, **values: Any) -> None:
    """Move the run on, if it stands where that is possible: two clicks start one piece of work."""
    with transaction.atomic():
        if not ImportRun.objects.filter(when, pk=run.pk).update(**values):
            raise RuleError(_("This step is not possible now. Look at where the import stands."))
        background.hand_over(run, work_on_import.delay)


def _at_rest(run: ImportRun, stages: Sequence[str]) -> ImportRun:
    """The run, locked. Raises RuleError when it is at work or elsewhere."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state not in AT_REST or locked.stage not in stages:
        raise RuleError(_("This step is not possible now. Look at where the import stands."))
    return locked


def _save(run: ImportRun) -> None:
    """Store the run. Raises RuleError when the lost reason that it names was deleted meanwhile."""
    try:
        run.save()
        check_references()
    except IntegrityError as error:
        if gone := vanished(error, ImportRun):
            raise gone from error
        raise


def _take_over(run: ImportRun, found: Inspection) -> None:
    fields = guess(found.headers, run.kind)
    run.rows_total = found.rows
    run.columns = [
        {
            "header": header,
            "field": name,
            "samples": column.samples,
            "date_order": column.votes.date_order(),
            "number_format": column.votes.number_format(),
        }
        for header, name, column in zip(found.headers, fields, found.columns, strict=True)
    ]


def _fitting_mapping(run: ImportRun) -> ImportMapping | None:
    """The mapping kept last that knows every header it needs in this file."""
    headers = {normal(column["header"]) for column in run.columns}
    mappings = ImportMapping.objects.filter(kind=run.kind).order_by("-pk")
    return next((mapping for mapping in mappings if mapping.fields and headers >= mapping.fields.keys()), None)


def _apply(run: ImportRun, mapping: ImportMapping) -> None:
    used: set[str] = set()
    for column in run.columns:
        name = mapping.fields.get(normal(column["header"]), "")
        column["field"] = "" if name in used else name
        used.add(name)
    for setting in SETTINGS:
        setattr(run, setting, getattr(mapping, setting))
    run.choices = mapping.choices
