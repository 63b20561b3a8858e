"""`make run` as a whole: it answers, it heals, it ends without a trace, and it keeps the data."""

import os
import signal
import socket

import psutil
import pytest

from tests.infra.installation import Installation, child, family, until

pytestmark = pytest.mark.long


def gone(processes: list[psutil.Process]) -> bool:
    """True when all of them end within the time that a clean end may take."""
    _gone, alive = psutil.wait_procs(processes, timeout=45)
    return alive == []


def test_answers_and_ctrl_c_ends_all(installation):
    supervisor = installation.start_everything()
    assert f"Lejek runs at http://127.0.0.1:{installation.port}/" in installation.printed()
    assert installation.health() == {"status": "ok", "database": True, "redis": True}
    everyone = family(supervisor)

    # Ctrl+C reaches the whole group of processes.
    os.killpg(supervisor.pid, signal.SIGINT)

    assert gone(everyone)
    assert installation.exit_code() == 0
    assert not (installation.home / "servers.env").exists()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_signal_to_the_supervisor_alone_leaves_no_orphan(installation, sent):
    supervisor = installation.start_everything(DEMO="0")
    everyone = family(supervisor)
    assert len(everyone) > 5

    supervisor.send_signal(sent)

    assert gone(everyone)


@pytest.mark.parametrize(
    ("word", "name"),
    [("granian", "web"), ("worker", "worker"), ("beat", "beat"), ("postgres", "Postgres"), ("redis", "Redis")],
)
def test_what_was_killed_starts_again_and_it_is_said(installation, word, name):
    supervisor = installation.start_everything(DEMO="0")
    killed = child(supervisor, word)
    left_behind = killed.children(recursive=True)

    killed.kill()

    until(lambda: f"{name} was ended by SIGKILL; starting it again in" in installation.printed(), installation.printed)
    until(lambda: any(word in " ".join(found.cmdline()) for found in living_children(supervisor)), installation.printed)
    until(installation.is_healthy, installation.printed)
    assert gone(left_behind)


def living_children(supervisor: psutil.Process) -> list[psutil.Process]:
    return [found for found in supervisor.children() if found.status() != psutil.STATUS_ZOMBIE]


def test_the_second_start_keeps_the_data_and_is_quick(installation):
    installation.start_everything()
    logins = "Demo logins: admin@lejek.test, menedzer@lejek.test, sprzedawca@lejek.test; password lejek-demo"
    until(lambda: logins in installation.printed(), installation.printed)
    before = count_leads(installation)
    assert before > 100
    installation.processes[-1].send_signal(signal.SIGINT)
    assert installation.exit_code() == 0

    installation.start_everything()

    until(lambda: installation.printed().count(logins) == 2, installation.printed)
    assert count_leads(installation) == before


def test_demo_0_makes_an_empty_system(installation):
    installation.start_everything(DEMO="0")

    assert count_leads(installation) == 0
    until(lambda: "There is no user yet" in installation.printed(), installation.printed)
    assert "Demo logins" not in installation.printed()


def test_demo_data_never_enter_a_database_that_has_users(installation):
    make = "from crm.models import User; User.objects.create_user(email='ewa@firma.test', password='tajne-haslo-7')"
    installation.start_everything(DEMO="0")
    assert installation.call("exec", "--", ".venv/bin/python", "manage.py", "shell", "-c", make).returncode == 0
    installation.processes[-1].send_signal(signal.SIGINT)
    assert installation.exit_code() == 0

    installation.start_everything()

    assert count_leads(installation) == 0
    assert "Demo logins" not in installation.printed()


def test_a_second_run_of_the_same_installation_is_refused(installation):
    installation.start_everything(DEMO="0")

    done = installation.call("run", PORT=str(installation.port + 1))

    assert done.returncode == 1
    assert done.stderr == f"Lejek runs from {installation.home} already: stop it first, or set LEJEK_HOME.\n"
    assert installation.is_healthy()


def test_demo_logins_are_never_open_to_a_network(installation):
    refused = "Demo logins must not be open to a network"
    first = installation.call("run", HOST="0.0.0.0")
    assert (first.returncode, refused in first.stderr) == (1, True)
    installation.start_everything()
    installation.processes[-1].send_signal(signal.SIGINT)
    assert installation.exit_code() == 0

    second = installation.call("run", HOST="0.0.0.0", DEMO="0")

    assert (second.returncode, refused in second.stderr) == (1, True)
    assert len(second.stderr.splitlines()) == 1
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", installation.port), timeout=1)


def count_leads(installation: Installation) -> int:
    """How many leads the running installation has."""
    connect = "import os, psycopg; database = psycopg.connect(os.environ['DATABASE_URL']);"
    ask = connect + "print(database.execute('SELECT count(*) FROM leads_lead').fetchone()[0])"
    return int(installation.call("exec", "--", ".venv/bin/python", "-c", ask).stdout)
