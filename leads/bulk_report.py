"""What a bulk change has done, for its page: the refused or kept leads by reason."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from leads.models import BulkRow, BulkRun

SHOWN = 20
REASONS = 50


@dataclass(slots=True)
class Reason:
    """Leads that were refused, or kept by an undo, for the same reason: how many, and some of them."""

    text: str
    count: int
    rows: list[BulkRow] = field(default_factory=list)

    @property
    def others(self) -> int:
        """How many are not shown."""
        return self.count - len(self.rows)


def reasons_of(run: BulkRun) -> list[Reason]:
    """The reasons of the present stage, the commonest first; one query."""
    if run.stage == BulkRun.Stage.UNDO:
        rows = run.rows.filter(undone=BulkRow.Undone.KEPT)
    else:
        rows = run.rows.filter(result=BulkRow.Result.REFUSED)
    numbered = rows.annotate(
        place=Window(RowNumber(), partition_by=F("reason"), order_by="lead_id"),
        size=Window(Count("pk"), partition_by=F("reason")),
    )
    found: dict[str, Reason] = {}
    for row in numbered.filter(place__lte=SHOWN).order_by("-size", "reason", "lead_id")[: SHOWN * REASONS]:
        found.setdefault(row.reason, Reason(row.reason, row.size)).rows.append(row)
    return list(found.values())
