"""Background work of leads."""

from celery import shared_task

from leads.importing.run import stalled_runs, work_on


@shared_task
def work_on_import(run_id: int) -> None:
    """Carry on an import. It may be delivered twice or start again after a worker's end: only one gets the claim."""
    work_on(run_id)


@shared_task
def resume_stalled_imports() -> None:
    """Hand imports whose worker ended in the middle to another one (beat starts this often)."""
    for run_id in stalled_runs():
        work_on_import.delay(run_id)
