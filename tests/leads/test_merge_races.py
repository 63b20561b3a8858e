"""Merges at the same moment as other writes: one waits for the other and then sees what it did."""

import pytest

from crm.errors import RuleError
from crm.models import SystemSettings, User
from leads.models import Comment, Lead, LeadMerge
from leads.services import LeadGone, create_lead, delete_lead, undo_merge, update_lead
from tests.cast import FunnelCast
from tests.concurrency import Transaction, race
from tests.leads.merging import merge

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def settings_are_there(transactional_db: None) -> None:
    SystemSettings.objects.current()


@pytest.fixture
def leads(ola: User, funnel: FunnelCast) -> tuple[Lead, Lead, Lead]:
    one, two, three = (create_lead(values={"name": name}, by=ola) for name in ("Jeden", "Dwa", "Trzy"))
    return one, two, three


def test_a_into_b_and_b_into_a(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, _three = leads

    first, second = race(lambda: merge(one, two, ola), lambda: merge(two, one, ola))

    assert first is None
    assert isinstance(second, LeadGone)
    assert LeadMerge.objects.get().survivor_id == one.pk
    assert not Lead.objects.filter(pk=two.pk).exists()


def test_one_loser_and_two_survivors(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, three = leads

    first, second = race(lambda: merge(one, two, ola), lambda: merge(three, two, ola))

    assert first is None
    assert isinstance(second, LeadGone)
    assert LeadMerge.objects.count() == 1


def test_a_merge_waits_for_a_deletion(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, _three = leads

    first, second = race(lambda: delete_lead(lead=two, by=ola), lambda: merge(one, two, ola))

    assert first is None
    assert isinstance(second, LeadGone)
    assert not LeadMerge.objects.exists()


def test_a_save_waits_for_a_merge(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, _three = leads

    first, second = race(lambda: merge(one, two, ola), lambda: update_lead(lead=two, values={"city": "Łódź"}, by=ola))

    assert first is None
    assert isinstance(second, Lead.DoesNotExist)


def test_a_comment_written_meanwhile_is_not_lost(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, _three = leads
    merging = Transaction(lambda: merge(one, two, ola))

    writing = Transaction(lambda: Comment.objects.create(lead=two, author=ola, text="Ważne"))

    assert merging.commit() is None
    assert writing.commit() is not None  # the writer is told; nothing is stored beside the leads
    assert not Comment.objects.exists()


def test_two_undos_at_once(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, _three = leads
    merged = merge(one, two, ola)

    first, second = race(lambda: undo_merge(merge=merged, by=ola), lambda: undo_merge(merge=merged, by=ola))

    assert first is None
    assert isinstance(second, RuleError)
    assert Lead.objects.count() == 3


def test_an_undo_and_a_merge_of_the_survivor(ola: User, leads: tuple[Lead, Lead, Lead]) -> None:
    one, two, three = leads
    merged = merge(one, two, ola)

    first, second = race(lambda: merge(three, one, ola), lambda: undo_merge(merge=merged, by=ola))

    assert first is None
    assert isinstance(second, RuleError)
    assert set(Lead.objects.values_list("pk", flat=True)) == {three.pk}
