"""„Lejek”: every number of it checked a second way, and the rule of leads/passages.py case by case."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import LeadStatus, LeadType, SystemSettings, User, Visibility
from leads.demo.backdate import backdate
from leads.grouping import start_of_day
from leads.groups import read_group
from leads.models import Lead, LeadStatusChange
from leads.passages import PASSAGES, STEPS, Days, Fate, Passage, Step, load_path
from leads.services.merging import merge_leads
from leads.services.unmerging import undo_merge
from reports.dimensions import DIMENSIONS
from reports.funnel_query import Funnel, build_statement, read_funnels, read_moves
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory
from tests.factories.leads import LeadFactory
from tests.reports.plain_funnel import plain_funnel, plain_moves

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def travel(
    funnel: FunnelCast, *way: LeadStatus, hours: Sequence[float] = (), start: datetime = START, **values: Any
) -> Lead:
    """A lead that took this way, a day after another unless `hours` say how long it stayed in each."""
    lead = LeadFactory(status=way[0], lost_reason=funnel.too_expensive if way[0].is_lost else None, **values)
    for status in way[1:]:
        reason = funnel.too_expensive if status.is_lost else None
        Lead.objects.filter(pk=lead.pk).update(status=status, lost_reason=reason)
    moments = [start]
    for step in range(len(way) - 1):
        moments.append(moments[-1] + timedelta(hours=hours[step] if step < len(hours) else 24))
    backdate({lead.pk: moments})
    lead.refresh_from_db()
    return lead


def funnel_of(user: User, *, days: Days | None = None) -> Funnel:
    return read_funnels(Lead.objects.visible_to(user), load_path(), days=days or Days()).whole


def counts(found: Funnel, status: LeadStatus) -> dict[str, int]:
    """The fates of a status that have leads."""
    return {fate.value: count for fate, count in found.stage(status.pk).counts.items() if count}


def test_a_lead_that_went_through(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.proposal, funnel.won, hours=[12, 36, 60])

    found = funnel_of(ewa)
    for status, days in ((funnel.new, 0.5), (funnel.qualified, 1.5), (funnel.proposal, 2.5)):
        assert counts(found, status) == {"entered": 1, "on": 1}
        times = found.stage(status.pk).times
        assert (times.leads, times.mean, times.median, times.ninetieth) == (1, days, days, days)
    assert counts(found, funnel.won) == {"entered": 1, "there": 1}
    assert found.stage(funnel.won.pk).times.leads == 0, "a stay that lasts has no time"
    assert found.leads == 1


def test_who_jumped_over_did_not_enter_but_reached(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.new, funnel.proposal)
    found, path = funnel_of(ewa), load_path()

    assert counts(found, funnel.new) == {"entered": 1, "on": 1}
    assert counts(found, funnel.qualified) == {}
    assert counts(found, funnel.proposal) == {"entered": 1, "there": 1}
    assert [found.reached(s.pk, path) for s in (funnel.new, funnel.qualified, funnel.proposal, funnel.won)] == [
        1, 1, 1, 0
    ]  # fmt: skip


def test_who_jumped_back_is_judged_by_the_latest_try(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.proposal, funnel.qualified, hours=[24, 24, 48])
    found = funnel_of(ewa)

    assert counts(found, funnel.new) == {"entered": 1, "on": 1}
    assert counts(found, funnel.qualified) == {"entered": 1, "there": 1}
    assert counts(found, funnel.proposal) == {"entered": 1, "back": 1}
    assert found.stage(funnel.qualified.pk).times.mean == 1, "the stay that ended"

    travel(funnel, funnel.new, funnel.qualified, funnel.new, funnel.qualified, funnel.proposal, hours=[24, 24, 24, 72])
    again = funnel_of(ewa)
    assert counts(again, funnel.qualified) == {"entered": 2, "there": 1, "on": 1}
    assert again.stage(funnel.qualified.pk).times.ninetieth == pytest.approx(1 + 0.9 * 3), "both stays of a lead as one"


def test_lost_reopened_and_won(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.lost)
    assert counts(funnel_of(ewa), funnel.qualified) == {"entered": 1, "lost": 1}
    assert counts(funnel_of(ewa), funnel.new) == {"entered": 1, "on": 1}

    reopened = travel(funnel, funnel.new, funnel.lost, funnel.new)
    found = funnel_of(ewa)
    assert counts(found, funnel.new) == {"entered": 2, "on": 1, "there": 1}
    assert counts(found, funnel.lost) == {"entered": 2, "there": 1, "on": 1}

    Lead.objects.filter(pk=reopened.pk).update(status=funnel.won)
    assert counts(funnel_of(ewa), funnel.new) == {"entered": 2, "on": 2}
    Lead.objects.filter(pk=reopened.pk).update(status=funnel.new)
    found = funnel_of(ewa)
    assert counts(found, funnel.won) == {"entered": 1, "back": 1}
    assert counts(found, funnel.new) == {"entered": 2, "on": 1, "there": 1}


def test_created_or_imported_straight_into_a_late_status(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.won)
    travel(funnel, funnel.lost)
    parked = LeadStatusFactory(name="Archiwum", sort_order=9, is_closed=True)
    travel(funnel, funnel.proposal, parked)
    found, path = funnel_of(ewa), load_path()

    assert counts(found, funnel.new) == {}
    assert (found.reached(funnel.new.pk, path), found.reached(funnel.won.pk, path)) == (2, 1)
    assert counts(found, funnel.proposal) == {"entered": 1, "closed": 1}
    assert counts(found, funnel.won) == counts(found, funnel.lost) == counts(found, parked) == {
        "entered": 1, "there": 1
    }  # fmt: skip
    assert found.leads == 3


def test_an_archived_status_keeps_its_place_in_the_past(funnel: FunnelCast, ewa: User) -> None:
    travel(funnel, funnel.new, funnel.qualified, funnel.proposal)
    LeadStatus.objects.filter(pk=funnel.qualified.pk).update(is_archived=True)

    assert counts(funnel_of(ewa), funnel.qualified) == {"entered": 1, "on": 1}
    assert counts(funnel_of(ewa), funnel.new) == {"entered": 1, "on": 1}


def test_a_merge_keeps_the_way_of_the_survivor_alone(funnel: FunnelCast, ewa: User) -> None:
    survivor = travel(funnel, funnel.new)
    loser = travel(funnel, funnel.new, funnel.qualified)
    merge = merge_leads(survivor=survivor, loser=loser, values={"status": funnel.qualified}, tags=[], by=ewa)

    found = funnel_of(ewa)
    assert counts(found, funnel.new) == {"entered": 1, "on": 1}
    assert counts(found, funnel.qualified) == {"entered": 1, "there": 1}
    assert found.leads == 1

    undo_merge(merge=merge, by=ewa)
    found = funnel_of(ewa)
    assert counts(found, funnel.new) == {"entered": 2, "on": 1, "there": 1}
    assert counts(found, funnel.qualified) == {"entered": 1, "there": 1}


def test_an_interval_counts_entries_within_it(funnel: FunnelCast, ewa: User) -> None:
    """The clocks go forward on 29 March 2026: that day has 23 hours here."""
    travel(funnel, funnel.new, funnel.qualified, start=datetime(2026, 3, 28, 22, 59, tzinfo=UTC), hours=[0.5])
    march29 = Days(date(2026, 3, 29), date(2026, 3, 29))

    assert counts(funnel_of(ewa, days=march29), funnel.new) == {}
    assert counts(funnel_of(ewa, days=march29), funnel.qualified) == {"entered": 1, "there": 1}
    travel(funnel, funnel.new, funnel.qualified, start=datetime(2026, 3, 29, 21, 59, tzinfo=UTC), hours=[1])
    found = funnel_of(ewa, days=march29)
    assert counts(found, funnel.new) == {"entered": 1, "on": 1}, "what came of it later counts"
    assert counts(found, funnel.qualified) == {"entered": 1, "there": 1}, "the next day began at 22:00 UTC"


def test_only_leads_that_the_user_may_see(funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    for owner in (ola, marek, marek, None):
        travel(funnel, funnel.new, funnel.qualified, sales_person=owner)

    assert counts(funnel_of(ola), funnel.new) == {"entered": 2, "on": 2}
    assert funnel_of(ewa).leads == 4


# --- The second way


def wander(funnel: FunnelCast, people: Sequence[User | None], random: Random, count: int) -> None:
    """Leads on random ways at random times, some at the very same moment."""
    parked = LeadStatusFactory(name=f"Wstrzymany {random.random()}", sort_order=4)
    ends = [
        LeadStatusFactory(sort_order=7, is_closed=True),
        LeadStatusFactory(sort_order=8, is_closed=True, is_won=True),
    ]
    open_ones = [funnel.new, funnel.qualified, funnel.proposal, parked]
    statuses = [*open_ones, *open_ones, funnel.won, funnel.lost, *ends]
    types = [None, LeadType.objects.create(name=f"Usługa {random.random()}")]
    for _ in range(count):
        way = [random.choice(statuses)]
        while len(way) < 8 and random.random() < 0.7:
            way.append(random.choice([status for status in statuses if status != way[-1]]))
        travel(
            funnel, *way, hours=[random.choice([0, 0.5, 24, 100, 900]) for _ in way], type=random.choice(types),
            start=START + timedelta(hours=random.randint(0, 2000)), sales_person=random.choice(people),
        )  # fmt: skip


def check(user: User, days: Days, by: str = "") -> None:
    """Compute the funnel both ways, and ask the list for the leads of every number."""
    visible, path = Lead.objects.visible_to(user), load_path()
    found = read_funnels(visible, path, days=days, by=DIMENSIONS[by] if by else None)
    ends = [start_of_day(days.first) if days.first else None,
            start_of_day(days.last + timedelta(days=1)) if days.last else None]  # fmt: skip
    groups = {value: [lead for lead in visible if getattr(lead, f"{by}_id") == value] for value in found.parts}
    for funnel, leads in [(found.whole, list(visible)), *((found.parts[value], groups[value]) for value in groups)]:
        expected = plain_funnel(leads, *ends)
        entered = {status for status, stage in expected.items() if stage.fates["entered"]}
        assert funnel.stages.keys() == entered
        assert funnel.leads == len({pk for stage in expected.values() for pk in stage.fates["entered"]})
        for status in path.places:
            stage, right = funnel.stage(status), expected[status]
            for fate in Fate:
                count = funnel.reached(status, path) if fate is Fate.REACHED else stage.counts[fate]
                ids = right.fates[fate.value]
                if fate is Fate.REACHED and not path.places[status]:
                    continue
                assert count == len(ids), (status, fate, days, by)
                if funnel is found.whole:
                    group = read_group(f"funnel:{PASSAGES.write(Passage(status, fate, days))}")
                    assert set(visible.filter(group.condition()).values_list("pk", flat=True)) == ids
            times = right.times
            assert (stage.times.leads, times is None) == (len(right.days), stage.times.mean is None)
            if times:
                assert (stage.times.mean, stage.times.median, stage.times.ninetieth) == pytest.approx(times)
    moves, steps = read_moves(visible, days=days), plain_moves(visible, *ends)
    assert moves.steps == {step: len(pks) for step, pks in steps.items()}
    for old in {old for old, _new in steps}:
        assert moves.left[old] == len(set().union(*(pks for step, pks in steps.items() if step[0] == old)))
    for (old, new), pks in steps.items():
        group = read_group(f"step:{STEPS.write(Step(old, new, days))}")
        assert set(visible.filter(group.condition()).values_list("pk", flat=True)) == pks
    if by:
        assert {value for value, leads in groups.items() if leads} == found.parts.keys()


@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(data=st.data())
def test_any_ways_at_any_times(data: st.DataObject, funnel: FunnelCast, ola: User, marek: User, ewa: User) -> None:
    seed = data.draw(st.integers(0, 10_000))
    days = [None, *(START.date() + timedelta(days=place) for place in (0, 10, 40, 41, 80, 130))]
    first, last = data.draw(st.sampled_from(days)), data.draw(st.sampled_from(days))
    if first and last and first > last:
        first, last = last, first
    SystemSettings.objects.update(sales_visibility=data.draw(st.sampled_from([Visibility.ALL, Visibility.OWN])))
    with transaction.atomic():
        wander(funnel, [None, ola, marek], Random(seed), 9)
        check(data.draw(st.sampled_from([ola, ewa])), Days(first, last), data.draw(st.sampled_from(["", "type"])))
        transaction.set_rollback(True)


def test_one_statement_whatever_there_is(funnel: FunnelCast, ewa: User, django_assert_num_queries: Any) -> None:
    wander(funnel, [None], Random(3), 20)
    path, leads = load_path(), Lead.objects.visible_to(ewa)
    with django_assert_num_queries(4):  # in a transaction of two, that begins and ends: memory, the statement
        read_funnels(leads, path, days=Days(), by=DIMENSIONS["received_month"])
    statement, params = build_statement(leads, path, days=Days())
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        assert sum(row[4] for row in cursor.fetchall()) == 20
    assert LeadStatusChange.objects.count() > 20
    assert read_funnels(Lead.objects.none(), path, days=Days()).whole.leads == 0
