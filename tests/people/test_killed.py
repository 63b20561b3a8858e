"""A worker that is killed in the middle: another one finishes the anonymisation, and retention too."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from config.celery import app
from crm.models import User
from leads import tasks
from leads.models import Lead, LeadEvent, PersonCase, RetentionRun
from leads.personal.retention import kind_of, months_of_all
from leads.services import create_leads
from leads.services.personal import erase_person, search_person
from leads.services.retention import set_retention, start_retention
from leads.services.write import Draft
from tests.cast import FunnelCast
from tests.infra.installation import until
from tests.leads.test_import_killed import start_worker  # noqa: F401 - a fixture

LEADS = 1500


def make_leads(funnel: FunnelCast, by: User) -> None:
    values = {"name": "Hala", "last_name": "Kos", "email": "kos@x.test", "status": funnel.lost}
    create_leads(
        drafts=[Draft(values={**values, "lost_reason": funnel.too_expensive}) for _number in range(LEADS)], by=by
    )


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_in_an_anonymisation(start_worker, adam: User, funnel: FunnelCast) -> None:  # noqa: F811
    make_leads(funnel, adam)
    first = start_worker()
    case = search_person(typed=["kos@x.test"], by=adam)
    until(lambda: PersonCase.objects.filter(stage="search", state="done").exists(), "nothing was found", seconds=60)
    case.refresh_from_db()
    erase_person(case=case, by=adam)
    until(lambda: Lead.objects.filter(last_name="").exists(), "the anonymisation did not begin", seconds=60)

    os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    assert 0 < Lead.objects.filter(last_name="").count() < LEADS
    assert PersonCase.objects.get().emails == ["kos@x.test"]
    until(lambda: PersonCase.objects.get().is_stalled, "the case is not known to be stalled", seconds=60)
    start_worker()
    tasks.resume_stalled_people()
    until(lambda: PersonCase.objects.filter(state="done").exists(), "nobody finished it", seconds=180)

    done = PersonCase.objects.get()
    assert (done.stage, done.emails, done.counts["leads.Lead"]) == ("erase", [], LEADS)
    assert not Lead.objects.exclude(last_name="", email="").exists()
    assert not LeadEvent.objects.exclude(last_name="", email="").exists()
    app.control.purge()
    connections.close_all()


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_in_retention(start_worker, adam: User, funnel: FunnelCast) -> None:  # noqa: F811
    make_leads(funnel, adam)
    Lead.objects.update(closed_at=timezone.now() - timedelta(days=90))
    seen = months_of_all()
    set_retention(months={**seen, "lost_leads": 2}, seen=seen, by=adam)
    kind = kind_of("lost_leads")
    assert kind is not None
    first = start_worker()
    start_retention(kind=kind, by=adam)
    until(lambda: RetentionRun.objects.get().done > 0, "the run did not begin", seconds=60)

    os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    stopped = RetentionRun.objects.get()
    assert 0 < stopped.done < LEADS
    assert Lead.objects.filter(last_name="").count() == stopped.done
    until(lambda: RetentionRun.objects.get().is_stalled, "the run is not known to be stalled", seconds=60)
    start_worker()
    tasks.resume_stalled_retention()
    until(lambda: RetentionRun.objects.filter(state="done").exists(), "nobody finished it", seconds=180)

    assert RetentionRun.objects.get().done == LEADS
    assert not Lead.objects.exclude(last_name="", email="").exists()
    app.control.purge()
    connections.close_all()
