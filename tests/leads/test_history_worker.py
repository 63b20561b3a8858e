"""The author of what Celery tasks write: a real worker, the real Redis, a database of committed rows."""

from collections.abc import Iterator

import pytest
from celery import shared_task
from celery.contrib.testing.worker import start_worker

from config.celery import app
from crm.history import acting_for
from crm.models import User
from leads.history import Kind, history_of
from leads.models import Lead, LeadTagging
from leads.services import create_lead, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadTagFactory
from tests.infra.installation import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@shared_task(name="tests.write_lead")
def write_lead(lead_id: int, city: str, by_id: int | None) -> None:
    """What tasks look like: IDs in, the user who asked, a service call; and a bulk write beside it."""
    with acting_for(by_id) as by:
        update_lead(lead=Lead.objects.get(pk=lead_id), values={"city": city}, by=by)
        Lead.objects.filter(pk=lead_id).update(country="Polska")


@shared_task(name="tests.tag_lead")
def tag_lead(lead_id: int, tag_id: int) -> None:
    """A task of nobody: beat started it."""
    LeadTagging.objects.create(lead_id=lead_id, tag_id=tag_id)


@pytest.fixture
def real_worker(transactional_db: None) -> Iterator[None]:
    """A worker that takes tasks from Redis, in a thread and on connections of its own."""
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    return create_lead(values={"name": "Hala"}, by=ola)


def test_a_task_writes_as_the_user_who_asked_for_it(lead: Lead, ewa: User, real_worker: None) -> None:
    write_lead.delay(lead.pk, "Łódź", ewa.pk)
    until(lambda: Lead.objects.filter(pk=lead.pk, country="Polska").exists(), "The task did not run.", seconds=30)

    [entry, created] = history_of(lead).entries
    assert (entry.kind, entry.user) == (Kind.CHANGED, ewa)
    assert {change.label: change.new for change in entry.changes} == {"Miasto": "Łódź", "Kraj": "Polska"}
    assert created.author == "Ola Żak"


def test_a_task_that_nobody_asked_for_is_the_system(lead: Lead, ewa: User, real_worker: None) -> None:
    """Also when the same worker has just worked for somebody."""
    tag = LeadTagFactory(name="targi")
    write_lead.delay(lead.pk, "Łódź", ewa.pk)
    write_lead.delay(lead.pk, "Kraków", None)
    tag_lead.delay(lead.pk, tag.pk)
    until(lambda: LeadTagging.objects.filter(lead=lead).exists(), "The tasks did not run.", seconds=30)

    tagged, system, asked, _created = history_of(lead).entries
    assert (tagged.user, tagged.author, tagged.tags_added) == (None, "system", ["targi"])
    assert (system.user, system.author, system.changes[0].new) == (None, "system", "Kraków")
    assert (asked.user, asked.changes[0].new) == (ewa, "Łódź")
