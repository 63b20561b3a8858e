"""The work of an import: claimed by one worker, stored in chunks, stopped, failed and continued without duplicates."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.test import Client
from django.utils import timezone

from config.celery import app
from crm.errors import RuleError
from crm.models import LostReason, User
from leads import tasks
from leads.importing import control, run
from leads.importing.chunks import Importer
from leads.models import ImportRow, ImportRun, Lead
from tests.cast import FunnelCast
from tests.infra.installation import until
from tests.leads.importing import check, counts, store, upload, work

pytestmark = pytest.mark.django_db

TEN = "id,nazwa\n" + "".join(f"{n},Lead {n}\n" for n in range(1, 11))


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 3)


@pytest.mark.usefixtures("small_chunks")
def test_failure_in_the_middle_is_shown_and_can_be_continued(
    client: Client, ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = check(upload(TEN, by=ewa))
    real, calls = Importer.store, []

    def breaking(self: Importer, source: Any) -> Any:
        calls.append(source)
        if len(calls) == 3:
            raise MemoryError
        return real(self, source)

    monkeypatch.setattr(Importer, "store", breaking)
    importing = store(importing)

    assert (importing.state, importing.rows_done, counts(importing)) == ("failed", 6, (6, 0, 0, 0))
    assert Lead.objects.count() == 6
    client.force_login(ewa)
    page = client.get(f"/import/{importing.pk}/").content.decode()
    assert "Import zatrzymał się z powodu nieoczekiwanego błędu." in page
    assert "Wznów" in page

    assert client.post(f"/import/{importing.pk}/resume/").status_code == 302
    importing = work(importing)

    assert (importing.state, counts(importing)) == ("done", (10, 0, 0, 0))
    assert Lead.objects.count() == 10
    assert ImportRow.objects.filter(run=importing).count() == 10


def test_claim_is_given_once(ewa: User, funnel: FunnelCast) -> None:
    importing = check(upload(TEN, by=ewa))
    control.start_import(run=importing)

    first = run.claim(importing.pk)

    assert first is not None
    assert run.claim(importing.pk) is None
    run.work_on(importing.pk)
    assert not Lead.objects.exists()


@pytest.mark.usefixtures("small_chunks")
def test_worker_that_lost_its_claim_stores_nothing_more(
    ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = check(upload(TEN, by=ewa))
    real = Importer.store

    def robbed(self: Importer, source: Any) -> Any:
        chunk = real(self, source)
        if source[0].line > 2:
            ImportRun.objects.filter(pk=importing.pk).update(claim="00000000-0000-0000-0000-000000000001")
        return chunk

    monkeypatch.setattr(Importer, "store", robbed)
    importing = store(importing)

    assert (importing.rows_done, importing.state) == (3, "running")
    assert Lead.objects.count() == 3


def test_run_of_a_dead_worker_is_taken_over(ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch) -> None:
    importing = check(upload(TEN, by=ewa))
    control.start_import(run=importing)
    assert run.claim(importing.pk) is not None
    assert run.stalled_runs() == []
    ImportRun.objects.filter(pk=importing.pk).update(heartbeat=timezone.now() - timedelta(minutes=1))
    handed: list[int] = []
    monkeypatch.setattr(tasks.work_on_import, "delay", handed.append)

    tasks.resume_stalled_imports()
    importing = work(importing)

    assert handed == [importing.pk]
    assert (importing.state, Lead.objects.count()) == ("done", 10)


def test_run_that_ends_its_workers_is_given_up(ewa: User, funnel: FunnelCast) -> None:
    importing = check(upload(TEN, by=ewa))
    control.start_import(run=importing)
    for _attempt in range(run.MAX_ATTEMPTS):
        assert run.claim(importing.pk) is not None
        ImportRun.objects.filter(pk=importing.pk).update(heartbeat=timezone.now() - timedelta(minutes=1))

    importing = work(importing)

    assert (importing.state, importing.error) == ("failed", "Import przerwał się kilka razy w tym samym miejscu.")


@pytest.mark.usefixtures("small_chunks")
def test_stopping_keeps_what_is_done_and_can_go_on(
    client: Client, ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = check(upload(TEN, by=ewa))
    client.force_login(ewa)
    real = Importer.store

    def stopping(self: Importer, source: Any) -> Any:
        client.post(f"/import/{importing.pk}/cancel/")
        return real(self, source)

    monkeypatch.setattr(Importer, "store", stopping)
    importing = store(importing)
    assert (importing.state, importing.rows_done, Lead.objects.count()) == ("cancelled", 3, 3)
    assert not importing.cancel_requested

    monkeypatch.setattr(Importer, "store", real)
    control.resume(run=importing)
    importing = work(importing)

    assert (importing.state, counts(importing), Lead.objects.count()) == ("done", (10, 0, 0, 0), 10)


def test_stopping_what_waits_stops_it_at_once(ewa: User, funnel: FunnelCast) -> None:
    importing = check(upload(TEN, by=ewa))
    control.start_import(run=importing)

    control.cancel(run=importing)

    importing = work(importing)
    assert (importing.state, Lead.objects.count()) == ("cancelled", 0)


def test_file_that_is_gone_is_a_visible_failure(ewa: User, funnel: FunnelCast) -> None:
    importing = check(upload(TEN, by=ewa))
    importing.file.storage.delete(importing.file.name)

    importing = store(importing)

    assert (importing.state, bool(importing.error)) == ("failed", True)


@pytest.fixture
def celery_worker() -> Iterator[None]:
    """A real worker on the real Redis, in a thread."""
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="WARNING"):
        yield


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("celery_worker")
def test_real_worker_does_all_stages(client: Client, ewa: User, funnel: FunnelCast) -> None:
    client.force_login(ewa)
    importing = upload(TEN, by=ewa)
    data = {"encoding": "utf-8", "delimiter": ",", "date_order": "auto", "number_format": "auto"}

    client.post(f"/import/{importing.pk}/columns/", {**data, "column_0": "external_id", "column_1": "name"})
    until(
        lambda: ImportRun.objects.filter(stage="check", state="done", created_count=10).exists(),
        "the worker did not do it",
    )
    assert not Lead.objects.exists()
    client.post(f"/import/{importing.pk}/start/")
    until(lambda: ImportRun.objects.filter(stage="import", state="done").exists(), "the worker did not do it")
    assert Lead.objects.count() == 10
    client.post(f"/import/{importing.pk}/undo/")
    until(
        lambda: ImportRun.objects.filter(stage="undo", state="done", undone_count=10).exists(),
        "the worker did not do it",
    )
    assert not Lead.objects.exists()


def test_a_lost_reason_that_is_deleted_meanwhile_is_refused(
    ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = upload(TEN, by=ewa)
    reason, real = funnel.too_expensive, control._at_rest

    def deleted_meanwhile(*args: Any) -> Any:
        locked = real(*args)
        LostReason.objects.filter(pk=reason.pk).delete()
        return locked

    monkeypatch.setattr(control, "_at_rest", deleted_meanwhile)
    with pytest.raises(RuleError, match="usunięt") as refusal:
        control.set_columns(run=importing, fields=["external_id", "name"], settings={"lost_reason": reason})

    assert refusal.value.field == "lost_reason"
    importing.refresh_from_db()
    assert importing.lost_reason is None
