"""What users do with bulk changes: begin, stop, go on, undo. The work itself is in leads/services/bulk_work.py."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from leads import background
from leads.background import AT_REST, START_OVER
from leads.models import BulkRow, BulkRun
from leads.querysets import LeadQuerySet
from leads.selection import Selection
from leads.services.bulk_work import work_on
from leads.tasks import work_on_bulk

# Up to so many leads are changed while the user waits; more of them are left to a worker.
IN_REQUEST = 200
KEPT_FOR = timedelta(days=30)
Stage = BulkRun.Stage
State = BulkRun.State


def start_bulk(*, action: str, values: dict[str, Any], selection: Selection, by: User) -> BulkRun:
    """Do `action` to the selected leads: at once when they are few, else in the background.

    Which leads these are is written down first; what comes to match the filter later is not touched. Raises RuleError
    when there are none.
    """
    with transaction.atomic():
        BulkRun.objects.filter(owner=by, created_at__lt=timezone.now() - KEPT_FOR, state__in=AT_REST).delete()
        run = BulkRun(owner=by, action=action, values=values, state=State.WAITING)
        run.save()
        if selection.ids is not None:
            BulkRow.objects.bulk_create([BulkRow(run=run, lead_id=pk) for pk in selection.ids], batch_size=5000)
        else:
            _freeze(run, selection.found(by))
        run.rows_total = run.rows.count()
        if not run.rows_total:
            raise RuleError(_("No lead is selected."))
        run.save(update_fields=["rows_total"])
        if run.rows_total > IN_REQUEST:
            background.hand_over(run, work_on_bulk.delay)
    if run.rows_total <= IN_REQUEST:
        work_on(run.pk)
    run.refresh_from_db()
    return run


def undo_bulk(*, run: BulkRun, by: User) -> BulkRun:
    """Give the leads of the last bulk change of `by` back what they had; those edited since stay, and are listed.

    Raises RuleError when there is a later one, or it can't be undone.
    """
    if not can_undo(run=run, by=by):
        raise RuleError(_("Only your last bulk change can be undone, and only once. Deleted leads do not come back."))
    _start(run, Q(stage=Stage.CHANGE, state__in=AT_REST), by_worker=run.changed_count > IN_REQUEST, stage=Stage.UNDO)
    run.refresh_from_db()
    return run


def resume_bulk(*, run: BulkRun, by: User) -> BulkRun:
    """Go on with what failed, was stopped, or whose worker is gone. Raises RuleError."""
    started = run.started_at  # the time that it has taken goes on
    _start(run, Q(state__in=(State.FAILED, State.CANCELLED)) | background.stalled(), by_worker=True, started_at=started)
    run.refresh_from_db()
    return run


def cancel_bulk(*, run: BulkRun, by: User) -> BulkRun:
    """Stop the work after the leads it is at; what is stored by then stays."""
    background.cancel(run)
    run.refresh_from_db()
    return run


def last_bulk(user: User) -> BulkRun | None:
    """The last bulk change of `user`."""
    return BulkRun.objects.visible_to(user).first()


def can_undo(*, run: BulkRun, by: User) -> bool:
    """Whether `run` is the last bulk change of `by`, is over, and has something to give back."""
    if run.stage != Stage.CHANGE or run.is_busy or run.deletes or not run.changed_count:
        return False
    last = last_bulk(by)
    return last is not None and last.pk == run.pk


def _start(run: BulkRun, when: Q, *, by_worker: bool, **values: Any) -> None:
    """Move the run on, if it stands where that is possible: two clicks start one piece of work."""
    with transaction.atomic():
        if not BulkRun.objects.filter(when, pk=run.pk).update(**START_OVER | values):
            raise RuleError(_("This step is not possible now."))
        if by_worker:
            background.hand_over(run, work_on_bulk.delay)
    if not by_worker:
        work_on(run.pk)


def _freeze(run: BulkRun, leads: LeadQuerySet) -> None:
    """Write down the IDs of `leads` as they are at this moment, without bringing them here."""
    sql, parameters = leads.order_by("pk").values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {BulkRow._meta.db_table} (run_id, lead_id) SELECT %s, id FROM ({sql}) AS found (id)",
            [run.pk, *parameters],
        )
