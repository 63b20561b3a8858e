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
    found: dict[str, dict[int, Choice]] = {kind: {} for kind in (*KINDS, "sales_person", "partner", "product")}
    with connection.cursor() as cursor:
        cursor.execute(QUERY, {"partners": list(partners), "products": list(products)})
        for kind, *values in cursor.fetchall():
            choice = Choice(*values)
            found[kind][choice.id] = choice
    return found


def _reference(kind: str) -> str:
    colour = "colour" if kind in COLOURED else "''"
    is_closed = "is_closed" if kind == "status" else "false"
    return (
        f"SELECT '{kind}' AS kind, id, name, {colour}, is_archived, {is_closed}, sort_order, name_sort"
        f" FROM {KINDS[kind]._meta.db_table}"
    )


QUERY = f"""
SELECT kind, id, name, colour, is_archived, is_closed FROM (
    {" UNION ALL ".join(_reference(kind) for kind in KINDS)}
    UNION ALL
    SELECT 'sales_person', id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email, '–'), '',
        NOT is_active, false, 0, name_sort || lejek_sort_key(first_name)
    FROM crm_user
    UNION ALL
    SELECT 'partner', id, name, '', is_archived, false, 0, name_sort FROM crm_partner WHERE id = ANY(%(partners)s)
    UNION ALL
    SELECT 'product', id, name, '', is_archived, false, 0, name_sort FROM crm_product WHERE id = ANY(%(products)s)
) AS choices (kind, id, name, colour, is_archived, is_closed, sort_order, name_sort)
ORDER BY kind, sort_order, name_sort, id
"""
