"""A report computed a second way: in plain Python, over the rows of all leads."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from leads.models import Lead

WARSAW = ZoneInfo("Europe/Warsaw")
Key = Callable[[Lead], list[Any]]


def _first_day(unit: str, day: date) -> date:
    if unit == "week":
        return date.fromisocalendar(*day.isocalendar()[:2], 1)
    if unit == "quarter":
        return date(day.year, {1: 1, 2: 4, 3: 7, 4: 10}[-(-day.month // 3)], 1)
    return {"date": day, "month": date(day.year, day.month, 1), "year": date(day.year, 1, 1)}[unit]


def _time(path: str, unit: str) -> Key:
    def key(lead: Lead) -> list[Any]:
        value = getattr(lead, path)
        if value is None:
            return [None]
        local = value.astimezone(WARSAW).replace(tzinfo=None) if isinstance(value, datetime) else value
        if unit == "minute":
            return [local.replace(second=0, microsecond=0)]
        if unit == "hour":
            return [local.replace(minute=0, second=0, microsecond=0)]
        if unit == "hour_of_day":
            return [local.hour]
        if unit == "weekday":
            return [local.isoweekday()]
        return [_first_day(unit, local.date() if isinstance(local, datetime) else local)]

    return key


def _of(get: Callable[[Lead], Any]) -> Key:
    return lambda lead: [get(lead) or None]


KEYS: dict[str, Key] = {
    **{
        name: _of(lambda lead, name=name: getattr(lead, f"{name}_id"))  # type: ignore[misc]
        for name in ("status", "type", "sales_person", "priority", "lost_reason", "product", "campaign", "medium",
                     "source", "partner", "position")
    },
    **{
        name: _of(lambda lead, name=name: getattr(lead, name))  # type: ignore[misc]
        for name in ("name", "id", "external_id", "company_name", "website", "street", "city", "region", "postal_code",
                     "country", "first_name", "middle_name", "last_name", "phone", "email")
    },
    "probability": lambda lead: [lead.probability],
    "expected_revenue": lambda lead: [lead.expected_revenue],
    "state": lambda lead: [lead.status.is_closed],
    "tag": lambda lead: [tagging.tag_id for tagging in lead.taggings.all()] or [None],
    "description": _of(lambda lead: bool(lead.description)),
    "nip": _of(lambda lead: lead.partner and lead.partner.nip),
    "partner_city": _of(lambda lead: lead.partner and lead.partner.city),
    **{
        f"{prefix}_{unit}": _time(path, unit)
        for prefix, path, units in (
            ("received", "received_at", "minute hour date weekday hour_of_day week month quarter year"),
            ("close", "expected_close", "date weekday week month quarter year"),
            ("closed", "closed_at", "date weekday week month quarter year"),
        )
        for unit in units.split()
    },
}  # fmt: skip


def figures(leads: Iterable[Lead]) -> dict[str, Any]:
    """All measures of these leads."""
    rows = list(leads)
    revenues = [lead.expected_revenue for lead in rows if lead.expected_revenue is not None]
    weighted = [
        lead.expected_revenue * lead.probability / 100
        for lead in rows
        if lead.expected_revenue is not None and lead.probability is not None
    ]
    probabilities = [lead.probability for lead in rows if lead.probability is not None]
    won = sum(lead.status.is_won for lead in rows)
    lost = sum(lead.status.is_lost for lead in rows)
    days = [
        Decimal((lead.closed_at - lead.received_at) // timedelta(microseconds=1)) / 86_400_000_000
        for lead in rows
        if lead.closed_at and lead.received_at
    ]
    return {
        "count": len(rows),
        "revenue": sum(revenues, Decimal()) if revenues else None,
        "average_revenue": sum(revenues, Decimal()) / len(revenues) if revenues else None,
        "weighted": sum(weighted, Decimal()) if weighted else None,
        "probability": Decimal(sum(probabilities)) / len(probabilities) if probabilities else None,
        "won": won,
        "lost": lost,
        "win_rate": Decimal(100 * won) / (won + lost) if won + lost else None,
        "days": sum(days, Decimal()) / len(days) if days else None,
    }


def pivot(leads: Iterable[Lead], rows: list[str], across: list[str]) -> dict[tuple[Any, Any], list[Lead]]:
    """The leads of each cell, subtotal and total, by the values of rows and columns; no lead twice in one."""
    cells: dict[tuple[Any, Any], dict[int, Lead]] = defaultdict(dict)
    for lead in leads:
        for down in _paths(lead, rows):
            for right in _paths(lead, across):
                cells[down, right][lead.pk] = lead
    return {place: list(found.values()) for place, found in cells.items()}


def _paths(lead: Lead, names: list[str]) -> set[tuple[Any, ...]]:
    paths: set[tuple[Any, ...]] = {()}
    whole: list[tuple[Any, ...]] = [()]
    for name in names:
        whole = [(*path, value) for path in whole for value in KEYS[name](lead)]
        paths |= set(whole)
    return paths
