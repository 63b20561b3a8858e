"""The status rule between two transactions: whichever commits second has seen what the first did.

Each race is run in both orders, through the services and by raw SQL. The second transaction waits for the first (its
lock is seen in PostgreSQL), so no lead ends in a status that its type forbids, but where the funnel changed after it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from crm.models import LeadStatus, LeadType, LeadTypeStatus, SystemSettings
from leads.models import Lead
from leads.querysets import load_funnel
from leads.rules import LostReasonRequired, StatusNotAllowed, is_allowed
from leads.services import change_status, create_lead, update_lead
from tests.cast import FunnelCast
from tests.concurrency import Transaction, race
from tests.factories.crm import LeadTypeFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

Work = Callable[[], Any]
Change = Callable[..., Work]


def by_service(lead: Lead, **values: Any) -> Work:
    return lambda: update_lead(lead=lead, values=values, by=None)  # type: ignore[typeddict-item]


def by_sql(lead: Lead, **values: Any) -> Work:
    columns = ", ".join(f"{name}_id = %s" for name in values)

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE leads_lead SET {columns} WHERE id = %s", [*(row.pk for row in values.values()), lead.pk]
            )

    return work


both_ways = pytest.mark.parametrize("change", [by_service, by_sql])


@pytest.fixture(autouse=True)
def settings_are_there(transactional_db: None) -> None:
    """The row of settings is made when it is first read; two transactions would wait for one another over that."""
    SystemSettings.objects.current()


@pytest.fixture
def service(funnel: FunnelCast) -> LeadType:
    """A type that allows Nowy and Propozycja."""
    return LeadTypeFactory(name="Serwis", allows=[funnel.new, funnel.proposal])


@pytest.fixture
def lead(funnel: FunnelCast, service: LeadType) -> Lead:
    return LeadFactory(name="Umowa serwisowa", type=service, status=funnel.new)


def forbidden() -> list[Lead]:
    """The leads that stand where the rule does not allow them; the warning's list must say the same."""
    funnel = load_funnel()
    found = [
        lead
        for lead in Lead.objects.select_related("status").order_by("pk")
        if not is_allowed(funnel, type_id=lead.type_id, status=lead.status)
    ]
    assert list(Lead.objects.stranded().order_by("pk")) == found
    return found


def assert_refused(error: Exception | None) -> None:
    assert isinstance(error, StatusNotAllowed | IntegrityError), error
    assert isinstance(error, StatusNotAllowed) or "is not allowed for type" in str(error)


# --- (a) The type changes while the status changes ----------------------------------------------------------------


@both_ways
def test_status_after_type(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    sale = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new, funnel.won])

    first, second = race(change(lead, type=sale), change(lead, status=funnel.proposal))

    assert first is None
    assert_refused(second)
    lead.refresh_from_db()
    assert (lead.type, lead.status) == (sale, funnel.new)
    assert forbidden() == []


@both_ways
def test_type_after_status(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    sale = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new, funnel.won])

    first, second = race(change(lead, status=funnel.proposal), change(lead, type=sale))

    assert first is None
    assert_refused(second)
    lead.refresh_from_db()
    assert (lead.type.name, lead.status) == ("Serwis", funnel.proposal)
    assert forbidden() == []


# --- (b) A tick is taken from the matrix while a lead moves into its status ---------------------------------------


def untick(lead_type: LeadType, status: LeadStatus) -> Work:
    return lambda: LeadTypeStatus.objects.filter(type=lead_type, status=status).delete()


@both_ways
def test_a_lead_moves_after_the_tick_is_gone(lead: Lead, service: LeadType, funnel: FunnelCast, change: Change) -> None:
    first, second = race(untick(service, funnel.proposal), change(lead, status=funnel.proposal))

    assert first is None
    assert_refused(second)
    assert forbidden() == []


@both_ways
def test_the_tick_goes_after_a_lead_has_moved(
    lead: Lead, service: LeadType, funnel: FunnelCast, change: Change
) -> None:
    assert race(change(lead, status=funnel.proposal), untick(service, funnel.proposal)) == (None, None)
    assert forbidden() == [lead]


def test_a_new_lead_after_the_tick_is_gone(service: LeadType, funnel: FunnelCast) -> None:
    first, second = race(
        untick(service, funnel.proposal),
        lambda: create_lead(values={"name": "Nowa umowa", "type": service, "status": funnel.proposal}, by=None),
    )

    assert first is None
    assert_refused(second)
    assert not Lead.objects.exists()


def test_the_first_tick_of_an_open_type_closes_it_for_a_lead_that_moves(funnel: FunnelCast) -> None:
    """A type with an empty list allows all: its first tick forbids the rest."""
    sale = LeadTypeFactory(name="Sprzedaż")
    lead = LeadFactory(type=sale, status=funnel.new)

    first, second = race(
        lambda: LeadTypeStatus.objects.create(type=sale, status=funnel.new), by_sql(lead, status=funnel.proposal)
    )

    assert first is None
    assert_refused(second)
    assert forbidden() == []


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_is_no_way_around(lead: Lead, service: LeadType, funnel: FunnelCast, isolation: str) -> None:
    """A transaction that began before the tick was taken still sees it; it fails rather than judge by it."""

    def move() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            cursor.execute("SELECT count(*) FROM crm_leadtypestatus")  # takes the snapshot
        untick_now.commit()
        by_sql(lead, status=funnel.proposal)()

    untick_now = Transaction(untick(service, funnel.proposal))
    error = Transaction(move).commit()

    assert isinstance(error, OperationalError)
    assert "could not serialize access" in str(error)
    assert forbidden() == []


