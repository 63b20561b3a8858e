"""The standing cast: the same four people and the same funnel in every test."""

from dataclasses import dataclass

import pytest

from crm.models import LeadStatus, LostReason, Team, User
from crm.roles import ADMINISTRATOR, MANAGER, SALES
from tests.factories.crm import LeadStatusFactory, LostReasonFactory, TeamFactory, UserFactory


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory(name="Północ")


@pytest.fixture
def ola(team: Team) -> User:
    """Sales person of the team Północ."""
    return UserFactory(email="ola@lejek.test", first_name="Ola", last_name="Żak", team=team, role=SALES)


@pytest.fixture
def marek(db: None) -> User:
    """Sales person without a team."""
    return UserFactory(email="marek@lejek.test", first_name="Marek", last_name="Ćwik", role=SALES)


@pytest.fixture
def ewa(team: Team) -> User:
    """Manager of the team Północ."""
    return UserFactory(email="ewa@lejek.test", first_name="Ewa", last_name="Lis", team=team, role=MANAGER)


@pytest.fixture
def adam(db: None) -> User:
    """Administrator."""
    return UserFactory(email="adam@lejek.test", first_name="Adam", last_name="Nowak", role=ADMINISTRATOR)


@dataclass(frozen=True)
class FunnelCast:
    """The seed funnel, by name."""

    new: LeadStatus
    qualified: LeadStatus
    proposal: LeadStatus
    won: LeadStatus
    lost: LeadStatus
    too_expensive: LostReason


@pytest.fixture
def funnel(db: None) -> FunnelCast:
    """Nowy → Kwalifikacja → Propozycja → Wygrana or Porażka, and one lost reason."""
    return FunnelCast(
        new=LeadStatusFactory(name="Nowy", sort_order=1, colour="blue"),
        qualified=LeadStatusFactory(name="Kwalifikacja", sort_order=2, colour="azure"),
        proposal=LeadStatusFactory(name="Propozycja", sort_order=3, colour="purple"),
        won=LeadStatusFactory(name="Wygrana", sort_order=5, colour="green", is_closed=True, is_won=True),
        lost=LeadStatusFactory(name="Porażka", sort_order=6, colour="red", is_closed=True, is_lost=True),
        too_expensive=LostReasonFactory(name="Za drogo"),
    )
