"""The databases that are measured: made once by the generator, and kept for the next run."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg


def prepare(leads: int) -> str:
    """The address of a database with so many leads, migrated to the present code; it is filled when it is new."""
    server = os.environ["DATABASE_URL"]
    name = f"bench_{leads}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not known:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    environment = {**os.environ, "DATABASE_URL": url}
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, env=environment, check=True)
    if count(url) != leads:
        subprocess.run([sys.executable, "-m", "bench.generate", str(leads)], env=environment, check=True)
    return url


def count(url: str) -> int:
    """How many leads there are."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM leads_lead").fetchone()
    assert row is not None
    return int(row[0])
