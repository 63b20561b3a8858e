"""What the tests of merges share."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Sum

from communications.models import Call, Message
from crm.models import ActivityType, User
from documents.models import Invoice, Order
from leads.models import (
    Activity,
    BoardPosition,
    ColumnTotal,
    Comment,
    CommentMention,
    Lead,
    LeadAlias,
    LeadFile,
    LeadMerge,
)  # fmt: skip
from leads.services import merge_leads
from leads.services.rows import rows_as_stored
from tests.factories.calls import CallFactory
from tests.factories.communications import MessageFactory
from tests.factories.documents import InvoiceFactory, OrderFactory

# What tells of a merge and of its undo, and counts the writes: it goes on growing, as events of the history do.
TELLING = (LeadMerge, ColumnTotal)
COUNTERS = {"version", "updated_at"}


def merge(survivor: Lead, loser: Lead, by: User, **values: Any) -> LeadMerge:
    """Merge two leads as they are stored; the tags are united unless `tags` says otherwise."""
    tags = values.pop("tags", None)
    if tags is None:
        tags = {tag.pk: tag for lead in (survivor, loser) for tag in lead.tags.all()}.values()
    return merge_leads(survivor=survivor, loser=loser, values=values, tags=tags, by=by)  # type: ignore[arg-type]


def everything() -> dict[str, Any]:
    """Every row of every table of ours, but for the history and counters of writes. Of the totals of the board, whose
    rows are parts of sums, the sums."""
    found: dict[str, Any] = {"totals": list(_totals())}
    for model in _tables():
        rows = rows_as_stored(model, list(model._base_manager.values_list("pk", flat=True)))
        found[model._meta.label] = [
            {name: value for name, value in row.items() if name not in COUNTERS} for row in rows
        ]
    return found


def _totals() -> Any:
    sums = ColumnTotal.objects.values("status").annotate(number=Sum("leads"), money=Sum("revenue"))
    return sums.exclude(number=0, money=0).order_by("status").values_list("status", "number", "money")


def belongings(lead: Lead, user: User) -> None:
    """One row of everything that may belong to a lead and moves with it."""
    for make in (*MAKERS.values(), place_on_board):
        make(lead, user)


def place_on_board(lead: Lead, user: User) -> None:
    """The place that a user gave the card, by a rank with many digits."""
    status = Lead.objects.get(pk=lead.pk).status
    BoardPosition.objects.create(user=user, lead=lead, status=status, rank=Decimal(lead.pk) / 3)


MAKERS: dict[type[models.Model], Callable[[Lead, User], Any]] = {
    Activity: lambda lead, user: Activity.objects.create(
        lead=lead, type=ActivityType.objects.create(name=f"Rodzaj {lead.pk}"), summary="Oddzwonić",
        due_on=date(2026, 12, 1), assignee=user,
    ),
    Comment: lambda lead, user: CommentMention.objects.create(
        comment=Comment.objects.create(lead=lead, author=user, text="@Ola Żak"), user=user, name="Ola Żak"
    ),
    LeadFile: lambda lead, user: LeadFile.objects.create(
        lead=lead, name="oferta.pdf", file=f"leads/{lead.pk}", size=1, content_type="application/pdf", uploaded_by=user
    ),
    LeadAlias: lambda lead, user: LeadAlias.objects.create(lead=lead, external_id=f"dawne {lead.pk}"),
    Call: lambda lead, user: CallFactory(lead=lead),
    Message: lambda lead, user: MessageFactory(lead=lead),
    Order: lambda lead, user: OrderFactory(lead=lead),
    Invoice: lambda lead, user: InvoiceFactory(lead=lead),
}  # fmt: skip


def _tables() -> list[type[models.Model]]:
    ours = [
        model
        for label in ("crm", "leads", "communications", "documents")
        for model in apps.get_app_config(label).get_models()
    ]
    return [
        model
        for model in ours
        if model not in TELLING and "pgh_id" not in vars(model) and not model._meta.proxy and model._meta.managed
    ]
