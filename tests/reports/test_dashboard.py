"""„Pulpit”: its numbers a second way in plain Python, at the edges of months, and the pages that they lead to."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communications.models import Call, Message, OutgoingMail
from crm.models import LeadStatus, SystemSettings, User, Visibility
from leads.models import Activity, Lead
from reports.dashboard import MONTHS, Sums, read_dashboard
from tests.cast import FunnelCast
from tests.factories.calls import CallFactory
from tests.factories.communications import MessageFactory
from tests.factories.leads import ActivityFactory, LeadFactory
from tests.leads.cards import HTMX, signed_in
from tests.leads.test_list import ids
from tests.reports.plain_funnel import percentile
from tests.reports.test_report_page import table

pytestmark = pytest.mark.django_db
URL = "/reports/leads/dashboard/"
WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """It is the middle of January 2027, so that the month before is of another year."""
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def page(user: User, asked: str = "", status: int = 200) -> str:
    response = signed_in(user).get(f"{URL}?{asked}")
    assert response.status_code == status
    return response.content.decode()


def closed(funnel: FunnelCast, status: LeadStatus, at: datetime, **values: Any) -> Lead:
    reason = funnel.too_expensive if status.is_lost else None
    return LeadFactory(status=status, closed_at=at, lost_reason=reason, **values)


def make_many(funnel: FunnelCast, people: list[User | None], count: int = 40, seed: int = 1) -> None:
    """Leads of all kinds around the edges of months, some of them contacted in one way or several."""
    random = Random(seed)
    closings = [None, date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 1), date(2027, 6, 30),
                date(2027, 7, 1), date(2030, 1, 1)]  # fmt: skip
    ends = [datetime(2026, 11, 30, 22, 59, tzinfo=UTC), datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
            datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC), NOW]  # fmt: skip
    other = LeadStatus.objects.create(name=f"Archiwum {seed}", is_closed=True, sort_order=9)
    bonus = LeadStatus.objects.create(name=f"Wygrana częściowo {seed}", is_closed=True, is_won=True, sort_order=8)
    for _ in range(count):
        status = random.choice([funnel.new, funnel.qualified, funnel.proposal, funnel.won, bonus, funnel.lost, other])
        lead = closed(
            funnel, status, random.choice(ends) if status.is_closed else None, sales_person=random.choice(people),
            expected_revenue=random.choice([None, Decimal(0), Decimal("100.55"), Decimal(20_000)]),
            probability=random.choice([None, 0, 33, 100]), expected_close=random.choice(closings),
            received_at=random.choice([None, NOW - timedelta(days=random.randint(0, 40), minutes=7)]),
            status_entered_at=NOW - timedelta(days=random.choice([0, 29, 31, 90])),
        )  # fmt: skip
        came = lead.received_at or NOW
        for _ in range(random.choice([0, 0, 1, 2])):
            contact(lead, random.choice(["call", "mail", "activity"]), came + timedelta(hours=random.randint(-5, 90)))


def contact(lead: Lead, kind: str, at: datetime, **values: Any) -> None:
    if kind == "call":
        CallFactory(lead=lead, started_at=at, **{"direction": Call.Direction.OUT} | values)
    elif kind == "mail":
        MessageFactory(lead=lead, received_at=at, **{"direction": Message.Direction.OUT} | values)
    else:
        activity = ActivityFactory(lead=lead)
        Activity.objects.filter(pk=activity.pk).update(done_at=at)


def plain_sums(leads: list[Lead]) -> Sums:
    revenues = [lead.expected_revenue or Decimal(0) for lead in leads]
    weighted = [(lead.expected_revenue or 0) * Decimal(lead.probability or 0) / 100 for lead in leads]
    return Sums(len(leads), sum(revenues, Decimal()), sum(weighted, Decimal()))


def month_of(moment: datetime) -> date:
    return moment.astimezone(WARSAW).date().replace(day=1)


def first_contact(lead: Lead) -> datetime | None:
    came = lead.received_at or lead.created_at
    times = [call.started_at for call in Call.objects.filter(lead=lead, direction="out") if call.result != "failed"]
    times += [message.sent_at for message in Message.objects.filter(lead=lead, direction="out")]
    times += [done for (done,) in Activity.objects.filter(lead=lead).values_list("done_at") if done]
    return min((time for time in times if time >= came), default=None)


@pytest.mark.parametrize("is_mine", [False, True])
def test_every_number_a_second_way(
    clock: Any, funnel: FunnelCast, ola: User, marek: User, ewa: User, is_mine: bool
) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    make_many(funnel, [None, ola, marek])
    for user in (ewa, ola):
        found = read_dashboard(user, is_mine=is_mine)
        leads = [lead for lead in Lead.objects.visible_to(user).select_related("status")
                 if not is_mine or lead.sales_person_id == user.pk]  # fmt: skip
        open_ones = [lead for lead in leads if not lead.status.is_closed]
        assert found.open == plain_sums(open_ones)
        for month, sums in found.by_month.items():
            assert sums == plain_sums(
                [x for x in open_ones if (x.expected_close and x.expected_close.replace(day=1)) == month]
            )
        for number, month in ((found.this_month, date(2027, 1, 1)), (found.last_month, date(2026, 12, 1))):
            ended = [lead for lead in leads if lead.closed_at and month_of(lead.closed_at) == month]
            assert number.won == plain_sums([lead for lead in ended if lead.status.is_won])
            assert number.lost == sum(lead.status.is_lost for lead in ended)
        won_now = [x for x in leads if x.closed_at and x.status.is_won and month_of(x.closed_at) == date(2027, 1, 1)]
        assert dict(found.leaders) == {
            person: plain_sums([lead for lead in won_now if lead.sales_person_id == person])
            for person in {lead.sales_person_id for lead in won_now}
        }
        since = datetime(2026, 12, 16, 23, 0, tzinfo=UTC)  # 30 days with today
        came = [lead for lead in leads if lead.received_at and lead.received_at >= since]
        waits = [at - lead.received_at for lead in came if (at := first_contact(lead)) and lead.received_at]
        waiting = [lead for lead in came if not first_contact(lead) and not lead.status.is_closed]
        contacts = found.contact
        assert (contacts.came, contacts.contacted, contacts.waiting) == (len(came), len(waits), len(waiting))
        if waits:
            seconds = [wait.total_seconds() for wait in waits]
            assert contacts.median and contacts.ninetieth  # noqa: PT018
            assert contacts.median.total_seconds() == pytest.approx(median(seconds))
            assert contacts.ninetieth.total_seconds() == pytest.approx(percentile(seconds, 0.9))
        stuck = [lead for lead in open_ones if NOW - lead.status_entered_at > timedelta(days=days_allowed(lead.status))]
        assert found.stuck == {
            status: plain_sums([lead for lead in stuck if lead.status_id == status])
            for status in {lead.status_id for lead in stuck}
        }


def days_allowed(status: LeadStatus) -> int:
    return status.stuck_after_days or SystemSettings.objects.current().stuck_after_days


@pytest.mark.parametrize("asked", ["", "mine=1"])
def test_each_number_leads_to_exactly_its_leads(
    clock: Any, funnel: FunnelCast, ola: User, marek: User, asked: str
) -> None:
    make_many(funnel, [None, ola, marek], count=30, seed=5)
    client = signed_in(ola)
    text = page(ola, asked or "mine=0").split('id="dashboard"')[1]

    links = re.findall(r'<a href="(/leads/\?[^"]*)">(\d+)</a>', text)
    assert len(links) > (12 if asked else 16)
    for url, shown in [*links, *re.findall(r'<a href="(/leads/)">(\d+)</a>', text)]:
        response = client.get(html.unescape(url), headers=HTMX)
        assert response.status_code == 200, url
        assert len(ids(response.content.decode())) == int(shown), url
    reports = [html.unescape(url) for url in re.findall(r'<h2[^>]*><a href="(/reports/leads/\?[^"]+)">', text)]
    assert len(reports) == (6 if asked else 7)
    totals = {url: table(client.get(url).content.decode()) for url in reports}
    opened = read_dashboard(ola, is_mine=bool(asked))
    money = [
        row[-1] for url, rows in totals.items() if "rows=status" in url or "close_month" in url for row in rows[-1:]
    ]
    assert len(set(money)) == 1
    assert money[0].replace("\xa0", "").replace(",", ".").removesuffix("zł") == f"{opened.open.weighted:.2f}"
    won = next(
        rows for url, rows in totals.items() if "count.revenue" in url and "closed_month" in url and "sales" not in url
    )
    assert won[0][1] == str(opened.this_month.won.count)
    lost = next(rows for url, rows in totals.items() if "won.lost.win_rate" in url)
    assert lost[0][2] == str(opened.this_month.lost)
    for part, count in (("needs=stuck", opened.all_stuck.count), ("group=contact", opened.contact.waiting)):
        assert count
        assert next(rows for url, rows in totals.items() if part in url)[-1][-1] == str(count)


@pytest.mark.parametrize(
    "now",
    ["2026-12-31T22:59:30Z", "2026-12-31T23:00:00Z", "2027-03-31T21:59:00Z", "2027-03-28T01:30:00Z",
     "2028-02-29T12:00:00Z"],
)  # fmt: skip
def test_months_begin_by_the_clock_here(funnel: FunnelCast, ewa: User, now: str) -> None:
    moment = datetime.fromisoformat(now)
    with time_machine.travel(moment, tick=False):
        first = datetime.combine(month_of(moment), datetime.min.time(), WARSAW)
        closed(funnel, funnel.won, first)
        closed(funnel, funnel.won, first - timedelta(microseconds=1))
        closed(funnel, funnel.lost, moment)
        found = read_dashboard(ewa, is_mine=False)
        assert (found.this_month.won.count, found.last_month.won.count, found.this_month.lost) == (1, 1, 1)
        assert found.month == first.date()
        forecast = page(ewa).split('id="tile-forecast"')[1].split("</table>")[0]
        assert len(re.findall(r'<th scope="row">', forecast)) == MONTHS + 3


def test_what_is_a_first_contact(clock: Any, funnel: FunnelCast, ewa: User) -> None:
    came = NOW - timedelta(days=2)
    for kind, at, values in (
        ("call", came - timedelta(minutes=1), {}),
        ("call", came + timedelta(hours=1), {"direction": Call.Direction.IN}),
        ("call", came + timedelta(hours=1), {"result": Call.Result.FAILED}),
        ("mail", came + timedelta(hours=1), {"direction": Message.Direction.IN}),
    ):
        contact(LeadFactory(status=funnel.new, received_at=came), kind, at, **values)
    queued = LeadFactory(status=funnel.new, received_at=came)
    contact(queued, "mail", came + timedelta(hours=1))
    mail = OutgoingMail.objects.create(
        message=Message.objects.get(lead=queued), by=ewa, state=OutgoingMail.State.FAILED, due_at=NOW
    )
    assert read_dashboard(ewa, is_mine=False).contact.contacted == 0

    OutgoingMail.objects.filter(pk=mail.pk).update(state=OutgoingMail.State.SENT)
    both = LeadFactory(status=funnel.new, received_at=came)
    contact(both, "call", came + timedelta(hours=9), result=Call.Result.NO_ANSWER)
    contact(both, "activity", came + timedelta(hours=3))
    found = read_dashboard(ewa, is_mine=False).contact
    assert (found.came, found.contacted, found.waiting) == (6, 2, 4)
    assert found.median == timedelta(hours=2)


def test_a_sales_person_begins_with_their_own(
    clock: Any, funnel: FunnelCast, ola: User, marek: User, ewa: User
) -> None:
    for owner in (ola, marek, None):
        LeadFactory(status=funnel.new, sales_person=owner, expected_revenue=1000)
    assert 'aria-current="true"' in page(ola).split("mine=1")[1][:40]
    assert "1\xa0000,00" in page(ola)
    assert "Liderzy miesiąca" not in page(ola)
    assert "3\xa0000,00" in page(ola, "mine=0")
    assert "3\xa0000,00" in page(ewa)
    assert "Liderzy miesiąca" in page(ewa)
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    assert "2\xa0000,00" in page(ola, "mine=0")
    ola.groups.clear()
    page(ola, status=403)


def test_nothing_yet_and_bad_addresses(funnel: FunnelCast, ewa: User) -> None:
    text = page(ewa)
    assert "W tym miesiącu nic jeszcze nie wygrano" in text
    assert "Żaden lead nie utknął" in text
    LeadStatus.objects.all().delete()
    page(ewa)
    for wrong in ("mine=x", "mine=1%00", "mine=2"):
        assert "Adres pulpitu ma błędną wartość" in page(ewa, wrong, status=400)
    page(ewa, "nieznany=1")


def test_the_number_of_queries_does_not_grow(clock: Any, funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    client = signed_in(ewa)

    def count() -> int:
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    make_many(funnel, [ola], count=2)
    few = count()
    make_many(funnel, [ola, marek, None], count=25, seed=9)
    assert count() == few
    assert few <= 12
