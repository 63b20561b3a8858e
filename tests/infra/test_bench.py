"""The benchmark, the probe and the load run from an empty server to their tables; their figures are not judged here."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from bench.measure import ALL_KINDS
from config.env import BASE_DIR

pytestmark = pytest.mark.long
SMALL, LARGE = 6_001, 6_002


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The environment of the programs; what they fill is dropped afterwards."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "SMALL_LEADS": str(SMALL), "LEADS": str(LARGE)}
    yield {**os.environ, **own}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for leads in (SMALL, LARGE):
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(f"bench_{leads}")))


def run(module: str, environment: dict[str, str]) -> str:
    """What a program of the benchmark prints."""
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_bench_fills_measures_and_reports(environment: dict[str, str], tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    printed = run("bench", environment | {"REQUESTS": "3", "BENCH_RESULTS": str(results)})

    written = json.loads(results.read_text(encoding="utf-8"))
    assert set(written["large"]) == set(written["small"]) == set(ALL_KINDS)
    for kind in ALL_KINDS:
        assert written["large"][kind]["median_ms"] > 0
        assert kind in printed
        if kind.startswith("list"):
            assert written["large"][kind]["queries"] <= 8
        if kind.startswith(("list", "report")):
            assert written["large"][kind]["floor_ms"] > 0
    assert written["export"]["csv"]["rows"] == LARGE
    assert written["export"]["csv"]["bytes"] > 100 * LARGE


def test_probe_asks_every_question_and_tells_what_was_read(environment: dict[str, str], tmp_path: Path) -> None:
    results = tmp_path / "probe.json"
    run("bench.probe", environment | {"ONLY": "board heads", "PROBE_RESULTS": str(results)})

    costs = json.loads(results.read_text(encoding="utf-8"))["costs"]
    assert len(costs) > 8
    for small, large in costs.values():
        assert small["queries"] == large["queries"]
    # Counted leads are read, kept totals are not.
    assert costs["board heads, common tag"][1]["rows"] > LARGE / 4
    assert costs["board heads, own leads"][1]["rows"] < LARGE
    assert costs["board heads, own leads"][1]["pages"] < 400


def test_load_of_a_few_users_fails_nowhere(environment: dict[str, str]) -> None:
    printed = run("bench.load", environment | {"USERS": "4", "SECONDS": "15"})

    assert "Failed and may not: 0" in printed
    assert "Aggregated" in printed
