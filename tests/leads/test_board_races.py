"""Movers at the same time: nobody waits for the totals, the later of two drops of one card is told, sums stay right."""

from decimal import Decimal

import pytest

from crm.errors import StaleObject
from crm.models import LeadStatus, User
from leads.models import ColumnTotal, Lead
from leads.querysets import load_funnel
from leads.services.board import Place, Where, fold_totals, move_card
from tests.cast import FunnelCast
from tests.concurrency import Transaction, race
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)


def mover(lead: Lead, to: LeadStatus, by: User) -> object:
    funnel = load_funnel()
    return lambda: move_card(
        lead_id=lead.pk, to=to, place=Place(Where.TOP), by=by, among=Lead.objects.all(), version=lead.version,
        funnel=funnel,
    )  # fmt: skip


def total(status: LeadStatus) -> tuple[int, Decimal]:
    rows = list(ColumnTotal.objects.filter(status=status).values_list("leads", "revenue"))
    return sum(leads for leads, _revenue in rows), sum((revenue for _leads, revenue in rows), Decimal(0))


def test_movers_of_one_column_do_not_wait_for_each_other(funnel: FunnelCast, ola: User, marek: User) -> None:
    one, two = (LeadFactory(status=funnel.new, expected_revenue=amount) for amount in (10, 5))

    first = Transaction(mover(one, funnel.proposal, ola))
    second = Transaction(mover(two, funnel.proposal, marek))

    assert not second.is_blocked()
    assert second.commit() is None
    assert first.commit() is None
    assert (total(funnel.new), total(funnel.proposal)) == ((0, 0), (2, 15))


def test_the_later_of_two_drops_of_one_card_is_refused(funnel: FunnelCast, ola: User, marek: User) -> None:
    lead = LeadFactory(status=funnel.new)

    errors = race(mover(lead, funnel.proposal, ola), mover(lead, funnel.qualified, marek))

    assert errors[0] is None
    assert isinstance(errors[1], StaleObject)
    assert Lead.objects.get(pk=lead.pk).status == funnel.proposal


def test_totals_are_put_together_while_somebody_moves(funnel: FunnelCast, ola: User) -> None:
    leads = [LeadFactory(status=funnel.new, expected_revenue=10) for _ in range(3)]
    moving = Transaction(mover(leads[0], funnel.proposal, ola))

    fold_totals()
    assert ColumnTotal.objects.filter(status=funnel.new).count() == 1
    assert total(funnel.new) == (3, 30)
    assert moving.commit() is None
    assert (total(funnel.new), total(funnel.proposal)) == ((2, 20), (1, 10))
    fold_totals()
    assert (total(funnel.new), total(funnel.proposal)) == ((2, 20), (1, 10))
    Lead.objects.all().delete()
    fold_totals()
    assert not ColumnTotal.objects.exists()
