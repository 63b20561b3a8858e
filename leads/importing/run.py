"""A run through its stages in the background: claimed by one worker at a time, stored chunk by chunk, resumable."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import translation
from django.utils.translation import gettext as _

from crm.current import request_memory
from crm.models import User
from leads import background
from leads.background import MAX_ATTEMPTS, LostClaim, Stopped, end, hold, stop_if_asked
from leads.importing.chunks import Chunk, Importer
from leads.importing.files import FileRefused
from leads.importing.reading import open_run
from leads.importing.rows import Reader
from leads.importing.suggestions import describe_unknown
from leads.importing.targets import may_import
from leads.importing.undo import undo_chunk
from leads.models.imports import ImportRow, ImportRun

logger = logging.getLogger(__name__)
Item = TypeVar("Item")

CHUNK = 500
Stage = ImportRun.Stage
State = ImportRun.State


def work_on(run_id: int) -> None:
    """Carry the run's stage on from where it stands, if no other worker does. How it ends is stored in the run."""
    run = claim(run_id)
    if run is None:
        return
    language = run.owner.language if run.owner else None
    with request_memory(), translation.override(language):
        try:
            by = _author(run)
            if run.attempts > MAX_ATTEMPTS:
                raise FileRefused(_("The import was interrupted several times at the same place."))
            STAGES[Stage(run.stage)](run, by)
            end(run, State.DONE)
        except LostClaim:
            logger.warning("import %s is in the hands of another worker", run.pk)
        except Stopped:
            end(run, State.CANCELLED)
        except FileRefused as refusal:
            end(run, State.FAILED, error=str(refusal))
        except Exception:
            logger.exception("import %s failed", run.pk)
            end(run, State.FAILED, error=_("An unexpected error stopped the import. It can be continued."))


def claim(run_id: int) -> ImportRun | None:
    """Take the run for this worker; None when there is nothing to do or another worker is at it."""
    return background.claim(ImportRun.objects.select_related("owner", "lost_reason"), run_id)


def stalled_runs() -> list[int]:
    """The runs whose worker has not been heard of."""
    return list(ImportRun.objects.filter(background.stalled()).values_list("pk", flat=True))


def _check(run: ImportRun, by: User) -> None:
    """The dry run: every row goes through all checks, nothing of it is stored but the answers."""
    with transaction.atomic():
        hold(run, rows_done=0, created_count=0, changed_count=0, unchanged_count=0, refused_count=0)
        ImportRow.objects.filter(run=run).delete()
    importer = Importer(run, by, Reader(run))
    with open_run(run) as (_headers, rows):
        for source in in_chunks(rows, CHUNK):
            with transaction.atomic():
                _write_down(run, importer.rehearse(source), len(source))
            stop_if_asked(run)
    unknowns = describe_unknown(run, importer.unknown)
    hold(run, rows_total=F("rows_done"), unknowns=unknowns)


def _import(run: ImportRun, by: User) -> None:
    """Each chunk commits its rows, what became of them and the progress at once: a repeated start goes on behind it."""
    if run.rows_done == 0:
        with transaction.atomic():
            hold(run, created_count=0, changed_count=0, unchanged_count=0, refused_count=0)
            ImportRow.objects.filter(run=run).delete()
    importer = Importer(run, by, Reader(run))
    with open_run(run) as (_headers, rows):
        for source in in_chunks(islice(rows, run.rows_done, None), CHUNK):
            with transaction.atomic():
                _write_down(run, importer.store(source), len(source))
            stop_if_asked(run)


def _undo(run: ImportRun, by: User) -> None:
    while True:
        with transaction.atomic():
            undone, kept, left = undo_chunk(run, by)
            hold(run, undone_count=F("undone_count") + undone, kept_count=F("kept_count") + kept, attempts=0)
        if not left:
            return
        stop_if_asked(run)


STAGES = {Stage.CHECK: _check, Stage.IMPORT: _import, Stage.UNDO: _undo}


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _write_down(run: ImportRun, chunk: Chunk, size: int) -> None:
    ImportRow.objects.bulk_create(chunk.outcomes, batch_size=500)
    counts = {f"{result}_count": F(f"{result}_count") + count for result, count in chunk.counts.items()}
    hold(
        run,
        rows_done=F("rows_done") + size,
        rows_total=Greatest("rows_total", F("rows_done") + size),
        attempts=0,
        **counts,
    )


def _author(run: ImportRun) -> User:
    """Who the rows are stored by. Raises FileRefused when they may no longer import."""
    owner = run.owner
    if owner is None or not owner.is_active or not may_import(owner, run.kind):
        raise FileRefused(_("Who started this import may not import any more."))
    return owner