# --- (c) A status is archived while a lead enters it --------------------------------------------------------------


def archive(status: LeadStatus) -> Work:
    return lambda: LeadStatus.objects.filter(pk=status.pk).update(is_archived=True)


@both_ways
def test_a_lead_moves_after_the_status_is_archived(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    first, second = race(archive(funnel.proposal), change(lead, status=funnel.proposal))

    assert first is None
    assert_refused(second)
    assert forbidden() == []


@both_ways
def test_the_status_is_archived_after_a_lead_has_moved(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    assert race(change(lead, status=funnel.proposal), archive(funnel.proposal)) == (None, None)
    assert forbidden() == [lead]


# --- (d) The marks of a status move while a lead enters it --------------------------------------------------------


def move_lost_mark(before: LeadStatus, after: LeadStatus) -> Work:
    def work() -> None:
        LeadStatus.objects.filter(pk=before.pk).update(is_lost=False)
        LeadStatus.objects.filter(pk=after.pk).update(is_lost=True, is_closed=True)

    return work


@both_ways
def test_a_lead_moves_after_its_goal_became_the_lost_status(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    first, second = race(move_lost_mark(funnel.lost, funnel.proposal), change(lead, status=funnel.proposal))

    assert first is None
    assert isinstance(second, LostReasonRequired | IntegrityError)
    assert isinstance(second, LostReasonRequired) or "lead_lost_reason_exactly_when_lost" in str(second)
    lead.refresh_from_db()
    assert (lead.status, lead.is_closed, lead.is_lost) == (funnel.new, False, False)


@both_ways
def test_the_mark_stays_when_a_lead_was_faster(lead: Lead, funnel: FunnelCast, change: Change) -> None:
    first, second = race(change(lead, status=funnel.proposal), move_lost_mark(funnel.lost, funnel.proposal))

    assert first is None
    assert isinstance(second, IntegrityError)
    assert "leads stand in status" in str(second)
    assert list(LeadStatus.objects.filter(is_lost=True)) == [funnel.lost]


@both_ways
@pytest.mark.parametrize("lead_first", [True, False])
def test_a_lead_agrees_with_a_closed_mark_that_moves(
    lead: Lead, funnel: FunnelCast, change: Change, lead_first: bool
) -> None:
    def close_status() -> None:
        LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_closed=True)

    works = [change(lead, status=funnel.proposal), close_status]

    assert race(*(works if lead_first else reversed(works))) == (None, None)
    lead.refresh_from_db()
    assert (lead.status, lead.is_closed) == (funnel.proposal, True)
    assert lead.closed_at is not None


# --- Locks that do not stand in one another's way -----------------------------------------------------------------


def test_leads_of_one_type_move_into_one_status_at_the_same_time(
    lead: Lead, service: LeadType, funnel: FunnelCast
) -> None:
    other = LeadFactory(type=service, status=funnel.new)

    one = Transaction(lambda: change_status(lead=lead, to=funnel.proposal, by=None))
    two = Transaction(lambda: change_status(lead=other, to=funnel.proposal, by=None))

    assert not two.is_blocked()
    assert (two.commit(), one.commit()) == (None, None)
    assert set(Lead.objects.filter(status=funnel.proposal)) == {lead, other}


def test_an_edit_of_a_lead_waits_for_no_matrix(lead: Lead, service: LeadType, funnel: FunnelCast) -> None:
    matrix = Transaction(untick(service, funnel.proposal))
    edit = Transaction(lambda: update_lead(lead=lead, values={"city": "Łódź"}, by=None))

    assert not edit.is_blocked()
    assert (edit.commit(), matrix.commit()) == (None, None)


def test_two_moves_across_end_without_a_deadlock(funnel: FunnelCast) -> None:
    """Two batches lock the same leads in the same order, so the second waits and then goes on."""
    leads = [LeadFactory(status=funnel.new) for _ in range(3)]

    def move(to: LeadStatus) -> Work:
        def work() -> None:
            for row in Lead.objects.select_for_update().order_by("pk"):
                change_status(lead=row, to=to, by=None)

        return work

    assert race(move(funnel.proposal), move(funnel.qualified)) == (None, None)
    assert {row.status_id for row in Lead.objects.all()} == {funnel.qualified.pk}
    assert all(lead.status_changes.count() == 3 for lead in leads)


def test_a_refused_move_leaves_the_connection_usable(lead: Lead, service: LeadType, funnel: FunnelCast) -> None:
    def move_then_edit() -> None:
        with pytest.raises(StatusNotAllowed):
            change_status(lead=lead, to=funnel.proposal, by=None)
        update_lead(lead=lead, values={"city": "Łódź"}, by=None)

    assert race(untick(service, funnel.proposal), move_then_edit) == (None, None)
    lead.refresh_from_db()
    assert (lead.status, lead.city) == (funnel.new, "Łódź")
