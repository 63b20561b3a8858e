"""What the filters of leads offer and their rows name: the reference data, read in one query a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from crm.models import Campaign, LeadPriority, LeadStatus, LeadTag, LeadType, LostReason, Medium, Position, Source


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of reference data, or a user or partner, as lists show it."""

    id: int
    name: str
    colour: str = ""
    is_archived: bool = False
    is_closed: bool = False


Choices = Mapping[str, Mapping[int, Choice]]

# By the name of the lead's field.
KINDS = {
    "status": LeadStatus,
    "type": LeadType,
    "priority": LeadPriority,
    "tag": LeadTag,
    "campaign": Campaign,
    "medium": Medium,
    "source": Source,
    "position": Position,
    "lost_reason": LostReason,
}
COLOURED = ("status", "priority", "tag")


def load_choices(*, partners: Iterable[int] = (), products: Iterable[int] = ()) -> Choices:
    """All reference data and sales people by kind and ID, in their order; of partners and products those asked for."""
    asked = {"partner": list(partners), "product": list(products)}
    parts = [QUERY, *(NAMED[kind] for kind, ids in asked.items() if ids)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), asked)
        rows = cursor.fetchall()
    found: dict[str, dict[int, Choice]] = {kind: {} for kind in (*KINDS, "sales_person", *NAMED)}
    # Sorted here: the database would plan the sort anew for each page.
    for kind, *values, _sort_order, _name in sorted(rows, key=lambda row: (row[-2], row[-1], row[1])):
        choice = Choice(*values)
        found[kind][choice.id] = choice
    return found


def _reference(kind: str) -> str:
    colour = "colour" if kind in COLOURED else "''"
    is_closed = "is_closed" if kind == "status" else "false"
    return (
        f"SELECT '{kind}', id, name, {colour}, is_archived, {is_closed}, sort_order, name_sort"
        f" FROM {KINDS[kind]._meta.db_table}"
    )


PEOPLE = """
SELECT 'sales_person', id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email, '–'), '',
    false, false, 0, name_sort || ' ' || first_name
FROM crm_user
"""
QUERY = " UNION ALL ".join([*map(_reference, KINDS), PEOPLE])
NAMED = {
    kind: f"SELECT '{kind}', id, name, '', is_archived, false, 0, name_sort FROM crm_{kind} WHERE id = ANY(%({kind})s)"
    for kind in ("partner", "product")
}
