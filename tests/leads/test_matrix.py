"""Changing the type ↔ status matrix, and the leads that a change would strand."""

import threading

import pytest
from django.db import connection, transaction

from crm.errors import RuleError, StaleObject
from crm.models import LeadStatus, LeadTypeStatus, SystemSettings, User
from crm.services.reference import archive_item
from leads.matrix import load_matrix, plan_archiving, plan_matrix
from leads.models import Lead, LeadStatusChange
from leads.querysets import load_funnel
from leads.rules import StatusNotAllowed, is_allowed
from leads.services import change_status
from leads.services.matrix import AnswersNeeded, Move, archive_status, save_matrix
from tests.cast import FunnelCast
from tests.factories.crm import LeadTypeFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


def test_ticks_are_stored(ewa: User, funnel: FunnelCast) -> None:
    sales, service = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new, funnel.won]), LeadTypeFactory(name="Serwis")

    save_matrix(
        ticks=[(sales.pk, funnel.new.pk), (sales.pk, funnel.lost.pk), (service.pk, funnel.new.pk)],
        seen=load_matrix().version,
        by=ewa,
    )

    assert load_funnel().ticks == {
        sales.pk: frozenset({funnel.new.pk, funnel.lost.pk}),
        service.pk: frozenset({funnel.new.pk}),
    }


def test_a_change_on_top_of_another_is_refused(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new])
    seen = load_matrix().version
    LeadTypeStatus.objects.create(type=sales, status=funnel.won)

    with pytest.raises(StaleObject):
        save_matrix(ticks=[(sales.pk, funnel.lost.pk)], seen=seen, by=ewa)

    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.won.pk}


def test_leads_that_would_be_stranded_are_named_by_type_and_status(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Sprzedaż")
    leads = [LeadFactory(status=funnel.proposal, type=sales) for _ in range(12)]
    LeadFactory(status=funnel.new, type=sales)
    LeadFactory(status=funnel.proposal)  # no type: allows all

    plan = plan_matrix([(sales.pk, funnel.new.pk)], matrix=load_matrix(), user=ewa)

    (group,) = plan.groups
    assert (group.type, group.status, group.count, group.is_new) == (sales, funnel.proposal, 12, True)
    assert [lead.pk for lead in group.leads] == [lead.pk for lead in reversed(leads)][:10]
    assert group.more == 2
    assert group.choices == [funnel.new]
    assert plan.needs_answer


def test_nothing_is_stored_without_an_answer(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal])
    lead = LeadFactory(status=funnel.proposal, type=sales)

    with pytest.raises(AnswersNeeded):
        save_matrix(ticks=[(sales.pk, funnel.new.pk)], seen=load_matrix().version, by=ewa)

    lead.refresh_from_db()
    assert lead.status == funnel.proposal
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk}


def test_stranded_leads_move_in_the_same_step(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal, funnel.qualified])
    first, second = LeadFactory(status=funnel.proposal, type=sales), LeadFactory(status=funnel.qualified, type=sales)

    answer = save_matrix(
        ticks=[(sales.pk, funnel.new.pk)],
        seen=load_matrix().version,
        by=ewa,
        moves={(sales.pk, funnel.proposal.pk): Move(to=funnel.new), (sales.pk, funnel.qualified.pk): Move()},
    )

    assert (answer.moved, answer.refused) == (1, 0)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.status == funnel.new
    assert LeadStatusChange.objects.latest("pk").by == ewa
    assert second.status == funnel.qualified  # left there knowingly
    assert list(Lead.objects.stranded()) == [second]


def test_moving_to_the_lost_status_needs_a_reason(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory()
    lead = LeadFactory(status=funnel.proposal, type=sales)
    key = (sales.pk, funnel.proposal.pk)
    ticks, seen = [(sales.pk, funnel.lost.pk)], load_matrix().version

    answer = save_matrix(
        ticks=ticks, seen=seen, by=ewa, moves={key: Move(to=funnel.lost, lost_reason=funnel.too_expensive)}
    )

    lead.refresh_from_db()
    assert answer.moved == 1
    assert (lead.status, lead.lost_reason, lead.is_closed) == (funnel.lost, funnel.too_expensive, True)


def test_a_target_that_the_type_does_not_allow_is_refused(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal])
    lead = LeadFactory(status=funnel.proposal, type=sales)

    with pytest.raises(StatusNotAllowed):
        save_matrix(
            ticks=[(sales.pk, funnel.new.pk)],
            seen=load_matrix().version,
            by=ewa,
            moves={(sales.pk, funnel.proposal.pk): Move(to=funnel.won)},
        )

    lead.refresh_from_db()
    assert lead.status == funnel.proposal
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk}


def test_emptying_a_type_asks_first(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new])
    seen = load_matrix().version

    assert plan_matrix([], matrix=load_matrix(), user=ewa).emptied == [sales]
    with pytest.raises(AnswersNeeded):
        save_matrix(ticks=[], seen=seen, by=ewa)
    assert load_funnel().ticks

    save_matrix(ticks=[], seen=seen, by=ewa, may_empty=[sales.pk])
    assert not LeadTypeStatus.objects.exists()


