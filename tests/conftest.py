"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.cast import adam, ewa, funnel, marek, ola, team
from tests.worker import worker

__all__ = ["adam", "ewa", "funnel", "marek", "ola", "team", "worker"]


@pytest.fixture(scope="session")
def crm_sales_data() -> Path:
    """The folder of the real sales data beside the project; its lack skips the test, and fails it when CI=true."""
    folder = BASE_DIR.parent / "shared" / "data" / "crm-sales"
    if not folder.is_dir():
        reason = "The sales data are not there: expected ../shared/data/crm-sales beside the project."
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
