"""Exports and reports read from a real streaming replica, say of what moment, and do without it when they must."""

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.db import connection

from crm.models import User
from leads.services import create_lead
from tests.asgi import AsgiServer, running_server, session_cookie
from tests.cast import FunnelCast
from tests.factories.documents import OrderFactory
from tests.infra.installation import until
from tests.infra.replica import Replica, running_replica

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def replica(django_db_setup: None) -> Iterator[Replica]:
    with running_replica() as running:
        yield running


@dataclass(frozen=True)
class Exported:
    """A downloaded list: its file's name and its text."""

    name: str
    text: str

    @property
    def is_of_replica(self) -> bool:
        return re.fullmatch(r"\w+ stan na \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.csv", self.name) is not None

    @property
    def is_of_primary(self) -> bool:
        return re.fullmatch(r"\w+-\d{4}-\d\d-\d\d\.csv", self.name) is not None


def export(server: AsgiServer, cookie: str, path: str = "/leads/export.csv") -> Exported:
    asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    asking.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
    answer = asking.getresponse()
    text = answer.read().decode("utf-8-sig")
    assert answer.status == 200, text
    name = re.search(r"filename\*?=(?:utf-8'')?\"?([^\";]+)", answer.headers["Content-Disposition"])
    assert name
    return Exported(unquote(name[1]), text)


def page(server: AsgiServer, cookie: str, path: str) -> str:
    asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    asking.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
    answer = asking.getresponse()
    assert answer.status == 200
    return answer.read().decode()


def test_exports_read_the_replica_and_do_without_it(replica: Replica, ola: User, funnel: FunnelCast) -> None:
    cache.clear()
    cookie = session_cookie(ola)
    address = replica.url(connection.settings_dict["NAME"])
    create_lead(values={"name": "Hala w Pile"}, by=ola)
    with (
        running_server(DATABASE_REPLICA_URL=address, REPLICA_MAX_LAG="3600") as patient,
        running_server(DATABASE_REPLICA_URL=address, REPLICA_MAX_LAG="1") as strict,
    ):
        until(lambda: "Hala w Pile" in export(patient, cookie).text, "the replica does not follow")
        for server in (patient, strict):
            until(lambda server=server: export(server, cookie).is_of_replica, "an idle replica is up to date")

        replica.ask("SELECT pg_wal_replay_pause()")
        until(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused", "the replay goes on")
        create_lead(values={"name": "Magazyn w Łodzi"}, by=ola)
        OrderFactory(created_by=ola)
        stale = export(patient, cookie)
        assert stale.is_of_replica
        assert "Magazyn w Łodzi" not in stale.text
        orders = export(patient, cookie, "/orders/export.csv")
        assert orders.is_of_replica
        assert len(orders.text.splitlines()) == 1, "the order came later"
        until(lambda: export(strict, cookie).is_of_primary, "a replica that is behind is read")
        assert len(export(strict, cookie, "/orders/export.csv").text.splitlines()) == 2
        report = page(patient, cookie, "/reports/leads/?rows=name")
        assert "Hala w Pile" in report
        assert "Magazyn w Łodzi" not in report
        assert "stan na" in report
        records = page(patient, cookie, "/reports/leads/?mode=table")
        assert "Hala w Pile" in records
        assert "Magazyn w Łodzi" not in records
        assert "stan na" in records
        funnel_then = page(patient, cookie, "/reports/leads/funnel/")
        assert "1 lead" in funnel_then
        assert "stan na" in funnel_then
        assert "Magazyn w Łodzi" in page(strict, cookie, "/reports/leads/?rows=name")
        assert "2 leady" in page(strict, cookie, "/reports/leads/funnel/")
        assert "Magazyn w Łodzi" in export(strict, cookie).text

        replica.ask("SELECT pg_wal_replay_resume()")
        until(lambda: export(strict, cookie).is_of_replica, "a replica that has caught up is not read")
        assert "Magazyn w Łodzi" in export(strict, cookie).text

        replica.kill()
        gone = export(patient, cookie)
        assert gone.is_of_primary
        assert "Magazyn w Łodzi" in gone.text
        report = page(patient, cookie, "/reports/leads/?rows=name")
        assert "Magazyn w Łodzi" in report
        assert "stan na" not in report
