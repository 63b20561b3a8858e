"""A worker that is killed in the middle of a bulk change: another one finishes it, and no lead is changed twice."""

import os
import signal

import pytest
from django.db import connections

from config.celery import app
from crm.models import User
from leads import tasks
from leads.models import BulkRow, BulkRun, Lead, LeadEvent
from leads.services import create_leads
from leads.services.write import Draft
from tests.cast import FunnelCast
from tests.factories.crm import LeadPriorityFactory
from tests.infra.installation import until
from tests.leads.bulk import counts, run
from tests.leads.test_import_killed import start_worker  # noqa: F401 - a fixture

LEADS = 3000


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_worker_loses_and_doubles_nothing(start_worker, ola: User, funnel: FunnelCast) -> None:  # noqa: F811
    leads = create_leads(drafts=[Draft(values={"name": f"Lead {n}"}) for n in range(LEADS)], by=ola)
    priority = LeadPriorityFactory()
    first = start_worker()
    made = run(ola, "priority", leads, priority=priority.pk)
    until(lambda: BulkRun.objects.get().done > 0, "the bulk change did not begin")

    os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    stopped = BulkRun.objects.get()
    assert 0 < stopped.done < LEADS
    assert Lead.objects.filter(priority=priority).count() == stopped.changed_count
    until(lambda: BulkRun.objects.get().is_stalled, "the run is not known to be stalled")
    start_worker()
    tasks.resume_stalled_bulks()
    until(lambda: BulkRun.objects.filter(state="done").exists(), "nobody finished the bulk change", seconds=120)

    assert counts(made) == (LEADS, 0, 0)
    assert set(Lead.objects.values_list("priority", "version")) == {(priority.pk, 2)}
    assert LeadEvent.objects.filter(pgh_label="update").count() == LEADS
    assert BulkRow.objects.filter(run=made, result="changed").count() == LEADS
    app.control.purge()
    connections.close_all()
