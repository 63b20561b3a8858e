"""The pivot: one statement that groups leads and adds up groups, subtotals and totals (GROUPING SETS).

The leads are those of a queryset, so that who asks is answered from what they may see. Each lead is added to the finest
groups once (`cell`); the totals are made of those sums, not of the leads again. Where a dimension puts a lead into
several groups (tags), totals over that dimension are made of sums without it (`cell_once`), in which each lead counts
once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.utils import timezone

from leads.querysets import LeadQuerySet
from reports.dimensions import JOINS, Dimension
from reports.layout import Layout
from reports.measures import PARTS

# More cells than these nobody reads, and no browser shows them well.
MOST_CELLS = 50_000
# Sums that are whole numbers.
WHOLE = {"leads", "revenues", "probabilities", "won", "lost", "closings", "probability"}

Path = tuple[Any, ...]
Sums = Mapping[str, Any]


class TooLarge(Exception):
    """The result would have more than MOST_CELLS cells."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The sums of all groups that have leads, by the values of their rows and columns; a shorter path is a total.

    `sort_keys` have the place of texts in the Polish alphabet, by dimension.
    """

    sums: Mapping[tuple[Path, Path], Sums]
    sort_keys: Mapping[str, Mapping[str, str]]


def read_cells(leads: LeadQuerySet, layout: Layout) -> Cells:
    """The cells of a report over these leads. Raises TooLarge."""
    try:
        statement, params = build_statement(leads, layout)
    except EmptyResultSet:  # the filter lets nothing through, which Django knows without asking
        return Cells({}, {})
    with connections[leads.db].cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    if len(found) > MOST_CELLS:
        raise TooLarge
    return _sorted_out(found, layout)


def build_statement(leads: LeadQuerySet, layout: Layout) -> tuple[str, list[Any]]:
    """The SQL of a report with its parameters: those of the filter, and the time zone. Raises EmptyResultSet."""
    dimensions, parts = layout.dimensions, _parts_of(layout)
    columns = {c for d in dimensions for c in d.columns} | {c for part in parts for c in PARTS[part].columns}
    inner, params = leads_sql(leads, columns)
    ways = [(way, sets, {number for each in sets for number in each}) for way, sets in _ways(layout) if sets]
    ctes = [f"lead AS ({inner})"]
    for way, _sets, used in ways:
        # Materialised, so that the sums are made in the way that is best for them: of an expression PostgreSQL does not
        # know how few groups it makes, and would read the leads by an index to have them sorted for the totals.
        ctes.append(f"{way} AS MATERIALIZED ({_cell_sql(dimensions, parts, used)})")
        zoned = [dimension for number, dimension in enumerate(dimensions) if number in used and dimension.has_zone]
        params += [timezone.get_current_timezone_name()] * len(zoned)
    selects = [_totals_sql(dimensions, parts, way, sets, used) for way, sets, used in ways]
    return f"WITH {', '.join(ctes)} {' UNION ALL '.join(selects)} LIMIT {MOST_CELLS + 1}", params


def leads_sql(leads: LeadQuerySet, columns: Set[str]) -> tuple[str, list[Any]]:
    """The SELECT of these leads, with these columns and their IDs, and its parameters. Raises EmptyResultSet."""
    statement, params = leads.order_by().values(*sorted({"id", *columns})).query.sql_with_params()
    return statement, [*params]


def build_probe(leads: LeadQuerySet, layout: Layout, limit: int) -> tuple[str, list[Any]]:
    """The SQL that counts the rows and the columns which the first `limit` leads would make. Raises EmptyResultSet."""
    dimensions = layout.dimensions
    inner, params = leads_sql(leads, {column for dimension in dimensions for column in dimension.columns})
    keys = [f"{dimension.expression} AS d{number}" for number, dimension in enumerate(dimensions)]
    zones = [timezone.get_current_timezone_name() for dimension in dimensions if dimension.has_zone]
    sample = f"SELECT {', '.join(keys)} FROM lead {_joins([d.join for d in dimensions])}"
    row_keys, column_keys = _names(0, len(layout.rows)), _names(len(layout.rows), len(dimensions))
    counts = [
        f"(SELECT count(*) FROM (SELECT DISTINCT {', '.join(names)} FROM sample) found)" if names else "1"
        for names in (row_keys, column_keys)
    ]
    return (
        f"WITH lead AS ({inner} LIMIT {limit}), sample AS MATERIALIZED ({sample}) SELECT {', '.join(counts)}",
        [*params, *zones],
    )


def _ways(layout: Layout) -> Sequence[tuple[str, list[tuple[int, ...]]]]:
    """The sums from which totals are made, each with the sets of dimensions (by number) that it answers."""
    rows, across = len(layout.rows), len(layout.across)
    sets = [
        (*range(down), *range(rows, rows + right))
        for down in range(rows, -1, -1)
        for right in range(across, -1, -1)
    ]  # fmt: skip
    multiplying = {number for number, dimension in enumerate(layout.dimensions) if dimension.multiplies}
    once = [each for each in sets if multiplying and multiplying.isdisjoint(each)]
    return (("cell", [each for each in sets if each not in once]), ("cell_once", once))


def _cell_sql(dimensions: Sequence[Dimension], parts: Sequence[str], used: set[int]) -> str:
    """The sums of the finest groups by the dimensions that are used (by number)."""
    keys = [f"{d.expression if number in used else 'NULL'} AS d{number}" for number, d in enumerate(dimensions)]
    sums = [f"{PARTS[part].expression} AS {part}" for part in parts]
    joined = [d.join for number, d in enumerate(dimensions) if number in used]
    joins = _joins([*joined, *(PARTS[part].join for part in parts)])
    grouped = f" GROUP BY {', '.join(str(number + 1) for number in sorted(used))}" if used else ""
    return f"SELECT {', '.join(keys + sums)} FROM lead {joins}{grouped}"


def _totals_sql(
    dimensions: Sequence[Dimension],
    parts: Sequence[str],
    way: str,
    sets: Sequence[tuple[int, ...]],
    used: set[int],
) -> str:
    """Groups and totals out of the sums `way`: for each dimension whether it is added up, its value and sort key."""
    numbers = range(len(dimensions))
    levels = [f"grouping(d{number})" if number in used else "1" for number in numbers]
    values = [f"d{number}" if number in used else "NULL" for number in numbers]
    keys = [f"lejek_sort_key({values[number]}::text)" for number in numbers if dimensions[number].is_text]
    sums = [f"sum({part})" for part in parts]
    grouping_sets = ", ".join(f"({', '.join(f'd{number}' for number in each)})" for each in sets)
    return f"SELECT {', '.join(levels + values + keys + sums)} FROM {way} GROUP BY GROUPING SETS ({grouping_sets})"


def _joins(names: Iterable[str]) -> str:
    return " ".join(JOINS[name] for name in dict.fromkeys(filter(None, names)))


def _names(start: int, end: int) -> list[str]:
    return [f"d{number}" for number in range(start, end)]


def _parts_of(layout: Layout) -> list[str]:
    return list(dict.fromkeys(["leads", *(part for measure in layout.measures for part in measure.parts)]))


def _sorted_out(found: Sequence[Sequence[Any]], layout: Layout) -> Cells:
    """The rows of the answer by their paths."""
    dimensions, parts = layout.dimensions, _parts_of(layout)
    count, texts = len(dimensions), [d for d in dimensions if d.is_text]
    sort_keys: dict[str, dict[str, str]] = {dimension.name: {} for dimension in texts}
    sums: dict[tuple[Path, Path], Sums] = {}
    for row in found:
        levels, values = row[:count], row[count : 2 * count]
        keys, figures = row[2 * count : 2 * count + len(texts)], row[2 * count + len(texts) :]
        numbers = dict(_figures(parts, figures))
        if not numbers["leads"]:
            continue
        by_name = dict(zip((dimension.name for dimension in dimensions), values, strict=True))
        for dimension, key in zip(texts, keys, strict=True):
            if by_name[dimension.name] is not None:
                sort_keys[dimension.name][by_name[dimension.name]] = key
        path = [None if level else (value,) for level, value in zip(levels, values, strict=True)]
        down, right = path[: len(layout.rows)], path[len(layout.rows) :]
        sums[_path(down), _path(right)] = numbers
    return Cells(sums, sort_keys)


def _path(found: Sequence[tuple[Any] | None]) -> Path:
    return tuple(each[0] for each in found if each is not None)


def _figures(parts: Sequence[str], figures: Sequence[Decimal | None]) -> Iterator[tuple[str, Decimal | int | None]]:
    """The sums by name. PostgreSQL adds whole numbers up as decimal ones."""
    for part, figure in zip(parts, figures, strict=True):
        yield part, int(figure) if figure is not None and part in WHOLE else figure
