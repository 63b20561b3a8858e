"""The embedded PostgreSQL and Redis, really started."""

import signal
import sys

import psutil

from tests.infra.installation import Installation, command, family, until

PRINT_ADDRESSES = "import os; print(os.environ['DATABASE_URL']); print(os.environ['REDIS_URL'])"
CREATE = "psycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute('CREATE TABLE kept (id int)')"
COUNT = "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT count(*) FROM kept').fetchone()[0])"
PUSH = "redis.Redis.from_url(os.environ['REDIS_URL']).rpush('queue', 'task')"
LENGTH = "print(redis.Redis.from_url(os.environ['REDIS_URL']).llen('queue'))"


def python(*lines: str) -> list[str]:
    return ["exec", "--", sys.executable, "-c", "\n".join(["import os, psycopg, redis", *lines])]


def servers(installation: Installation) -> list[psutil.Process]:
    """The running servers of the installation."""
    data = str((installation.home / "data").resolve())
    return [process for process in psutil.process_iter() if data in command(process)]


def test_exec_has_both_servers_for_as_long_as_the_command_runs(installation):
    show = "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SHOW server_encoding').fetchone()[0])"

    done = installation.call(*python(show, LENGTH, "raise SystemExit(7)"))

    assert done.stdout.split() == ["UTF8", "0"], done.stderr
    assert done.returncode == 7
    assert not (installation.home / "servers.env").exists()
    assert servers(installation) == []


def test_data_and_queue_are_kept_from_one_start_to_the_next(installation):
    assert installation.call(*python(CREATE, PUSH)).returncode == 0

    assert installation.call(*python(COUNT, LENGTH)).stdout.split() == ["0", "1"]


def test_exec_uses_servers_that_run_and_leaves_them(installation):
    assert installation.call("start").returncode == 0
    addresses = (installation.home / "servers.env").read_text()
    before = {process.pid for process in servers(installation)}

    printed = installation.call(*python(PRINT_ADDRESSES)).stdout

    assert [line.partition("=")[2] for line in addresses.splitlines()] == printed.split()
    assert {process.pid for process in servers(installation)} == before
    assert (installation.home / "servers.env").read_text() == addresses
    assert installation.call("stop").returncode == 0
    assert servers(installation) == []
    assert installation.call("status").returncode == 1


def test_the_addresses_are_readable_by_their_owner_alone(installation):
    installation.call("start")

    assert (installation.home / "servers.env").stat().st_mode & 0o777 == 0o600


def test_servers_that_were_killed_start_again_with_their_data(installation):
    installation.call("start")
    assert installation.call(*python(CREATE)).returncode == 0
    for process in servers(installation):
        process.kill()
    until(lambda: not servers(installation), "the servers live on")

    done = installation.call(*python(COUNT))

    assert done.stdout.split() == ["0"], done.stderr


def test_given_servers_are_used_and_none_is_started(installation):
    given = {"DATABASE_URL": "postgresql://given/lejek", "REDIS_URL": "redis://given/3"}

    done = installation.call("exec", "--", sys.executable, "-c", PRINT_ADDRESSES, **given)

    assert done.stdout.split() == list(given.values())
    assert not (installation.home / "servers.env").exists()
    assert not list((installation.home / "data").iterdir())


def test_a_signal_reaches_the_command_and_the_servers_end_after_it(installation):
    wait = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); print('up', flush=True)"
    process = installation.start(*python(wait, "signal.pause()"))
    until(lambda: "up" in installation.printed(), installation.printed)

    process.send_signal(signal.SIGTERM)

    assert installation.exit_code() == 9
    assert servers(installation) == []


def test_nothing_is_left_when_exec_itself_is_killed(installation):
    process = installation.start(*python("import signal; print('up', flush=True)", "signal.pause()"))
    until(lambda: "up" in installation.printed(), installation.printed)
    everyone = family(process)

    process.kill()

    _gone, alive = psutil.wait_procs(everyone, timeout=30)
    assert alive == []


def test_a_command_that_is_not_there_is_said(installation):
    done = installation.call("exec", "--", "no-such-command")

    assert done.returncode == 127
    assert "no-such-command: No such file or directory" in done.stderr
    assert servers(installation) == []


def test_destroy_deletes_the_data(installation):
    installation.call("start")
    data = (installation.home / "data").resolve()

    assert installation.call("destroy").returncode == 0

    assert not data.exists()
    assert servers(installation) == []
