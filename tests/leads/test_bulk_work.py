"""The work of a bulk change in the background: frozen, claimed by one worker, stopped, failed and continued."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.models import Notification, User
from leads import tasks
from leads.models import BulkRow, BulkRun, Lead, LeadEvent
from leads.services import bulk, bulk_work, create_lead
from leads.services.bulk_work import work_on
from tests.cast import FunnelCast
from tests.concurrency import race
from tests.factories.crm import LeadPriorityFactory
from tests.leads.bulk import change, counts, run
from tests.leads.cards import HTMX, post, signed_in
from tests.worker import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(ola: User, funnel: FunnelCast) -> list[Lead]:
    return [create_lead(values={"name": f"Lead {n}"}, by=ola) for n in range(10)]


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Already a few leads are left to a worker, who takes three at a time."""
    monkeypatch.setattr(bulk, "IN_REQUEST", 2)
    monkeypatch.setattr(bulk_work, "CHUNK", 3)


@pytest.mark.usefixtures("in_background")
def test_many_are_left_to_a_worker(ola: User, leads: list[Lead], worker: Worker) -> None:
    priority = LeadPriorityFactory()

    response = change(ola, "priority", leads, value=priority.pk)

    made = BulkRun.objects.get()
    text = response.content.decode()
    assert (made.state, made.rows_total, counts(made)) == ("waiting", 10, (0, 0, 0))
    assert 'hx-trigger="every 1s"' in text
    assert "HX-Trigger" not in response
    assert not Lead.objects.filter(priority=priority).exists()

    with worker():
        change(ola, "priority", leads, value=priority.pk)
    made = BulkRun.objects.first()
    assert (made.state, counts(made)) == ("done", (10, 0, 0))
    progress = signed_in(ola).get(f"/leads/bulk/runs/{made.pk}/progress/", headers=HTMX)
    assert "10 zmienionych" in progress.content.decode()
    assert "leads:changed" in progress["HX-Trigger"]


@pytest.mark.usefixtures("in_background")
def test_what_matches_later_is_left_alone(ola: User, leads: list[Lead], funnel: FunnelCast) -> None:
    priority = LeadPriorityFactory()
    post(ola, "/leads/bulk/priority/", {"all": "1", "filter": "q=lead", "value": priority.pk})
    later = create_lead(values={"name": "Lead późniejszy"}, by=ola)

    work_on(BulkRun.objects.get().pk)

    assert counts(BulkRun.objects.get()) == (10, 0, 0)
    assert Lead.objects.get(pk=later.pk).priority is None


