"""Background work of leads."""

from celery import shared_task

from leads.importing.run import stalled_runs, work_on
from leads.models import BulkRun, ImportRun
from leads.personal import work as person_work
from leads.services import bulk_work, retention
from leads.services.board import fold_totals
from leads.services.due import notify_due_activities
from leads.services.pairs import compare_names
from leads.services.personal import forget_old_cases
from leads.services.work_news import tell_end


@shared_task
def work_on_import(run_id: int) -> None:
    """Carry on an import. It may be delivered twice or start again after a worker's end: only one gets the claim."""
    work_on(run_id)
    tell_end(work=ImportRun.objects.select_related("owner").filter(pk=run_id).first())


@shared_task
def fold_column_totals() -> None:
    """Keep the totals of the board's columns short: one row a status (beat starts this often)."""
    fold_totals()


@shared_task
def resume_stalled_imports() -> None:
    """Hand imports whose worker ended in the middle to another one (beat starts this often)."""
    for run_id in stalled_runs():
        work_on_import.delay(run_id)


@shared_task
def work_on_bulk(run_id: int) -> None:
    """Carry on a bulk change, if no other worker is at it."""
    bulk_work.work_on(run_id)
    tell_end(work=BulkRun.objects.select_related("owner").filter(pk=run_id).first())


@shared_task
def resume_stalled_bulks() -> None:
    """Hand bulk changes whose worker ended in the middle to another one (beat starts this often)."""
    for run_id in bulk_work.stalled_runs():
        work_on_bulk.delay(run_id)


@shared_task
def compare_names_of_leads() -> None:
    """Look for similar names of leads that changed; what is left is for the next start (beat starts this often)."""
    compare_names()


@shared_task
def tell_due_activities() -> None:
    """Tell assignees of the activities whose time has come (beat starts this every minute)."""
    notify_due_activities()


@shared_task
def work_on_person(case_id: int) -> None:
    """Carry on the search for a person, their file or their anonymisation, if no other worker is at it."""
    person_work.work_on(case_id)


@shared_task
def resume_stalled_people() -> None:
    """Hand cases of people whose worker ended in the middle to another one (beat starts this often)."""
    for case_id in person_work.stalled_cases():
        work_on_person.delay(case_id)


@shared_task
def forget_old_people() -> None:
    """Delete files of people whose time is over, and old searches (beat starts this every hour)."""
    forget_old_cases()


@shared_task
def work_on_retention(run_id: int) -> None:
    """Carry on a retention run, if no other worker is at it."""
    retention.work_on(run_id)


@shared_task
def resume_stalled_retention() -> None:
    """Hand retention runs whose worker ended in the middle to another one (beat starts this often)."""
    for run_id in retention.stalled_runs():
        work_on_retention.delay(run_id)


@shared_task
def apply_retention() -> None:
    """Take away what is over its time (beat starts this every night)."""
    retention.start_daily_retention()
