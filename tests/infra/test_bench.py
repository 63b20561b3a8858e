"""The benchmark runs from an empty server to its table and file; its figures are not judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from bench.measure import ALL_KINDS
from config.env import BASE_DIR

SMALL, LARGE = 6_001, 6_002


@pytest.mark.long
def test_bench_fills_measures_and_reports(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "SMALL_LEADS": str(SMALL),
        "LEADS": str(LARGE),
        "REQUESTS": "3",
        "BENCH_RESULTS": str(results),
    }
    try:
        run = subprocess.run(
            [sys.executable, "-m", "bench"], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            for leads in (SMALL, LARGE):
                connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(f"bench_{leads}")))

    assert run.returncode == 0, run.stderr
    written = json.loads(results.read_text(encoding="utf-8"))
    assert set(written["large"]) == set(written["small"]) == set(ALL_KINDS)
    for kind in ALL_KINDS:
        assert written["large"][kind]["median_ms"] > 0
        if kind.startswith("list"):
            assert written["large"][kind]["queries"] <= 8
            assert written["large"][kind]["floor_ms"] > 0
            assert kind in run.stdout
    assert written["export"]["csv"]["bytes"] > 100 * LARGE