@pytest.mark.usefixtures("in_background")
def test_a_failure_in_the_middle_is_shown_and_can_be_continued(
    ola: User, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = bulk_work.update_leads, []

    def breaking(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise MemoryError
        return real(**arguments)

    monkeypatch.setattr(bulk_work, "update_leads", breaking)
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    work_on(made.pk)
    made.refresh_from_db()
    assert (made.state, counts(made)) == ("failed", (6, 0, 0))
    assert Lead.objects.exclude(priority=None).count() == 6
    page = signed_in(ola).get(f"/leads/bulk/runs/{made.pk}/").content.decode()
    assert "Pracę przerwał nieoczekiwany błąd." in page
    assert f"/leads/bulk/runs/{made.pk}/resume/" in page

    assert post(ola, f"/leads/bulk/runs/{made.pk}/resume/").status_code == 200
    work_on(made.pk)

    made.refresh_from_db()
    assert (made.state, counts(made)) == ("done", (10, 0, 0))
    assert set(Lead.objects.values_list("version", flat=True)) == {2}, "no lead is changed twice"
    assert LeadEvent.objects.filter(pgh_label="update").count() == 10


@pytest.mark.usefixtures("in_background")
def test_the_claim_is_given_once_and_a_dead_worker_is_replaced(
    ola: User, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    from leads.background import claim

    assert claim(BulkRun.objects.all(), made.pk) is not None
    work_on(made.pk)
    assert not Lead.objects.exclude(priority=None).exists()

    BulkRun.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))
    handed: list[int] = []
    monkeypatch.setattr(tasks.work_on_bulk, "delay", handed.append)
    tasks.resume_stalled_bulks()
    assert handed == [made.pk]
    work_on(made.pk)
    assert counts(made) == (10, 0, 0)


@pytest.mark.usefixtures("in_background")
def test_a_worker_that_lost_its_claim_stores_nothing_more(
    ola: User, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    real, calls = bulk_work.update_leads, []

    def robbed(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            BulkRun.objects.update(claim="00000000-0000-0000-0000-000000000001")
        return real(**arguments)

    monkeypatch.setattr(bulk_work, "update_leads", robbed)
    work_on(made.pk)

    assert counts(made) == (3, 0, 0)
    assert Lead.objects.exclude(priority=None).count() == 3
    assert BulkRow.objects.filter(result="changed").count() == 3


@pytest.mark.usefixtures("in_background")
def test_stopping_keeps_what_is_done_and_can_go_on_or_back(
    ola: User, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    real = bulk_work.update_leads

    def stopping(**arguments: Any) -> Any:
        post(ola, f"/leads/bulk/runs/{made.pk}/cancel/")
        return real(**arguments)

    monkeypatch.setattr(bulk_work, "update_leads", stopping)
    work_on(made.pk)
    made.refresh_from_db()
    assert (made.state, counts(made)) == ("cancelled", (3, 0, 0))

    monkeypatch.setattr(bulk_work, "update_leads", real)
    monkeypatch.setattr(bulk, "IN_REQUEST", 200)
    text = post(ola, f"/leads/bulk/runs/{made.pk}/undo/").content.decode()
    assert "3 cofnięte" in text
    assert not Lead.objects.exclude(priority=None).exists()


@pytest.mark.usefixtures("in_background")
def test_what_waits_is_stopped_at_once(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "delete", leads)
    post(ola, f"/leads/bulk/runs/{made.pk}/cancel/")

    work_on(made.pk)

    made.refresh_from_db()
    assert (made.state, Lead.objects.count()) == ("cancelled", 10)


@pytest.mark.usefixtures("in_background")
def test_who_lost_the_right_meanwhile_changes_nothing(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "delete", leads)
    User.objects.filter(pk=ola.pk).update(is_active=False)

    work_on(made.pk)

    made.refresh_from_db()
    assert (made.state, Lead.objects.count()) == ("failed", 10)
    assert made.error


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_runs_at_once_over_the_same_leads_wait_for_each_other(ola: User, ewa: User, leads: list[Lead]) -> None:
    one, two = LeadPriorityFactory(), LeadPriorityFactory()

    errors = race(
        lambda: run(ola, "priority", leads, priority=one.pk),
        lambda: run(ewa, "priority", leads, priority=two.pk),
    )

    assert errors == (None, None)
    assert set(BulkRun.objects.values_list("state", "changed_count", "refused_count")) == {("done", 10, 0)}
    assert set(Lead.objects.values_list("priority", "version")) == {(two.pk, 3)}


# --- Its end is told to who has left the page


@pytest.mark.usefixtures("in_background")
def test_the_end_is_told_once_to_who_has_left_the_page(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory(name="Pilny").pk)
    cache.clear()  # the page that began it shows it no more

    tasks.work_on_bulk(made.pk)
    tasks.work_on_bulk(made.pk)

    [news] = Notification.objects.all()
    assert (news.user, news.kind, news.url) == (ola, "work", f"/leads/bulk/runs/{made.pk}/")
    assert news.text == "Zakończono w tle: zmiana zbiorcza „Priorytet leadu: Pilny”"
    assert news.details == "10 zmienionych"

    post(ola, f"/leads/bulk/runs/{made.pk}/undo/")
    cache.clear()
    tasks.work_on_bulk(made.pk)
    assert [row.details for row in Notification.objects.order_by("pk")] == ["10 zmienionych", "Cofnięte: 10"]


@pytest.mark.usefixtures("in_background")
def test_who_watches_is_not_told(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    signed_in(ola).get(f"/leads/bulk/runs/{made.pk}/progress/", headers=HTMX)

    tasks.work_on_bulk(made.pk)

    made.refresh_from_db()
    assert made.state == "done"
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("in_background")
def test_a_failure_is_told_with_its_reason(ola: User, leads: list[Lead]) -> None:
    made = run(ola, "priority", leads, priority=LeadPriorityFactory().pk)
    cache.clear()
    ola.groups.clear()

    tasks.work_on_bulk(made.pk)

    assert Notification.objects.get().details.startswith("Nie masz uprawnień")
