"""Fixtures of the tests of `make run` and its parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A new installation; its servers are stopped and its data deleted afterwards."""
    installation = Installation(tmp_path / "home", tmp_path / "output.txt")
    yield installation
    installation.remove()
