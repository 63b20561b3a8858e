"""Fixtures for all tests."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django.plugin import blocking_manager_key

from config.env import BASE_DIR
from tests.asgi import asgi_server
from tests.cast import adam, ewa, funnel, marek, ola, team
from tests.worker import worker

__all__ = ["adam", "asgi_server", "ewa", "funnel", "marek", "ola", "team", "worker"]


@pytest.fixture(scope="session")
def crm_sales_data() -> Path:
    """The folder of the real sales data beside the project; its lack skips the test, and fails it when CI=true."""
    return _shared_data("crm-sales")


@pytest.fixture(scope="session")
def hard_emails() -> Path:
    """The folder of real and damaged messages beside the project; its lack skips, and fails when CI=true."""
    return _shared_data("emails")


def _shared_data(name: str) -> Path:
    folder = BASE_DIR.parent / "shared" / "data" / name
    if not folder.is_dir():
        reason = f"Data of the tests are not there: expected ../shared/data/{name} beside the project."
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let every connection know what migrations put into the database (the roles), to put it back after a flush.

    Django tells only the connection that made the database; a thread in which Playwright's loop runs has another.
    """
    default = connections["default"]
    type(default)._test_serialized_contents = getattr(default, "_test_serialized_contents", "[]")  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What migrations made is put back also after a test that does not ask for it: it belongs to all others."""
    for item in items:
        if _has_own_transactions(item):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test with transactions of its own leaves empty tables; the next test, of whatever file, finds the roles."""
    result = yield
    if nextitem and _has_own_transactions(item) and not _has_own_transactions(nextitem):
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)  # type: ignore[attr-defined]
    return result


def _has_own_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        return True
    return not {"transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))
