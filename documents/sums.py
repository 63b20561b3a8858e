"""The documents of a lead or a partner as their cards show them: the newest ones, counts and sums.

Sums are net, in the system currency, of what the viewer may see; drafts and what was cancelled are not in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import NullIf

from crm.models import User
from documents.kinds import INVOICES, AnyDocument, Kind
from documents.money import rounded

SHOWN = 20
_AMOUNT: "DecimalField[Any, Any]" = DecimalField(max_digits=30, decimal_places=10)


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """What one user may see of the documents of a lead or partner."""

    kind: Kind
    rows: Sequence[AnyDocument]
    count: int
    net: Decimal
    paid: Decimal

    @property
    def not_shown(self) -> int:
        return self.count - len(self.rows)

    @property
    def has_payments(self) -> bool:
        return self.kind is INVOICES


def documents_block(kind: Kind, *, user: User, **of: Any) -> DocumentBlock:
    """The documents of the kind that `user` may see and that belong to what `of` names (`lead=…`, `partner=…`), in two
    queries. `paid` is the net part of what was paid.
    """
    documents = kind.model.objects.visible_to(user).filter(**of)
    counted = Q(state__in=kind.summed)
    sums = {"count": Count("pk"), "net": Sum("net_in_system", filter=counted, default=Decimal(0))}
    if kind is INVOICES:
        share = F("net_in_system") * F("paid_total") / NullIf(F("gross_total"), Decimal(0))
        sums["paid"] = Sum(share, filter=counted, default=Decimal(0), output_field=_AMOUNT)
    found = documents.aggregate(**sums)
    rows = documents.select_related("partner", "lead").order_by("-pk")[:SHOWN]
    return DocumentBlock(kind, list(rows), found["count"], found["net"], rounded(found.get("paid", Decimal(0))))
