"""How large the result of a report would be, before it is computed."""

from collections.abc import Mapping
from datetime import date
from math import prod
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Max, Min
from django.utils import timezone

from leads.filters import LeadFilter
from leads.groups import CYCLES, Filled, Number, Rows, State, Timed
from leads.models import Lead
from leads.periods import Period, days_of
from reports.dimensions import Dimension
from reports.layout import Layout
from reports.query import MOST_CELLS, TooLarge, build_probe

# So many leads are looked at where the size of a dimension is not known: they make enough groups to tell.
SAMPLE = 60_000
UNIT_DAYS = {"date": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
UNITS_OF_A_DAY = {"hour": 24, "minute": 1440}
FIELDS = {"received_at": "received", "expected_close": "close"}


def check_size(leads: LeadFilter, layout: Layout, *, alias: str) -> None:
    """Raises TooLarge for a report that would have more than MOST_CELLS cells; `alias` names the database to ask.

    Most reports are known to be small by the reference data and by the first and last dates (two look-ups in an index).
    Where that does not tell, a part of the leads is looked at.
    """
    spans = _spans(leads, alias, {d.grouping.path for d in layout.dimensions if _is_by_calendar(d)})
    sizes = [_size(dimension, leads, spans) for dimension in layout.dimensions]
    known = [size for size in sizes if size is not None]
    if len(known) == len(sizes) and prod(known) * len(layout.measures) <= MOST_CELLS:
        return
    try:
        statement, params = build_probe(leads.qs.using(alias), layout, SAMPLE)
    except EmptyResultSet:
        return
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, params)
        rows, columns = cursor.fetchone()
    if rows * columns * len(layout.measures) > MOST_CELLS:
        raise TooLarge


def _is_by_calendar(dimension: Dimension) -> bool:
    return isinstance(dimension.grouping, Timed) and dimension.grouping.unit not in CYCLES


def _size(dimension: Dimension, leads: LeadFilter, spans: Mapping[str, int]) -> int | None:
    """How many groups a dimension has at most, with their total; None when only the leads can tell."""
    match dimension.grouping:
        case State() | Filled():
            return 3
        case Number(look="percent"):
            return 103
        case Rows(choices_kind="partner" | "product"):
            return None
        case Rows() as grouping:
            return len(leads.choices[grouping.choices_kind]) + 2
        case Timed(unit=unit) if unit in CYCLES:
            return len(CYCLES[unit]) + 2
        case Timed(path=path, unit=unit):
            return spans[path] * UNITS_OF_A_DAY.get(unit, 1) // UNIT_DAYS.get(unit, 1) + 4
    return None


def _spans(leads: LeadFilter, alias: str, paths: set[str]) -> dict[str, int]:
    """How many days lie between the first and the last time of leads, within the intervals of the filter."""
    spans: dict[str, int] = {}
    for path in sorted(paths):
        ends = Lead.objects.using(alias).aggregate(first=Min(path), last=Max(path))
        if ends["first"] is None:
            spans[path] = 0
            continue
        first, last = _day(ends["first"]), _day(ends["last"])
        for start, end in _intervals(leads, FIELDS.get(path, "")):
            first, last = max(first, start or first), min(last, end or last)
        spans[path] = max((last - first).days + 1, 0)
    return spans


def _intervals(leads: LeadFilter, name: str) -> list[tuple[date | None, date | None]]:
    data: dict[str, Any] = leads.form.cleaned_data
    found = [(data.get(f"{name}_from"), data.get(f"{name}_to"))]
    if data.get(f"{name}_in"):
        found.append(days_of(Period(data[f"{name}_in"]), timezone.localdate()))
    return found


def _day(value: Any) -> date:
    return timezone.localtime(value).date() if hasattr(value, "hour") else value
