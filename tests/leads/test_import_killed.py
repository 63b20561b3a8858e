"""A worker that is killed in the middle of an import: another one finishes it, and nothing is there twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections

from config.celery import app
from config.env import BASE_DIR
from crm.models import User
from leads import tasks
from leads.importing import control
from leads.models import ImportRow, ImportRun, Lead, LeadStatusChange
from tests.cast import FunnelCast
from tests.infra.installation import until
from tests.leads.importing import check, upload

ROWS = 6000


@pytest.fixture
def start_worker() -> Iterator[object]:
    """Start real workers as processes of their own, on the database of the tests."""
    workers: list[subprocess.Popen[bytes]] = []
    app.control.purge()

    def start() -> subprocess.Popen[bytes]:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool=prefork", "--concurrency=1"],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": url,
                 "REDIS_URL": app.conf.broker_url},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_worker_loses_and_doubles_nothing(start_worker, ewa: User, funnel: FunnelCast) -> None:
    content = "id,nazwa,kwota\n" + "".join(f"{n},Lead {n},{n}\n" for n in range(ROWS))
    run = check(upload(content, by=ewa))
    app.control.purge()
    first = start_worker()
    control.start_import(run=run)
    until(lambda: ImportRun.objects.get().rows_done > 0, "the import did not begin")

    os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    stopped = ImportRun.objects.get()
    assert 0 < stopped.rows_done < ROWS
    assert Lead.objects.count() == stopped.rows_done == stopped.created_count
    until(lambda: ImportRun.objects.get().is_stalled, "the run is not known to be stalled")
    start_worker()
    tasks.resume_stalled_imports()
    until(lambda: ImportRun.objects.filter(state="done").exists(), "nobody finished the import", seconds=120)

    run.refresh_from_db()
    assert (run.created_count, run.refused_count, run.rows_done) == (ROWS, 0, ROWS)
    assert Lead.objects.count() == ROWS
    assert LeadStatusChange.objects.count() == ROWS
    assert ImportRow.objects.filter(run=run).count() == ROWS
    run.file.delete(save=False)
    connections.close_all()