def test_archived_rows_and_columns_keep_their_ticks(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal])
    old = LeadTypeFactory(allows=[funnel.new], is_archived=True)
    archive_item(item=funnel.proposal, by=ewa)

    save_matrix(ticks=[(sales.pk, funnel.qualified.pk)], seen=load_matrix().version, by=ewa)

    assert load_funnel().ticks == {
        sales.pk: frozenset({funnel.qualified.pk, funnel.proposal.pk}),
        old.pk: frozenset({funnel.new.pk}),
    }


def test_a_manager_of_one_team_sees_and_moves_only_its_leads(ewa: User, marek: User, funnel: FunnelCast) -> None:
    parameters = SystemSettings.objects.current()
    parameters.manager_visibility = "team"
    parameters.save()
    sales = LeadTypeFactory()
    mine = LeadFactory(status=funnel.proposal, type=sales, sales_person=ewa)
    other = LeadFactory(status=funnel.proposal, type=sales, sales_person=marek)
    ticks = [(sales.pk, funnel.new.pk)]

    (group,) = plan_matrix(ticks, matrix=load_matrix(), user=ewa).groups
    assert (group.count, group.has_hidden, list(group.leads)) == (1, True, [mine])

    save_matrix(ticks=ticks, seen=load_matrix().version, by=ewa, moves={group.key: Move(to=funnel.new)})
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.status == funnel.new
    assert other.status == funnel.proposal


def test_stranded_equals_the_rule(ewa: User, funnel: FunnelCast) -> None:
    strict = LeadTypeFactory()
    free = LeadTypeFactory()
    for status in (funnel.new, funnel.qualified, funnel.proposal):
        for lead_type in (strict, free, None):
            LeadFactory(status=status, type=lead_type)
    strict.statuses.add(funnel.new, funnel.proposal)
    LeadStatus.objects.filter(pk=funnel.proposal.pk).update(is_archived=True)

    now = load_funnel()
    expected = {
        lead.pk
        for lead in Lead.objects.all()
        if not is_allowed(now, type_id=lead.type_id, status=now.statuses[lead.status_id])
    }
    assert {lead.pk for lead in Lead.objects.stranded()} == expected
    assert len(expected) == 4


def test_archiving_a_status_moves_its_leads(ewa: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new, funnel.proposal])
    typed, untyped = LeadFactory(status=funnel.proposal, type=sales), LeadFactory(status=funnel.proposal)

    plan = plan_archiving(funnel.proposal, user=ewa)
    assert [(group.type, group.count) for group in plan.groups] == [(None, 1), (sales, 1)]
    assert [group.choices for group in plan.groups if group.type] == [[funnel.new]]
    with pytest.raises(AnswersNeeded):
        archive_status(status=funnel.proposal, by=ewa)

    answer = archive_status(
        status=funnel.proposal,
        by=ewa,
        moves={(sales.pk, funnel.proposal.pk): Move(to=funnel.new), (None, funnel.proposal.pk): Move()},
    )

    assert answer.moved == 1
    typed.refresh_from_db()
    untyped.refresh_from_db()
    funnel.proposal.refresh_from_db()
    assert funnel.proposal.is_archived
    assert (typed.status, untyped.status) == (funnel.new, funnel.proposal)


def test_the_only_status_of_a_type_is_not_archived(ewa: User, funnel: FunnelCast) -> None:
    LeadTypeFactory(allows=[funnel.proposal])

    with pytest.raises(RuleError):
        archive_status(status=funnel.proposal, by=ewa)

    funnel.proposal.refresh_from_db()
    assert not funnel.proposal.is_archived


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_lead_that_moves_in_meanwhile_is_noticed(funnel: FunnelCast, ewa: User) -> None:
    """A lead enters the status while the matrix forbids it: the matrix waits, sees it, and asks."""
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal])
    lead = LeadFactory(status=funnel.new, type=sales)
    seen = load_matrix().version
    outcome: list[object] = []

    def change_matrix() -> None:
        try:
            outcome.append(save_matrix(ticks=[(sales.pk, funnel.new.pk)], seen=seen, by=ewa))
        except RuleError as refusal:
            outcome.append(refusal)
        finally:
            connection.close()

    with transaction.atomic():
        change_status(lead=lead, to=funnel.proposal, by=ewa)
        other = threading.Thread(target=change_matrix)
        other.start()
        other.join(timeout=0.3)
        assert not outcome
    other.join(timeout=5)

    assert [type(one) for one in outcome] == [AnswersNeeded]
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk}
    assert not Lead.objects.stranded().exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_matrix_gives_way_to_who_saves_a_lead(funnel: FunnelCast, ewa: User) -> None:
    """The lead's row is locked by somebody who needs the type next: the matrix gives up, the lead is saved."""
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal, funnel.qualified])
    lead = LeadFactory(status=funnel.proposal, type=sales)
    seen = load_matrix().version
    refusals: list[RuleError] = []

    def change_matrix() -> None:
        moves = {(sales.pk, funnel.proposal.pk): Move(to=funnel.new)}
        try:
            save_matrix(ticks=[(sales.pk, funnel.new.pk)], seen=seen, by=ewa, moves=moves)
        except RuleError as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        other = threading.Thread(target=change_matrix)
        other.start()
        other.join(timeout=0.3)
        change_status(lead=locked, to=funnel.qualified, by=ewa)
    other.join(timeout=5)

    lead.refresh_from_db()
    assert lead.status == funnel.qualified
    assert len(refusals) == 1
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk, funnel.qualified.pk}
