"""`make bench`: fill the databases, ask the real server, print the table, write bench-results.json.

LEADS=1000000    leads of the large database (default 100000); the small one has 10000
REQUESTS=200     requests of each kind
"""

import json
import os
import sys
from pathlib import Path

from bench import mail, report
from bench.databases import prepare
from bench.measure import Database, export, exported_from, measure, requests_per_second
from bench.server import serving

SMALL = int(os.environ.get("SMALL_LEADS", "10000"))
LARGE = int(os.environ.get("LEADS", "100000"))
REQUESTS = int(os.environ.get("REQUESTS", "200"))
LOAD_SECONDS = 10
RESULTS = Path(os.environ.get("BENCH_RESULTS", "bench-results.json"))


def main() -> int:
    """Run everything; the exit code does not depend on the budgets, since machines differ."""
    urls = {leads: prepare(leads) for leads in (SMALL, LARGE)}
    print(f"{REQUESTS} requests of each kind at {SMALL} and at {LARGE} leads …", flush=True)
    with serving(urls[SMALL], workers=1) as small_server, serving(urls[LARGE], workers=1) as large_server:
        databases = [Database(urls[SMALL], small_server), Database(urls[LARGE], large_server)]
        measure(databases, requests=REQUESTS)
        small, large = (database.figures() for database in databases)
        since = exported_from(urls[LARGE])
        exports = {format: export(large_server, databases[1].client, format, since=since) for format in ("csv", "xlsx")}
    cores = os.cpu_count() or 1
    with serving(urls[LARGE], workers=cores) as server:
        load = {path: round(requests_per_second(server.port, path, seconds=LOAD_SECONDS), 1)
                for path in ("/bench/empty/", "/leads/")}  # fmt: skip
    mails = mail.measured(urls[SMALL])
    print(f"\nAt {LARGE} leads, growth from {SMALL}:\n{report.table(small, large, leads=LARGE)}\n")
    print(f"On {cores} cores: " + ", ".join(f"{path} {rate} requests/s" for path, rate in load.items()))
    for format, result in exports.items():
        print(
            f"Export of {exports['csv']['rows']} leads as {format}: {result['seconds']} s,"
            f" {result['bytes'] / 1e6:.1f} MB;"
            f" the server's memory {result['memory_before'] / 1e6:.0f} → {result['memory_peak'] / 1e6:.0f} MB"
        )
    print(mail.line(mails))
    results = {
        "leads": LARGE, "requests": REQUESTS, "cores": cores, "small": small, "large": large,
        "ratios": report.ratios(small, large), "requests_per_second": load, "export": exports,
        "mail_import": mails,
    }  # fmt: skip
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
