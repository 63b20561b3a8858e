"""Each user's order under random moves by several users (hypothesis), and ranks that never run out of room."""

from decimal import Decimal
from math import floor

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from crm.models import LeadStatus, User
from leads.board import ranks
from leads.board.order import cards_of, first_cards
from leads.models import BoardPosition, Lead
from leads.querysets import load_funnel
from leads.services.board import Place, Where, fold_totals, move_card
from leads.services.write import update_lead
from tests.factories.crm import LeadStatusFactory, UserFactory
from tests.factories.leads import LeadFactory

COLUMNS, PEOPLE, MOST = 3, 3, 1000
columns = st.integers(0, COLUMNS - 1)
people = st.integers(0, PEOPLE - 1)

# --- Numbers

fractions = st.decimals(-50, -1, places=3)


@given(low=fractions, high=fractions)
def test_a_rank_lies_between_its_neighbours_and_is_never_whole(low: Decimal, high: Decimal) -> None:
    low, high = min(low, high), max(low, high)
    found = ranks.between(low, high)

    if low == high:
        assert found is None
        return
    assert found is not None
    assert low < found < high
    assert found != floor(found)
    assert ranks.sort_key(low) < ranks.sort_key(found) < ranks.sort_key(high)


@given(edge=fractions)
def test_beyond_an_end_there_is_always_room(edge: Decimal) -> None:
    above, below = ranks.between(None, edge), ranks.between(edge, None)

    assert above is not None
    assert below is not None
    assert above < edge < below
    assert floor(above) >= edge - 1, "a newer lead still comes on top"


@given(whole=st.integers(-(10**12), -1), count=st.integers(1, 300))
def test_a_crowd_is_spread_in_its_order(whole: int, count: int) -> None:
    found = ranks.spread(whole, count)

    assert len(found) == count
    assert sorted(set(found)) == list(found)
    assert all(whole < rank < whole + 1 for rank in found)


@given(st.lists(st.booleans(), min_size=1, max_size=400))
def test_halving_the_same_gap_goes_on_until_it_is_told_that_it_is_full(sides: list[bool]) -> None:
    low, high = Decimal(-2), Decimal(-1)
    for upper in sides:
        found = ranks.between(low, high)
        if found is None:
            assert high - low < Decimal(10) ** (1 - ranks.LONGEST)
            return
        assert low < found < high
        low, high = (found, high) if upper else (low, found)


# --- Moves


