"""The funnel computed a second way: in plain Python, lead by lead, over the rows of the log."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import mean

from crm.models import LeadStatus
from leads.models import Lead, LeadStatusChange


@dataclass
class PlainStage:
    """The leads of a status by fate, and the days of those that have left it."""

    fates: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    days: list[float] = field(default_factory=list)

    @property
    def times(self) -> tuple[float, float, float] | None:
        """Mean, median, 90th percentile; between two values by the straight line."""
        return (mean(self.days), percentile(self.days, 0.5), percentile(self.days, 0.9)) if self.days else None


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def on_path(statuses: Iterable[LeadStatus]) -> list[int]:
    ordered = sorted(statuses, key=lambda status: (status.sort_order, status.name_sort, status.pk))
    return [s.pk for s in ordered if not s.is_closed] + [s.pk for s in ordered if s.is_won]


def plain_funnel(
    leads: Iterable[Lead], first: datetime | None = None, end: datetime | None = None
) -> dict[int, PlainStage]:
    """The stages by status, for entries from `first` and before `end`."""
    statuses = list(LeadStatus.objects.all())
    path = on_path(statuses)
    marks = {status.pk: status for status in statuses}
    stages: dict[int, PlainStage] = defaultdict(PlainStage)
    for lead in leads:
        log = list(LeadStatusChange.objects.filter(lead=lead).order_by("pk"))
        counted = [
            number
            for number, row in enumerate(log)
            if (first is None or row.changed_at >= first) and (end is None or row.changed_at < end)
        ]
        for status in {log[number].to_status_id for number in counted}:
            stage = stages[status]
            own = [number for number in counted if log[number].to_status_id == status]
            later = [row.to_status_id for row in log[own[-1] + 1 :]]
            further = path[path.index(status) + 1 :] if status in path else path
            stage.fates["entered"].add(lead.pk)
            stage.fates[_fate(status, later, further, log[-1].to_status_id, marks, path)].add(lead.pk)
            ended = [log[number + 1].stayed for number in own if number + 1 < len(log)]
            if ended:
                stage.days.append(sum(stay.total_seconds() for stay in ended) / 86_400)  # type: ignore[union-attr]
        for status in path:
            if {log[number].to_status_id for number in counted} & set(path[path.index(status) :]):
                stages[status].fates["reached"].add(lead.pk)
    return stages


def _fate(
    status: int, later: list[int], further: list[int], stands: int, marks: dict[int, LeadStatus], path: list[int]
) -> str:
    if set(later) & set(further):
        return "on"
    if stands == status:
        return "there"
    if marks[stands].is_lost:
        return "lost"
    return "back" if stands in path else "closed"


def plain_moves(
    leads: Iterable[Lead], first: datetime | None = None, end: datetime | None = None
) -> dict[tuple[int, int], set[int]]:
    """The leads that were moved from a status straight to another, from `first` and before `end`."""
    moves: dict[tuple[int, int], set[int]] = defaultdict(set)
    for lead in leads:
        log = list(LeadStatusChange.objects.filter(lead=lead).order_by("pk"))
        for old, new in pairwise(log):
            if (first is None or new.changed_at >= first) and (end is None or new.changed_at < end):
                moves[old.to_status_id, new.to_status_id].add(lead.pk)
    return moves
