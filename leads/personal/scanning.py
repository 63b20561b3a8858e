"""Looking for a person through the tables: one after the other, some rows at a time, so that a worker can be stopped,
or another one can go on.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Max

from crm.personal import Table
from leads.background import hold, stop_if_asked
from leads.models import PersonCase, PersonRow
from leads.personal.identity import Identity, Match, as_text
from leads.personal.registry import model_of, tables

# Rows of a table whose IDs lie in so wide a range are looked through at once.
SLICE = 5_000
# Who bears a common name gets no more rows of a table than can be looked through.
MOST_BY_NAME = 300
BATCH = 500


def scan(case: PersonCase) -> None:
    """Find the person in all tables, from where the case stands. What was found before stays as it was chosen."""
    place = case.place
    searched = [table for table in tables() if table.model != PersonCase._meta.label]  # they are who looked for whom
    for number in range(place.get("table", 0), len(searched)):
        table = searched[number]
        after = place.get("after", 0) if number == place.get("table", 0) else 0
        last = model_of(table)._base_manager.aggregate(last=Max("pk"))["last"] or 0
        while after < last:
            with transaction.atomic():
                _scan_slice(case, table, after)
                after += SLICE
                case.place = {**place, "table": number, "after": after}
                hold(case, place=case.place, rows_done=number, rows_total=len(searched), attempts=0)
            stop_if_asked(case)
    hold(case, rows_done=len(searched), rows_total=len(searched))


def found_in(table: Table, identity: Identity, rows: "models.QuerySet[Any]") -> Iterator[tuple[int, Match, bool]]:
    """Of these rows those in which the person stands: ID, by what, and whether the row is the person's."""
    columns = [name for name in table.columns if not isinstance(_column(table, name), models.FileField)]
    if not table.encoded:
        texts, condition = identity.narrowed(columns, unnamed=table.unnamed)
        rows = rows.annotate(**texts).filter(condition)
    people = set(rows.filter(table.person).values_list("pk", flat=True)) if table.person else None
    for pk, *values in rows.order_by("pk").values_list("pk", *columns).iterator(chunk_size=200):
        found = _matches(table, identity, dict(zip(columns, values, strict=True)))
        if found:
            is_own = table.own is None or any(name in table.own for name in found)
            yield pk, _surest(found.values()), is_own and (people is None or pk in people)


def _matches(table: Table, identity: Identity, values: dict[str, Any]) -> dict[str, Match]:
    """By what the person is recognised, by column; under the first of them the columns that make one name."""
    texts = {name: as_text(value, encoded=name in table.encoded) for name, value in values.items()}
    found = {name: match for name, text in texts.items() if (match := identity.match(text))}
    for name in table.unnamed:
        if found.get(name) is Match.NAME:
            del found[name]
    if table.joined and table.joined[0] not in found:
        match = identity.match(" ".join(texts[name] for name in table.joined))
        if match is not None:
            found[table.joined[0]] = match
    return found


def _surest(matches: Any) -> Match:
    return next(match for match in Match if match in set(matches))


def _scan_slice(case: PersonCase, table: Table, after: int) -> None:
    rows = model_of(table)._base_manager.filter(pk__gt=after, pk__lte=after + SLICE)
    batch: list[PersonRow] = []
    named = case.rows.filter(model=table.model, match=Match.NAME).count()
    for pk, match, is_own in found_in(table, case.identity, rows):
        if match is Match.NAME and named >= MOST_BY_NAME:
            continue
        named += match is Match.NAME
        batch.append(_row(case, table, pk, match, is_own))
        if len(batch) == BATCH:
            _store(case, table, batch)
            batch = []
    _store(case, table, batch)


def _row(case: PersonCase, table: Table, pk: int, match: Match, is_own: bool) -> PersonRow:
    return PersonRow(
        case=case, model=table.model, row_id=pk, match=match, is_own=is_own, is_chosen=match is not Match.NAME
    )


def _store(case: PersonCase, table: Table, batch: list[PersonRow]) -> None:
    ids = [row.row_id for row in batch]
    if table.spread is not None and ids:
        more = set(table.spread([row.row_id for row in batch if row.is_chosen])) - set(ids)
        batch = [*batch, *(_row(case, table, pk, Match(batch[0].match), True) for pk in sorted(more))]
    sure = [row.row_id for row in batch if row.match != Match.NAME]
    inside = _within(case.rows.filter(is_own=True), table, [row.row_id for row in batch if row.match == Match.NAME])
    inside |= _within(case.rows.filter(is_own=True).exclude(match=Match.NAME), table, sure)
    PersonRow.objects.bulk_create([row for row in batch if row.row_id not in inside], ignore_conflicts=True)


def _within(found: "models.QuerySet[PersonRow]", table: Table, ids: Sequence[int]) -> set[int]:
    """Which of the rows go along with `found` ones: they are not asked about."""
    if table.link or not ids:
        return set()
    inside: set[int] = set()
    rows = model_of(table)._base_manager.filter(pk__in=ids)
    for owner, condition in table.within.items():
        owners = list(found.filter(model=owner).values_list("row_id", flat=True))
        for start in range(0, len(owners), BATCH):
            inside |= set(rows.filter(condition(owners[start : start + BATCH])).values_list("pk", flat=True))
    return inside


def _column(table: Table, name: str) -> Any:
    return model_of(table)._meta.get_field(name)