class Board(RuleBasedStateMachine):
    """A board that several people arrange at random, each for themselves, while they move leads for all.

    The model keeps, for each person, the order of every column as a list: a lead that comes into a column stands on
    top of the older ones, one that somebody dropped stands where it was dropped.
    """

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.statuses: list[LeadStatus] = [LeadStatusFactory() for _ in range(COLUMNS)]
        self.people: list[User] = [UserFactory(role="Sprzedawca") for _ in range(PEOPLE)]
        self.people = [User.objects.get(pk=person.pk) for person in self.people]
        self.funnel = load_funnel()
        # By person and column: who stands below whom, as that person saw it after their last own move.
        self.made: dict[tuple[int, int], list[int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def order(self, person: int, column: int) -> list[int]:
        status = self.statuses[column].pk
        found = first_cards(Lead.objects.all(), user=self.people[person], statuses=[status], limit=MOST)[status]
        return [card.lead_id for card in found]

    @initialize(count=st.integers(2, 6))
    def fill(self, count: int) -> None:
        for number in range(count):
            LeadFactory(status=self.statuses[number % COLUMNS])

    @rule(column=columns)
    def arrive(self, column: int) -> None:
        LeadFactory(status=self.statuses[column])

    @rule(person=people, which=st.integers(0), column=columns, at=st.integers(0))
    def drop(self, person: int, which: int, column: int, at: int) -> None:
        """A drop between two cards that the person sees."""
        lead = self._lead(which)
        others = [pk for pk in self.order(person, column) if pk != lead.pk]
        at %= len(others) + 1
        above, below = (others[at - 1] if at else None), (others[at] if at < len(others) else None)

        self._move(person, lead, column, Place(Where.BETWEEN, above, below))

        others.insert(at, lead.pk)
        self._keep(person, lead, column, others)

    @rule(person=people, which=st.integers(0), where=st.sampled_from([Where.TOP, Where.BOTTOM, Where.UP, Where.DOWN]))
    def step(self, person: int, which: int, where: Where) -> None:
        """Up, down, to an end."""
        lead = self._lead(which)
        column = [status.pk for status in self.statuses].index(lead.status_id)
        before = self.order(person, column)
        at = before.index(lead.pk)
        others = [pk for pk in before if pk != lead.pk]
        ends = {Where.TOP: 0, Where.BOTTOM: len(others), Where.UP: max(0, at - 1), Where.DOWN: at + 1}
        others.insert(ends[where], lead.pk)

        self._move(person, lead, column, Place(where))

        self._keep(person, lead, column, others)

    @rule(which=st.integers(0), column=columns)
    def move_otherwise(self, which: int, column: int) -> None:
        """On the card, in bulk, by an import: nobody says a place."""
        update_lead(lead=self._lead(which), values={"status": self.statuses[column]}, by=None)

    @rule()
    def fold(self) -> None:
        fold_totals()

    @invariant()
    def nobody_changes_the_order_that_another_made(self) -> None:
        for (person, column), made in self.made.items():
            now = self.order(person, column)
            assert [pk for pk in now if pk in made] == [pk for pk in made if pk in now]

    @invariant()
    def every_lead_stands_in_its_column_once(self) -> None:
        standing = dict(Lead.objects.values_list("pk", "status_id"))
        for person in range(PEOPLE):
            shown = [(pk, self.statuses[c].pk) for c in range(COLUMNS) for pk in self.order(person, c)]
            assert len(shown) == len(standing)
            assert dict(shown) == standing

    @invariant()
    def ranks_stay_short(self) -> None:
        for rank in BoardPosition.objects.values_list("rank", flat=True):
            assert -rank.as_tuple().exponent <= ranks.LONGEST
            assert rank != floor(rank)

    def _keep(self, person: int, lead: Lead, column: int, order: list[int]) -> None:
        """The person has made this order of the column. A card has one place for each: the last one given to it."""
        assert self.order(person, column) == order
        for elsewhere in range(COLUMNS):
            self.made[person, elsewhere] = [pk for pk in self.made.get((person, elsewhere), []) if pk != lead.pk]
        self.made[person, column] = order

    def _lead(self, which: int) -> Lead:
        leads = list(Lead.objects.order_by("pk"))
        return leads[which % len(leads)]

    def _move(self, person: int, lead: Lead, column: int, place: Place) -> None:
        move_card(
            lead_id=lead.pk, to=self.statuses[column], place=place, by=self.people[person], among=Lead.objects.all(),
            version=lead.version, funnel=self.funnel,
        )  # fmt: skip


@pytest.mark.django_db
def test_random_moves_leave_each_order_as_its_user_made_it() -> None:
    run_state_machine_as_test(
        Board,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.long
@pytest.mark.django_db
def test_many_random_moves_leave_each_order_as_its_user_made_it() -> None:
    run_state_machine_as_test(
        Board,
        settings=settings(
            max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_the_same_gap_takes_cards_for_ever(ola: User) -> None:
    """Two cards take turns below the first, again and again: their ranks get no longer than allowed."""
    status = LeadStatusFactory()
    first, last = LeadFactory(status=status), LeadFactory(status=status)
    pair = [LeadFactory(status=status), LeadFactory(status=status)]
    ola, funnel = User.objects.get(pk=ola.pk), load_funnel()

    for turn in range(2 * ranks.LONGEST * 4):
        card = pair[turn % 2]
        move_card(
            lead_id=card.pk, to=status, place=Place(Where.BETWEEN, above=last.pk), by=ola, among=Lead.objects.all(),
            version=card.version, funnel=funnel,
        )  # fmt: skip
        places = sorted(cards_of(Lead.objects.all(), user=ola, ids=[p.pk for p in pair]), key=lambda each: each.key)
        assert [place.lead_id for place in places] == [card.pk, pair[1 - turn % 2].pk] or turn == 0

    assert max(-r.as_tuple().exponent for r in BoardPosition.objects.values_list("rank", flat=True)) <= ranks.LONGEST
    order = first_cards(Lead.objects.all(), user=ola, statuses=[status.pk])[status.pk]
    assert [card.lead_id for card in order] == [last.pk, card_of(pair, turn).pk, card_of(pair, turn + 1).pk, first.pk]


def card_of(pair: list[Lead], turn: int) -> Lead:
    return pair[turn % 2]
