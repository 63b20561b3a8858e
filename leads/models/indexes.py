"""The indexes of leads: behind every column that the list sorts by, every filter, the search and the duplicates.

Each sort ends in `id`, so that a page starts exactly after the last row of the one before (keyset paging).
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Collate

REFERENCES = ("product", "type", "partner", "campaign", "medium", "source", "priority", "position", "lost_reason")
VALUES = ("name_sort", "received_at", "closed_at", "expected_revenue", "probability", "expected_close")
TEXTS = (
    "external_id", "phone", "email", "company_name", "website", "street", "city", "region", "postal_code", "country",
    "first_name", "middle_name", "last_name",
)  # fmt: skip


def polish_order(path: str) -> Collate:
    """The key by which a text sorts in Polish alphabetical order; `path` as in a query (`partner__city`)."""
    return Collate(Func(F(path), function="lejek_sort_key", output_field=TextField()), "C")


def filled(field: str) -> Q:
    """The condition that a text column of the list has a value."""
    return Q(external_id__isnull=False) if field == "external_id" else ~Q(**{field: ""})


LEAD_INDEXES: list[models.Index] = [
    models.Index("is_closed", "id", name="lead_by_state"),
    # With what the usual filters and the visibility ask beside the status: counted without touching the rows.
    models.Index(fields=["status", "id"], include=["is_closed", "sales_person"], name="lead_by_status"),
    models.Index("sales_person", "is_closed", "id", name="lead_by_sales_person"),
    models.Index("sales_person", "id", name="lead_by_sales_person_any"),
    # A seller's own list and board, by status.
    models.Index("sales_person", "status", "id", name="lead_open_by_seller", condition=Q(is_closed=False)),
    *(models.Index(name, "id", name=f"lead_by_{name}") for name in REFERENCES),
    *(models.Index(name, "id", name=f"lead_by_{name}") for name in VALUES),
    *(models.Index(polish_order(name), "id", name=f"lead_by_{name}_order", condition=filled(name)) for name in TEXTS),
    # The longest in one status first, for Mój dzień.
    models.Index("status_entered_at", "id", name="lead_open_by_stay", condition=Q(is_closed=False)),
    # What open leads of somebody lack, for Mój dzień: mostly few among very many.
    models.Index("sales_person", "expected_close", name="lead_open_by_close", condition=Q(is_closed=False)),
    models.Index(
        "sales_person", "id", name="lead_open_undated", condition=Q(is_closed=False, expected_close__isnull=True)
    ),
    models.Index("sales_person", "id", name="lead_open_undescribed", condition=Q(is_closed=False, description="")),
    GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="lead_search"),
    # Most searches are among open leads; without these closed ones would be found first, and thrown away.
    GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="lead_open_search", condition=Q(is_closed=False)),
    models.Index("phone_e164", name="lead_by_phone", condition=~Q(phone_e164="")),
    models.Index(Func("email", function="lower"), name="lead_by_email", condition=~Q(email="")),
]
