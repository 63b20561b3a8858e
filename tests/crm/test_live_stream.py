"""The event stream: who is let in, what they hear, what they hear after they were away; and that it costs nothing."""

import asyncio
import http.client
import json
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from crm.live.publish import CHANNEL, MOST_LEADS, STREAM, client
from crm.models import SystemSettings, User, Visibility
from crm.roles import SALES
from leads.models import Lead
from leads.services import assign_leads, create_leads, delete_lead, update_lead
from leads.services.write import Draft
from tests.asgi import AsgiServer, running_server, session_cookie
from tests.cast import FunnelCast
from tests.factories.crm import UserFactory
from tests.factories.leads import LeadFactory
from tests.infra.installation import free_port, until
from tests.redis_server import running_redis

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


class Stream:
    """An open event stream, read message by message."""

    def __init__(self, server: AsgiServer, cookie: str, *, since: str = "", after: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        headers = {"Cookie": cookie, "Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        self.connection.request("GET", f"/live/?since={since}" if since else "/live/", headers=headers)
        self.response = self.connection.getresponse()
        self.last = ""

    def next(self) -> dict[str, Any]:
        """The next message; heartbeats and the rest of the protocol are passed over."""
        while line := self.response.readline():
            if line.startswith(b"id: "):
                self.last = line[4:].strip().decode()
            if line.startswith(b"data: "):
                return dict(json.loads(line[6:]))
        raise EOFError

    def until_ready(self) -> "Stream":
        assert self.next() == {"kind": "ready"}
        return self

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def listen(asgi_server: AsgiServer) -> Iterator[Any]:
    """`listen(user)`: a stream of a new session of this user."""
    streams: list[Stream] = []

    def open_stream(user: User, **options: str) -> Stream:
        streams.append(Stream(asgi_server, session_cookie(user), **options))
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.close()


def _only_own() -> None:
    settings_row = SystemSettings.objects.current()
    settings_row.sales_visibility = Visibility.OWN
    settings_row.save()


def test_a_change_is_heard_after_its_commit(listen: Any, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    stream = listen(ola)
    assert stream.response.status == 200
    assert stream.response.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    assert stream.response.getheader("Cache-Control") == "no-store"
    stream.until_ready()
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    assert stream.next() == {"kind": "leads", "by": ewa.pk, "new": False, "ids": [lead.pk]}
    delete_lead(lead=lead, by=ewa)
    assert stream.next() == {"kind": "leads", "by": ewa.pk, "new": False, "ids": [lead.pk]}


def test_an_unchanged_lead_is_not_told_of(listen: Any, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola, name="Biuro")
    stream = listen(ola).until_ready()
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    update_lead(lead=lead, values={"name": "Hala"}, by=ola)
    assert stream.next() == {"kind": "leads", "by": ola.pk, "new": False, "ids": [lead.pk]}


def test_a_stranger_hears_nothing_of_invisible_leads(
    listen: Any, ola: User, marek: User, ewa: User, funnel: FunnelCast
) -> None:
    _only_own()
    lead, of_nobody = LeadFactory(status=funnel.new, sales_person=ola), LeadFactory(status=funnel.new)
    Lead.objects.filter(pk=of_nobody.pk).update(sales_person=None)
    of_nobody.refresh_from_db()
    stranger, owner = listen(marek).until_ready(), listen(ola).until_ready()
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    update_lead(lead=of_nobody, values={"name": "Hala"}, by=ewa)
    assert [owner.next()["ids"], owner.next()["ids"]] == [[lead.pk], [of_nobody.pk]]
    assert stranger.next()["ids"] == [of_nobody.pk]  # the first that came
    assign_leads(leads=[lead], to=marek, by=ewa)
    assert stranger.next()["ids"] == [lead.pk]
    assert stranger.next() == {"kind": "notifications"}
    assert owner.next()["ids"] == [lead.pk]  # who lost it hears so, once
    update_lead(lead=lead, values={"name": "Nie dla Oli"}, by=marek)
    update_lead(lead=of_nobody, values={"name": "Dla wszystkich"}, by=ewa)
    assert owner.next()["ids"] == [of_nobody.pk]


def test_a_batch_names_its_leads_or_is_many(listen: Any, ola: User, ewa: User, funnel: FunnelCast) -> None:
    stream = listen(ola).until_ready()
    few = create_leads(drafts=[Draft(values={"name": "a"}), Draft(values={"name": "b"})], by=ewa, imported=True)
    assert stream.next() == {"kind": "leads", "by": ewa.pk, "new": True, "ids": [lead.pk for lead in few]}  # type: ignore[union-attr]
    create_leads(drafts=[Draft(values={"name": "a"}) for _ in range(MOST_LEADS + 1)], by=ewa, imported=True)
    assert stream.next() == {"kind": "leads", "by": ewa.pk, "new": True, "many": True}


def test_who_was_away_catches_up(listen: Any, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    first = listen(ola).until_ready()
    first.close()
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    for option in ("since", "after"):
        stream = listen(ola, **{option: first.last})
        assert stream.next()["ids"] == [lead.pk]
        stream.until_ready()
    assert listen(ola, since="1-1").next() == {"kind": "resync"}  # nobody knows any more what came since
    assert listen(ola, since="1'OR'1").next() == {"kind": "ready"}
    client().delete(STREAM)
    update_lead(lead=lead, values={"name": "Hala"}, by=ewa)
    assert listen(ola, since=first.last).next() == {"kind": "resync"}


def test_only_the_signed_in_listen(asgi_server: AsgiServer, listen: Any, ola: User) -> None:
    for cookie in ("", "sessionid=made-up", "sessionid=\xff\xfe", session_cookie(ola)[:-1]):
        assert Stream(asgi_server, cookie).response.status == 401
    cookie = session_cookie(ola)
    User.objects.filter(pk=ola.pk).update(is_active=False)
    assert Stream(asgi_server, cookie).response.status == 401
    connection_ = http.client.HTTPConnection("127.0.0.1", asgi_server.port, timeout=PATIENCE)
    connection_.request("POST", "/live/")
    assert connection_.getresponse().status == 405


def test_signing_out_ends_the_stream(asgi_server: AsgiServer, ola: User) -> None:
    browser = Client()
    browser.force_login(ola)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    stream = Stream(asgi_server, cookie).until_ready()
    browser.post("/accounts/logout/")
    with pytest.raises(EOFError):  # within the time after which sessions are looked at
        stream.next()
    assert Stream(asgi_server, cookie).response.status == 401


def test_a_lost_redis_is_told_when_it_is_back(listen: Any, ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    stream = listen(ola).until_ready()
    ended = [each["id"] for each in client().client_list(_type="pubsub")]
    for number in ended:
        client().client_kill_filter(_id=number)
    assert stream.next() == {"kind": "resync"}
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    assert stream.next()["ids"] == [lead.pk]


def test_streams_go_on_after_a_restart_of_redis(
    ola: User, ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, port = LeadFactory(status=funnel.new, sales_person=ola), free_port()
    url = f"redis://127.0.0.1:{port}/{settings.REDIS_URL.rpartition('/')[2]}"
    monkeypatch.setattr(settings, "REDIS_URL", url)
    monkeypatch.setattr("crm.live.publish.client", own_client := cache(client.__wrapped__))
    cookie = session_cookie(ola)
    with running_redis(port), running_server(REDIS_URL=url) as server:
        stream = Stream(server, cookie).until_ready()
        with running_redis(port, restarted=own_client()):
            assert stream.next() == {"kind": "resync"}
            update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
            assert stream.next()["ids"] == [lead.pk]
        stream.close()


def test_a_change_is_stored_while_redis_is_away(
    ola: User, ewa: User, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr("crm.live.publish.client", cache(client.__wrapped__))
    update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
    assert Lead.objects.get().name == "Biuro"


def test_what_is_rolled_back_is_not_told(ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=ola)
    before = client().xlen(STREAM)
    with transaction.atomic():
        update_lead(lead=lead, values={"name": "Biuro"}, by=ewa)
        transaction.set_rollback(True)
    assert client().xlen(STREAM) == before


# --- 500 idle streams


def _median_of_list(server: AsgiServer, cookie: str) -> float:
    times = []
    for _ in range(30):
        connection_ = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        started = time.perf_counter()
        connection_.request("GET", "/leads/", headers={"Cookie": cookie})
        response = connection_.getresponse()
        response.read()
        times.append(time.perf_counter() - started)
        assert response.status == 200
        connection_.close()
    return statistics.median(times)


def _threads(server: AsgiServer) -> int:
    """The threads of the server's worker."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return sum(len(list(Path(f"/proc/{child}/task").iterdir())) for child in children)


def _sessions() -> set[int]:
    """The sessions of PostgreSQL on the database of the tests, by process ID, but for the one that asks."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as asking:
        rows = asking.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", [connection.settings_dict["NAME"]]
        ).fetchall()
    return {pid for (pid,) in rows}


async def _open(server: AsgiServer, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET /live/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    await asyncio.wait_for(reader.readuntil(b'{"kind":"ready"}'), PATIENCE)
    return reader, writer


def test_500_streams_hold_no_thread_and_no_connection(
    asgi_server: AsgiServer, ola: User, ewa: User, funnel: FunnelCast
) -> None:
    leads = [LeadFactory(status=funnel.new, sales_person=ola) for _ in range(50)]
    mine = session_cookie(ola)
    cookies = [session_cookie(UserFactory(role=SALES)) for _ in range(50)]
    _median_of_list(asgi_server, mine)
    before = _median_of_list(asgi_server, mine)
    known = _sessions()

    def rename() -> None:
        update_lead(lead=leads[0], values={"name": "Biuro"}, by=ewa)
        connection.close()  # this thread's

    async def run() -> None:
        streams = await asyncio.gather(*(_open(asgi_server, cookie) for cookie in cookies for _ in range(10)))
        threads = await asyncio.to_thread(_threads, asgi_server)
        during = await asyncio.to_thread(_median_of_list, asgi_server, mine)
        assert threads < 60
        await asyncio.to_thread(until, lambda: not _sessions() - known, "the streams hold connections to the database")
        await asyncio.to_thread(rename)
        wanted = f'"ids":[{leads[0].pk}]'.encode()
        await asyncio.gather(*(asyncio.wait_for(reader.readuntil(wanted), PATIENCE) for reader, _writer in streams))
        for _reader, writer in streams:
            writer.close()
        after = await asyncio.to_thread(_median_of_list, asgi_server, mine)
        measured = (
            f"{before * 1000:.0f} ms before, {during * 1000:.0f} ms with 500 streams, {after * 1000:.0f} ms after"
        )
        assert during < max(before, after) * 1.5 + 0.01, measured

    with ThreadPoolExecutor(1) as pool:  # a browser of another test may have its loop in this thread
        pool.submit(asyncio.run, run()).result()
    assert client().pubsub_numsub(CHANNEL)[0][1] == 1
