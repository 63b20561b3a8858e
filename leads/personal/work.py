"""The work on a case: looking for the person, writing the file, anonymising. A killed worker's case is carried on."""

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from crm.errors import RuleError
from leads import background
from leads.background import LostClaim, carrying_on, give_up_in_time, hold, stop_if_asked
from leads.importing.files import FileRefused
from leads.importing.reading import open_run, text_of
from leads.models import ImportRun, PersonCase, PersonRow
from leads.personal.export import write_archive
from leads.personal.identity import Identity
from leads.personal.overview import belonging
from leads.personal.registry import table_of
from leads.personal.scanning import found_in, scan
from leads.services.erasing import cut_out, erase_rows
from leads.services.files import forget_stored

FILE_KEPT_FOR = timedelta(days=7)
CHUNK = 50
State = PersonCase.State
Stage = PersonCase.Stage


def work_on(case_id: int) -> None:
    """Carry the case on from where it stands, if no other worker does. How it ends is stored in the case."""
    case = background.claim(PersonCase.objects.select_related("owner"), case_id)
    if case is None:
        return
    with carrying_on(case, owner=case.owner):
        _check_right(case)
        give_up_in_time(case)
        STAGES[Stage(case.stage)](case)


def stalled_cases() -> list[int]:
    """The cases whose worker has not been heard of."""
    return list(PersonCase.objects.filter(background.stalled()).values_list("pk", flat=True))


def _check_right(case: PersonCase) -> None:
    """Raises RuleError when who asked for it may not do it any more."""
    owner = case.owner
    if owner is None or not owner.is_active or not owner.has_perm("leads.manage_personal_data"):
        raise RuleError(_("You do not have permission to do this."))


def _search(case: PersonCase) -> None:
    scan(case)
    own = belonging(_own_rows(case))
    hold(case, place={}, counts={label: len(rows) for label, rows in own.items()})


def _own_rows(case: PersonCase) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for label, pk in case.rows.filter(is_own=True).values_list("model", "row_id"):
        found.setdefault(label, set()).add(pk)
    return found


def _export(case: PersonCase) -> None:
    """Written anew after an interruption: half a file helps nobody."""
    with TemporaryFile() as file:

        def progress(done: int, total: int) -> None:
            hold(case, rows_done=done, rows_total=total)
            stop_if_asked(case)

        write_archive(case, file, progress)
        size = file.tell()
        file.seek(0)
        name = case.file.storage.save(f"people/{get_random_string(32)}.zip", File(file))
    now = timezone.now()
    try:
        hold(case, file=name, file_size=size, exported_at=now, exported_by=case.owner, expires_at=now + FILE_KEPT_FOR)
    except LostClaim:
        case.file.storage.delete(name)
        raise


# --- Anonymising


def _erase(case: PersonCase) -> None:
    """Look once more, since something may have come since; then all that is chosen, some rows at a time."""
    if not case.place.get("searched"):
        scan(case)
        case.place, case.counts = {"searched": True}, {}
        todo = case.rows.filter(is_chosen=True)
        hold(case, place=case.place, counts={}, rows_total=todo.count(), rows_done=todo.filter(is_done=True).count())
    while _erase_some(case):
        stop_if_asked(case)
    _clean_imports(case)
    with transaction.atomic():
        _forget_files()
        _clean_cases(case)
        counts = dict(PersonCase.objects.get(pk=case.pk).counts)
        case.rows.all().delete()
        hold(
            case,
            phones=[],
            emails=[],
            names=[],
            place={},
            counts=counts,
            erased_at=timezone.now(),
            erased_by=case.owner,
        )


@transaction.atomic
def _erase_some(case: PersonCase) -> bool:
    """The next rows of one model; whether there may be more. What is the person's goes before what mentions them."""
    waiting = case.rows.filter(is_chosen=True, is_done=False).order_by("-is_own", "model", "row_id")
    first = waiting.first()
    if first is None:
        return False
    rows = list(waiting.filter(is_own=first.is_own, model=first.model)[:CHUNK])
    table, ids = table_of(first.model), [row.row_id for row in rows]
    if first.is_own:
        number = erase_rows(table=table, rows=ids, by=case.owner, identity=case.identity)
    else:
        cut_out(table=table, rows=ids, by=case.owner, identity=case.identity)
        number = len(rows)
    PersonRow.objects.filter(pk__in=[row.pk for row in rows]).update(is_done=True)
    case.counts[first.model] = case.counts.get(first.model, 0) + number
    hold(case, counts=case.counts, rows_done=F("rows_done") + len(rows), attempts=0)
    return True


def _clean_imports(case: PersonCase) -> None:
    """Delete the files of imports in which the person stands. Names alone are no proof, but a file is no loss either:
    what was imported stays, and a run that has not begun can be made again.
    """
    identity = case.identity
    for run in ImportRun.objects.exclude(file="").filter(pk__gt=case.place.get("import", 0)).order_by("pk"):
        with transaction.atomic():
            if _stands_in(run, identity):
                forget_stored(stored=[(run.file.storage, str(run.file.name))])
                ImportRun.objects.filter(pk=run.pk).update(file="")
            case.place = {**case.place, "import": run.pk}
            hold(case, place=case.place)
        stop_if_asked(case)


def _stands_in(run: ImportRun, identity: Identity) -> bool:
    try:
        with open_run(run) as (_headers, rows):
            return any(identity.match("\n".join(map(text_of, row.cells))) for row in rows)
    except FileNotFoundError:
        return False
    except FileRefused:
        return True  # what can't be read can't be known to be free of the person


def _clean_cases(case: PersonCase) -> None:
    """Who looked for the person before is still told, but not for whom."""
    table = table_of(PersonCase._meta.label)
    others = PersonCase.objects.exclude(pk=case.pk)
    rows = [pk for pk, _match, _own in found_in(table, case.identity, others)]
    cut_out(table=table, rows=rows, by=case.owner, identity=case.identity)


def _forget_files() -> None:
    """Files that were given out before may hold anybody: none of them outlives an anonymisation."""
    cases = PersonCase.objects.exclude(file="").select_for_update()
    forget_stored(stored=[(case.file.storage, str(case.file.name)) for case in cases])
    PersonCase.objects.exclude(file="").update(file="", expires_at=None)


STAGES: dict[Stage, Callable[[PersonCase], Any]] = {Stage.SEARCH: _search, Stage.EXPORT: _export, Stage.ERASE: _erase}
