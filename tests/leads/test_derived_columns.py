"""What triggers keep for a lead (closed, lost, closed on, status since, version), whoever writes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.models import LeadStatus, User
from leads.models import Lead
from leads.services import Draft, change_status, create_lead, create_leads, mark_lost, reopen, update_lead
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

LAST_YEAR = datetime(2025, 3, 31, 10, 0, tzinfo=UTC)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- Closed, lost, closed on --------------------------------------------------------------------------------------


def test_entering_a_closed_status_sets_closed_on_and_reopening_empties_it(funnel: FunnelCast, ola: User) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    assert (lead.is_closed, lead.closed_at) == (False, None)

    lead = change_status(lead=lead, to=funnel.won, by=ola)
    assert lead.is_closed
    assert lead.closed_at is not None
    assert abs(timezone.now() - lead.closed_at) < timedelta(minutes=1)

    lead = reopen(lead=lead, by=ola)
    assert (lead.is_closed, lead.closed_at) == (False, None)


def test_closed_on_is_kept_from_closed_to_closed(funnel: FunnelCast, ola: User) -> None:
    [lead] = create_leads(
        drafts=[Draft(values={"name": "Hala", "status": funnel.won, "closed_at": LAST_YEAR})], by=ola, imported=True
    )
    assert isinstance(lead, Lead)

    lead = mark_lost(lead=lead, reason=funnel.too_expensive, by=ola)

    assert (lead.closed_at, lead.is_lost) == (LAST_YEAR, True)


def test_only_an_import_may_give_closed_on(funnel: FunnelCast, ola: User) -> None:
    lead = create_lead(values={"name": "Hala", "status": funnel.won, "closed_at": LAST_YEAR}, by=ola)
    assert lead.closed_at is not None
    assert lead.closed_at.year == timezone.now().year

    lead = update_lead(lead=lead, values={"closed_at": LAST_YEAR}, by=ola)
    assert lead.closed_at is not None
    assert lead.closed_at.year == timezone.now().year


def test_an_open_lead_has_no_closed_on_even_when_an_import_gives_one(funnel: FunnelCast, ola: User) -> None:
    [lead] = create_leads(
        drafts=[Draft(values={"name": "Hala", "status": funnel.new, "closed_at": LAST_YEAR})], by=ola, imported=True
    )
    assert isinstance(lead, Lead)
    assert lead.closed_at is None


@pytest.mark.parametrize("column", ["is_closed", "is_lost"])
def test_raw_sql_cannot_write_the_marks_of_a_lead(funnel: FunnelCast, column: str) -> None:
    lead = LeadFactory(status=funnel.new)

    sql(f"UPDATE leads_lead SET {column} = true WHERE id = %s", lead.pk)

    lead.refresh_from_db()
    assert (lead.is_closed, lead.is_lost, lead.closed_at) == (False, False, None)


def test_an_insert_with_wrong_values_is_set_right(funnel: FunnelCast) -> None:
    wrong = LeadFactory(status=funnel.new, is_closed=True, is_lost=True, closed_at=LAST_YEAR)
    won = LeadFactory(status=funnel.won, is_closed=False, closed_at=None)

    assert (wrong.is_closed, wrong.is_lost, wrong.closed_at) == (False, False, None)
    assert won.is_closed
    assert won.closed_at is not None


def test_raw_sql_cannot_empty_closed_on_or_move_the_time_of_the_status(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.won)

    sql("UPDATE leads_lead SET closed_at = NULL, status_entered_at = %s WHERE id = %s", LAST_YEAR, lead.pk)

    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.closed_at, stored.status_entered_at) == (lead.closed_at, lead.status_entered_at)


def test_the_lost_reason_is_held_by_a_check(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    lost = LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive)

    for change in ({"status": funnel.lost}, {"lost_reason": funnel.too_expensive}):
        with pytest.raises(IntegrityError, match="lead_lost_reason_exactly_when_lost"), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**change)
    for change in ({"status": funnel.new}, {"lost_reason": None}):
        with pytest.raises(IntegrityError, match="lead_lost_reason_exactly_when_lost"), transaction.atomic():
            Lead.objects.filter(pk=lost.pk).update(**change)
    assert Lead.objects.get(pk=lead.pk).status == funnel.new
    assert Lead.objects.get(pk=lost.pk).status == funnel.lost


def test_every_update_counts_a_version(funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    Lead.objects.filter(pk=lead.pk).update(city="Łódź")
    sql("UPDATE leads_lead SET version = 70 WHERE id = %s", lead.pk)

    assert Lead.objects.get(pk=lead.pk).version == lead.version + 2


# --- The marks of a status, changed under its leads ---------------------------------------------------------------


def test_leads_follow_when_their_status_becomes_closed_and_open_again(funnel: FunnelCast) -> None:
    lead, other = LeadFactory(status=funnel.proposal), LeadFactory(status=funnel.new)

    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_closed=True)
    lead.refresh_from_db()
    assert lead.is_closed
    assert lead.closed_at is not None

    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_closed=False)
    lead.refresh_from_db()
    assert (lead.is_closed, lead.closed_at) == (False, None)
    assert Lead.objects.get(pk=other.pk).version == other.version


def test_the_lost_mark_cannot_move_while_leads_stand_in_the_status(funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.lost, lost_reason=funnel.too_expensive)
    LeadFactory(status=funnel.won)

    for status, marks in (
        (funnel.lost, {"is_lost": False}),
        (funnel.won, {"is_lost": True, "is_won": False}),
    ):
        with pytest.raises(IntegrityError, match=r"leads stand in status|leadstatus_one_lost"), transaction.atomic():
            LeadStatus.objects.filter(pk=status.pk).update(**marks)
    assert list(LeadStatus.objects.filter(is_lost=True)) == [funnel.lost]


def test_the_lost_mark_of_an_empty_status_can_move(funnel: FunnelCast) -> None:
    LeadStatus.objects.filter(pk=funnel.lost.pk).update(is_lost=False)
    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_lost=True, is_closed=True)

    with pytest.raises(IntegrityError, match="lead_lost_reason_exactly_when_lost"), transaction.atomic():
        LeadFactory(status=funnel.proposal)


@pytest.mark.parametrize(
    ("marks", "constraint"),
    [
        ({"is_lost": True, "is_closed": True}, "leadstatus_one_lost"),
        ({"is_lost": True, "is_closed": False}, "leadstatus_lost_is_closed|leadstatus_one_lost"),
        ({"is_won": True, "is_closed": False}, "leadstatus_won_is_closed_not_lost"),
    ],
)
def test_impossible_marks_are_held_by_constraints(funnel: FunnelCast, marks: dict[str, bool], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LeadStatusFactory(**marks)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LeadStatus.objects.filter(pk=funnel.new.pk).update(**marks)
    with pytest.raises(IntegrityError, match="leadstatus_won_is_closed_not_lost"), transaction.atomic():
        LeadStatus.objects.filter(pk=funnel.lost.pk).update(is_won=True)


# --- The status log -----------------------------------------------------------------------------------------------


def test_the_log_tells_from_to_who_when_and_how_long(funnel: FunnelCast, ola: User, ewa: User) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)
    change_status(lead=lead, to=funnel.proposal, by=ewa)
    Lead.objects.filter(pk=lead.pk).update(status=funnel.won)

    first, second, third = lead.status_changes.order_by("pk")

    assert (first.from_status, first.to_status, first.by, first.stayed) == (None, funnel.new, ola, None)
    assert (second.from_status, second.to_status, second.by) == (funnel.new, funnel.proposal, ewa)
    assert (third.from_status, third.to_status, third.by) == (funnel.proposal, funnel.won, None)
    assert second.stayed == second.changed_at - first.changed_at
    assert third.stayed == third.changed_at - second.changed_at
    assert Lead.objects.get(pk=lead.pk).status_entered_at == third.changed_at


def test_an_imported_lead_starts_its_log_when_it_came(funnel: FunnelCast, ola: User) -> None:
    came = timezone.now() - timedelta(days=40)
    [lead] = create_leads(drafts=[Draft(values={"name": "Hala", "received_at": came})], by=ola, imported=True)
    assert isinstance(lead, Lead)

    change_status(lead=lead, to=funnel.proposal, by=ola)

    first, second = lead.status_changes.order_by("pk")
    assert first.changed_at == came
    assert second.stayed is not None
    assert second.stayed.days == 40


def test_a_lead_from_the_future_has_stayed_no_time_at_all(funnel: FunnelCast, ola: User) -> None:
    future = timezone.now() + timedelta(days=3)
    [lead] = create_leads(drafts=[Draft(values={"name": "Hala", "received_at": future})], by=ola, imported=True)
    assert isinstance(lead, Lead)

    change_status(lead=lead, to=funnel.proposal, by=ola)

    assert lead.status_changes.latest("pk").stayed == timedelta(0)


def test_a_save_that_does_not_move_the_lead_logs_no_step(funnel: FunnelCast, ola: User) -> None:
    lead = create_lead(values={"name": "Hala"}, by=ola)

    change_status(lead=lead, to=funnel.new, by=ola)
    Lead.objects.filter(pk=lead.pk).update(status=funnel.new, city="Łódź")

    assert lead.status_changes.count() == 1
    assert Lead.objects.get(pk=lead.pk).status_entered_at == lead.status_entered_at
