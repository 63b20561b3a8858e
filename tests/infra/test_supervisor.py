"""`make run` as a whole: it answers, it heals, it ends without a trace, and it keeps the data."""

import os
import signal
import sys
from collections.abc import Iterator

import psutil
import pytest

from tests.infra.installation import Installation, child, family, free_port, until

pytestmark = pytest.mark.long

LOGINS = "Demo logins: admin@lejek.test, menedzer@lejek.test, sprzedawca@lejek.test; password lejek-demo"
DEMO_IS_NOT_OPEN = "CommandError: Demo logins must not be open to a network: leave HOST unset, or start with DEMO=0."


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation without demo data that several tests start one after another."""
    folder = tmp_path_factory.mktemp("prepared")
    installation = Installation(folder / "home", folder / "output.txt")
    yield installation
    installation.remove()


@pytest.fixture
def running(prepared: Installation) -> psutil.Process:
    """The supervisor of `prepared`, started if it does not run."""
    if prepared.processes and prepared.processes[-1].poll() is None:
        until(prepared.is_healthy, prepared.printed)
        return psutil.Process(prepared.processes[-1].pid)
    return prepared.start_everything(DEMO="0")


def gone(processes: list[psutil.Process]) -> bool:
    """True when all of them end within the time that a clean end may take."""
    _gone, alive = psutil.wait_procs(processes, timeout=45)
    return alive == []


def test_a_first_start_ends_without_a_trace_and_the_second_keeps_its_data(installation):
    supervisor = installation.start_everything()
    assert f"Lejek runs at http://127.0.0.1:{installation.port}/" in installation.printed()
    assert LOGINS in installation.printed()
    assert installation.health() == {"status": "ok", "database": True, "redis": True}
    everyone = family(supervisor)
    leads = count_leads(installation)
    assert leads > 100
    mail = child(supervisor, "mail_server")
    assert mail is not None
    until(lambda: ask(installation, PROGRESS) > 0, installation.printed)

    mail.kill()
    until(lambda: "demo mail was ended by SIGKILL; starting it again in" in installation.printed(), "nothing is said")
    until(lambda: child(supervisor, "mail_server") not in (None, mail), installation.printed)
    stored = ask(installation, PROGRESS)
    assert stored < ask(installation, "SELECT sum(first_total) FROM communications_accounthealth")
    everyone = family(supervisor)

    # Ctrl+C reaches the whole group of processes.
    os.killpg(supervisor.pid, signal.SIGINT)

    assert gone(everyone)
    assert installation.exit_code() == 0
    assert not (installation.home / "servers.env").exists()

    refused = installation.call("run", HOST="0.0.0.0", DEMO="0")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [DEMO_IS_NOT_OPEN]

    again = installation.start_everything()
    assert installation.printed().count(LOGINS) == 2
    assert count_leads(installation) == leads
    # The ports are others, and the import goes on where it was.
    assert child(again, "mail_server") is not None
    until(lambda: ask(installation, PROGRESS) > stored, installation.printed)
    assert ask(installation, "SELECT count(*) FROM communications_messageplace") == ask(
        installation, "SELECT count(DISTINCT (folder_id, uid)) FROM communications_messageplace"
    )


def test_demo_logins_are_not_made_for_a_network(installation):
    refused = installation.call("run", HOST="0.0.0.0")

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [DEMO_IS_NOT_OPEN]
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert ask(installation, tables) == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_signal_to_the_supervisor_alone_leaves_no_orphan(prepared, running, sent):
    everyone = family(running)
    assert len(everyone) > 5

    running.send_signal(sent)

    prepared.exit_code()
    assert gone(everyone)


@pytest.mark.parametrize(
    ("word", "name"),
    [("granian", "web"), ("worker", "worker"), ("beat", "beat"), ("postgres", "Postgres"), ("redis", "Redis")],
)
def test_what_was_killed_starts_again_and_it_is_said(prepared, running, word, name):
    printed = prepared.printed()
    killed = child(running, word)
    assert killed is not None
    left_behind = killed.children(recursive=True)

    killed.kill()

    said = f"{name} was ended by SIGKILL; starting it again in"
    until(lambda: said in prepared.printed().removeprefix(printed), prepared.printed)
    until(lambda: child(running, word) not in (None, killed), prepared.printed)
    until(prepared.is_healthy, prepared.printed)
    assert gone(left_behind)


def test_demo_data_never_enter_a_database_that_has_users(installation):
    make = "from crm.models import User; User.objects.create_user(email='ewa@firma.test', password='tajne-haslo-7')"
    installation.start_everything(DEMO="0")
    assert "There is no user yet" in installation.printed()
    assert count_leads(installation) == 0
    assert not (installation.home / "demo-mail").exists()
    assert installation.call("exec", "--", sys.executable, "manage.py", "shell", "-c", make).returncode == 0
    installation.processes[-1].send_signal(signal.SIGINT)
    assert installation.exit_code() == 0

    supervisor = installation.start_everything()

    assert count_leads(installation) == 0
    assert "Demo logins" not in installation.printed()
    assert child(supervisor, "mail_server") is None


def test_a_second_run_of_the_same_installation_is_refused(prepared, running):
    done = prepared.call("run", PORT=str(free_port()))

    assert done.returncode == 1
    assert done.stderr == f"Lejek runs from {prepared.home} already: stop it first, or set LEJEK_HOME.\n"
    until(prepared.is_healthy, prepared.printed)
    assert running.is_running()


PROGRESS = "SELECT sum(first_done) FROM communications_accounthealth"


def count_leads(installation: Installation) -> int:
    """How many leads the installation has."""
    return ask(installation, "SELECT count(*) FROM leads_lead")


def ask(installation: Installation, query: str) -> int:
    """The number that a query of the installation's database answers."""
    script = (
        "import os, sys, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).execute(sys.argv[1]).fetchone()[0])"
    )
    return int(installation.call("exec", "--", sys.executable, "-c", script, query).stdout)
