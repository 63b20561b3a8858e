"""The funnel out of the log of status changes, in one statement: what leads/passages.py defines, for many leads.

Each row of the log is read once, from the last one of a lead to its first (the index `statuschange_by_lead` stands in
that order), so that what came after a row is known when it is its turn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import Count
from django.utils import timezone

from leads.models import LeadStatusChange
from leads.passages import Days, Fate, FunnelPath
from leads.querysets import LeadQuerySet
from reports.dimensions import JOINS, Dimension
from reports.query import leads_sql

# The fate of a lead in a status that it entered, as the rule puts it.
FATES: Mapping[Fate, str] = {
    Fate.ON: "furthest > place",
    Fate.THERE: "furthest <= place AND standing = status_id",
    Fate.LOST: "furthest <= place AND standing <> status_id AND stands_lost",
    Fate.CLOSED: "furthest <= place AND standing <> status_id AND stands_at = 0 AND NOT stands_lost",
    Fate.BACK: "furthest <= place AND standing <> status_id AND stands_at > 0",
}
# `furthest` is how far the lead got after a row, `best` how far at all; `is_last` marks one counted row of each lead.
STATEMENT = """
WITH lead AS ({leads}),
place AS (SELECT * FROM unnest(%s::bigint[], %s::int[], %s::boolean[]) AS place (status_id, place, is_lost)),
step AS (
    SELECT lead.id AS lead_id, lead.status_id AS standing, {key} AS key, change.to_status_id AS status_id, place.place,
        {counted} AS is_counted, lag(change.stayed) OVER way AS stayed,
        coalesce(max(place.place) OVER (way ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS furthest,
        max(place.place) FILTER (WHERE {counted}) OVER (PARTITION BY change.lead_id) AS best,
        count(*) FILTER (WHERE {counted}) OVER (way ROWS UNBOUNDED PRECEDING) = 1 AS is_last
    FROM lead JOIN leads_leadstatuschange change ON change.lead_id = lead.id
    JOIN place ON place.status_id = change.to_status_id {join}
    WINDOW way AS (PARTITION BY change.lead_id ORDER BY change.id DESC)
),
stay AS (
    SELECT lead_id, status_id, place, standing, key, min(furthest) AS furthest, bool_or(is_last) AS is_last,
        place > 0 AND place = max(best) AS is_best, extract(epoch FROM sum(stayed))::double precision AS seconds
    FROM step WHERE is_counted GROUP BY lead_id, status_id, place, standing, key
),
found AS (
    SELECT stay.*, stands.place AS stands_at, stands.is_lost AS stands_lost
    FROM stay JOIN place stands ON stands.status_id = stay.standing
)
SELECT {level}, {shown_key}, status_id,
    count(*), count(*) FILTER (WHERE is_last), count(*) FILTER (WHERE is_best), {fates},
    count(seconds), avg(seconds), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
FROM found GROUP BY {groups}
"""
SECONDS_OF_A_DAY = 86_400
# The log of 100,000 leads fits in it; on disk the sort takes twice as long.
SORTING_MEMORY = "128MB"


@dataclass(frozen=True, slots=True)
class Times:
    """The days of the leads that have left a status: how many leads, their mean, median and 90th percentile."""

    leads: int = 0
    mean: float | None = None
    median: float | None = None
    ninetieth: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """What a status saw: `counts` by fate, Fate.ENTERED among them; `furthest` are the leads that got no further."""

    counts: Mapping[Fate, int]
    furthest: int = 0
    times: Times = Times()

    @property
    def conversion(self) -> Decimal | None:
        """How many in a hundred of those who entered went on; None when nobody entered."""
        entered = self.counts[Fate.ENTERED]
        return Decimal(100 * self.counts[Fate.ON]) / entered if entered else None


NOTHING = Stage(dict.fromkeys(Fate, 0))


@dataclass(frozen=True)
class Funnel:
    """The stages of some leads by status; `leads` is how many leads are in any."""

    stages: Mapping[int, Stage]
    leads: int = 0

    def stage(self, status: int) -> Stage:
        return self.stages.get(status, NOTHING)

    def reached(self, status: int, path: FunnelPath) -> int:
        """How many leads entered the status or one further on the path."""
        return sum(self.stage(pk).furthest for pk in (status, *path.further(status)))


@dataclass(frozen=True)
class Funnels:
    """The funnel of all leads, and those of the groups of a dimension by their value."""

    whole: Funnel
    parts: Mapping[Any, Funnel]


def read_funnels(leads: LeadQuerySet, path: FunnelPath, *, days: Days, by: Dimension | None = None) -> Funnels:
    """The funnels of these leads, for entries within `days`; with `by`, those of its groups too."""
    try:
        statement, params = build_statement(leads, path, days=days, by=by)
    except EmptyResultSet:
        return Funnels(Funnel({}), {})
    with transaction.atomic(using=leads.db), connections[leads.db].cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORTING_MEMORY}'")
        cursor.execute(statement, params)
        found = cursor.fetchall()
    stages: dict[tuple[bool, Any], dict[int, Stage]] = {}
    ones: dict[tuple[bool, Any], int] = {}
    for level, key, status, entered, one, furthest, *rest in found:
        place = (bool(level), key)
        stages.setdefault(place, {})[status] = _stage(entered, furthest, rest)
        ones[place] = ones.get(place, 0) + one
    whole = (True, None)
    parts = {key: Funnel(stages[is_whole, key], ones[is_whole, key]) for is_whole, key in stages if not is_whole}
    return Funnels(Funnel(stages.get(whole, {}), ones.get(whole, 0)), parts)


@dataclass(frozen=True)
class Moves:
    """How many leads were moved from one status straight to another (`steps`), and out of a status at all (`left`)."""

    steps: Mapping[tuple[int, int], int]
    left: Mapping[int, int]


def read_moves(leads: LeadQuerySet, *, days: Days) -> Moves:
    """The steps of these leads within `days`; who made one several times counts once."""
    log = LeadStatusChange.objects.using(leads.db).filter(lead__in=leads.order_by().values("pk"), **days.moments())
    moved = log.filter(from_status__isnull=False).order_by()
    each = Count("lead", distinct=True)
    steps = moved.values_list("from_status", "to_status").annotate(leads=each)
    left = moved.values_list("from_status").annotate(leads=each)
    return Moves({(old, new): count for old, new, count in steps}, dict(left))


def build_statement(
    leads: LeadQuerySet, path: FunnelPath, *, days: Days, by: Dimension | None = None
) -> tuple[str, list[Any]]:
    """The SQL of the funnel with its parameters. Raises EmptyResultSet where the filter lets nothing through."""
    inner, params = leads_sql(leads, {"status_id", *(by.columns if by else ())})
    ends = list(_ends(days))
    statement = STATEMENT.format(
        leads=inner,
        key=by.expression if by else "NULL::int",
        join=JOINS[by.join] if by and by.join else "",
        counted=" AND ".join(f"change.changed_at {sign} %s" for sign, _moment in ends) or "true",
        level="grouping(key)" if by else "1",
        fates=", ".join(f"count(*) FILTER (WHERE {condition})" for condition in FATES.values()),
        shown_key="key" if by else "NULL",
        groups="GROUPING SETS ((status_id), (key, status_id))" if by else "status_id",
    )
    zone = [timezone.get_current_timezone_name()] if by and by.has_zone else []
    places = [list(path.places), list(path.places.values()), [pk in path.lost for pk in path.places]]
    moments = [moment for _sign, moment in ends]
    return statement, [*params, *places, *zone, *moments * 3]


def _ends(days: Days) -> Iterator[tuple[str, Any]]:
    """The ends of the interval as comparisons, in their order."""
    for name, moment in days.moments().items():
        yield (">=" if name.endswith("gte") else "<"), moment


def _stage(entered: int, furthest: int, rest: list[Any]) -> Stage:
    *fates, ended, mean, percentiles = rest
    counts = {Fate.ENTERED: entered, **dict(zip(FATES, fates, strict=True))}
    if not ended:
        return Stage(counts, furthest)
    median, ninetieth = percentiles
    in_days = (seconds / SECONDS_OF_A_DAY for seconds in (mean, median, ninetieth))
    return Stage(counts, furthest, Times(ended, *in_days))
