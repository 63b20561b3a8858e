"""How demo leads travel: when each came, which statuses it passed and when, seen from today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

DAYS = 365
STUCK_SHARE = 0.12  # some leads are forgotten where they stand


@dataclass(frozen=True, slots=True)
class Stage:
    """A status on the way: the mean of the days in it, and where leads go next with what weight."""

    days: float
    next: Mapping[str, float]


SALE: Mapping[str, Stage] = {
    "Nowy": Stage(4, {"Kwalifikacja": 82, "Porażka": 18}),
    "Kwalifikacja": Stage(14, {"Propozycja": 76, "Porażka": 24}),
    "Propozycja": Stage(22, {"Negocjacje": 60, "Wygrana": 16, "Porażka": 24}),
    "Negocjacje": Stage(25, {"Wygrana": 66, "Porażka": 26, "Propozycja": 8}),
}
# Of a service contract one speaks once or not at all: its type allows no more.
SERVICE: Mapping[str, Stage] = {
    "Nowy": Stage(3, {"Propozycja": 85, "Porażka": 15}),
    "Propozycja": Stage(12, {"Wygrana": 70, "Porażka": 30}),
}
PROBABILITY = {"Nowy": 10, "Kwalifikacja": 25, "Propozycja": 50, "Negocjacje": 75, "Wygrana": 100, "Porażka": 0}


@dataclass(frozen=True, slots=True)
class Step:
    """The lead enters `status` at `at`."""

    status: str
    at: datetime


def arrival(random: Random, now: datetime) -> datetime:
    """A moment of the last year in working hours; the nearer, the more leads."""
    at = working_time(random, now - timedelta(days=DAYS * random.random() ** 2))
    return at if at < now else now - timedelta(minutes=random.randint(20, 600))


def journey(random: Random, came: datetime, stages: Mapping[str, Stage], now: datetime) -> list[Step]:
    """The steps of a lead from its arrival until today."""
    status, at = "Nowy", came
    steps = [Step(status, at)]
    stuck = random.random() < STUCK_SHARE
    while stage := stages.get(status):
        stay = timedelta(days=random.expovariate(1 / stage.days)) * (8 if stuck else 1)
        at = max(working_time(random, at + stay), at + timedelta(hours=1))
        if at >= now:
            break
        status = random.choices(list(stage.next), weights=list(stage.next.values()))[0]
        steps.append(Step(status, at))
    return steps


def working_time(random: Random, at: datetime) -> datetime:
    """The same day between 8 and 17 o'clock, or the Monday after a weekend."""
    at += timedelta(days=max(7 - at.weekday(), 0) if at.weekday() > 4 else 0)
    return at.replace(hour=random.randint(8, 16), minute=random.randint(0, 59), second=random.randint(0, 59))
