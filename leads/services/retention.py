"""What is over its time goes: every day, or at once. Some rows at a time, each with its progress; a killed worker's run
is carried on by another one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from crm.errors import RuleError, StaleObject
from crm.models import User
from leads import background
from leads.background import AT_REST, START_OVER, carrying_on, give_up_in_time, hold, stop_if_asked
from leads.models import RetentionRule, RetentionRun
from leads.personal.registry import table_of
from leads.personal.retention import RetentionKind, due, kind_of, kinds, limit, months_of_all
from leads.services.erasing import erase_rows

CHUNK = 100
State = RetentionRun.State


def set_retention(*, months: Mapping[str, int | None], seen: Mapping[str, int | None], by: User) -> None:
    """Keep each kind for so many months (None: for ever). `seen` is what the user saw: StaleObject is raised, and
    nothing stored, when somebody has changed it since.
    """
    with transaction.atomic():
        _one_at_a_time()
        if dict(seen) != months_of_all():
            raise StaleObject(_("Somebody else has changed this in the meantime."))
        for name, number in months.items():
            RetentionRule.objects.update_or_create(kind=name, defaults={"months": number})


def start_retention(*, kind: RetentionKind, by: User | None) -> RetentionRun | None:
    """Begin to take away what is over its time; None when nothing is, or it is under way. Raises RuleError when the
    kind is kept for ever.
    """
    with transaction.atomic():
        _one_at_a_time()
        months = months_of_all()[kind.name]
        if months is None:
            raise RuleError(_("This is kept for ever: set a number of months first."))
        busy = RetentionRun.objects.filter(kind=kind.name).exclude(state__in=AT_REST)
        before = limit(months)
        if busy.exists() or not (number := due(kind, before).count()):
            return None
        run = RetentionRun.objects.create(
            kind=kind.name, months=months, before=before, by=by, state=State.WAITING, rows_total=number
        )
        _queue(run)
    return run


def start_daily_retention() -> None:
    """Begin with all kinds that have a number of months."""
    for kind in kinds():
        if months_of_all()[kind.name] is not None:
            start_retention(kind=kind, by=None)


def cancel_retention(*, run: RetentionRun, by: User) -> None:
    """Stop after the rows that are at work; what is gone by then stays so."""
    background.cancel(run)


def resume_retention(*, run: RetentionRun, by: User) -> None:
    """Go on with what failed or was stopped, or whose worker is gone. Raises RuleError."""
    when = Q(state__in=(State.FAILED, State.CANCELLED)) | background.stalled()
    with transaction.atomic():
        values: dict[str, Any] = START_OVER | {"started_at": run.started_at}
        if not RetentionRun.objects.filter(when, pk=run.pk).update(**values):
            raise RuleError(_("This step is not possible now."))
        _queue(run)


def stalled_runs() -> list[int]:
    """The runs whose worker has not been heard of."""
    return list(RetentionRun.objects.filter(background.stalled()).values_list("pk", flat=True))


def work_on(run_id: int) -> None:
    """Carry the run on from where it stands, if no other worker does. How it ends is stored in the run."""
    run = background.claim(RetentionRun.objects.select_related("by"), run_id)
    if run is None:
        return
    with carrying_on(run, owner=run.by):
        give_up_in_time(run)
        _take_away(run)


def _take_away(run: RetentionRun) -> None:
    kind = kind_of(run.kind)
    if kind is None:
        raise RuleError(_("This kind of data is not known any more."))
    if months_of_all()[kind.name] is None:
        raise RuleError(_("This is kept for ever: set a number of months first."))
    since: datetime | None = None
    while True:
        with transaction.atomic():
            rows = due(kind, run.before)
            if since is not None:  # what has gone before need not be read again
                rows = rows.filter(**{f"{kind.moment}__gte": since})
            found = list(rows.values_list("pk", kind.moment)[:CHUNK])
            if not found:
                return
            ids = [pk for pk, _moment in found]
            if not erase_rows(table=table_of(kind.model), rows=ids, by=run.by):
                raise RuleError(_("Some rows can't go."))
            since = found[-1][1]
            hold(run, rows_done=F("rows_done") + len(ids), attempts=0)
        stop_if_asked(run)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('leads.retention', 0))")


def _queue(run: RetentionRun) -> None:
    from leads.tasks import work_on_retention

    background.hand_over(run, work_on_retention.delay)
