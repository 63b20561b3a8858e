"""For how long things are kept: the kinds that a number of months can be set for, and what is over its time."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.formats import format_day
from crm.models import User
from crm.paging import COUNTED, count_up_to
from leads.models import ErasedLead, Lead, RetentionRule

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SHOWN = 5
LONGEST = 600  # months


class Rows(Protocol):
    """All rows of a kind that are not gone yet, whatever their age."""

    def __call__(self) -> "QuerySet[Any]": ...


@dataclass(frozen=True, slots=True)
class RetentionKind:
    """One kind of data. `moment` is the column from which its months count, `model` the table by which rows go with all
    that belongs to them (crm.personal); `link` the URL name of a row's page, `page` the column with that page's ID.
    """

    name: str
    label: "_StrPromise"
    hint: "_StrPromise"
    rows: Rows
    moment: str
    model: str
    link: str
    page: str = "pk"


@dataclass(frozen=True, slots=True)
class NextRow:
    """A row that goes next, and when."""

    text: str
    url: str
    goes_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes of a kind that is kept for `months` (None: for ever): how many rows are over their time now (counted up
    to a limit), and which go first.
    """

    kind: RetentionKind
    months: int | None
    kept: int
    due: int
    next_rows: Sequence[NextRow]

    @property
    def is_more(self) -> bool:
        """There are more of them than were counted."""
        return self.due > COUNTED

    @property
    def shown(self) -> int:
        return min(self.due, COUNTED)


@cache
def kinds() -> tuple[RetentionKind, ...]:
    """The kinds of all apps, in the order of the page."""
    return tuple(import_string(path) for path in settings.RETENTION_KINDS)


def kind_of(name: str) -> RetentionKind | None:
    """The kind of that name."""
    return next((kind for kind in kinds() if kind.name == name), None)


def months_of_all() -> dict[str, int | None]:
    """For how many months each kind is kept; None: for ever."""
    stored = dict(RetentionRule.objects.values_list("kind", "months"))
    return {kind.name: stored.get(kind.name) for kind in kinds()}


def limit(months: int, *, now: datetime | None = None) -> datetime:
    """What is older than this is over its time: the same day and time `months` ago, or the last day of that month."""
    return shifted(now or timezone.now(), -months)


def shifted(moment: datetime, months: int) -> datetime:
    """The moment so many months later, by the calendar of the system."""
    local = timezone.localtime(moment)
    number = local.year * 12 + local.month - 1 + months
    year, month = max(number // 12, 1), number % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    naive = local.replace(year=year, month=month, day=day, tzinfo=None)
    return timezone.make_aware(naive)


def due(kind: RetentionKind, before: datetime) -> "QuerySet[Any]":
    """The rows that are older than `before`, the oldest first."""
    return kind.rows().filter(**{f"{kind.moment}__lt": before}).order_by(kind.moment, "pk")


def previews(months: Mapping[str, int | None], user: User) -> list[Preview]:
    """What would go next if each kind were kept for so many `months`."""
    return [_preview(kind, months.get(kind.name), user) for kind in kinds()]


def _preview(kind: RetentionKind, months: int | None, user: User) -> Preview:
    kept = count_up_to(kind.rows())
    if months is None:
        return Preview(kind, None, kept, 0, ())
    rows = list(kind.rows().order_by(kind.moment, "pk").values_list("pk", kind.page, kind.moment)[:SHOWN])
    first: QuerySet[Any] = kind.rows().filter(pk__in=[pk for pk, _page, _moment in rows])
    texts = {row.pk: str(row if kind.page == "pk" else getattr(row, kind.page.removesuffix("_id"))) for row in first}
    seen = _visible(kind, [page for _pk, page, _moment in rows], user)
    return Preview(
        kind=kind,
        months=months,
        kept=kept,
        due=count_up_to(due(kind, limit(months))),
        next_rows=[
            NextRow(
                text=f"{texts.get(pk, pk) if page in seen else '…'} · {format_day(moment)}",
                url=reverse(kind.link, args=[page]) if page in seen else "",
                goes_at=max(shifted(moment, months), timezone.now() + timedelta(seconds=1)),
            )
            for pk, page, moment in rows
        ],
    )


def _visible(kind: RetentionKind, ids: Sequence[int], user: User) -> set[int]:
    """Which pages the user may open: what others own alone is counted and not named."""
    model: Any = kind.rows().model
    if kind.page != "pk":
        model = model._meta.get_field(kind.page.removesuffix("_id")).related_model
    return set(model.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _lost_leads() -> "QuerySet[Any]":
    erased = ErasedLead.objects.filter(lead_id=OuterRef("pk"), erased_at__gte=OuterRef("closed_at"))
    return Lead.objects.filter(~Exists(erased), is_lost=True)


LOST_LEADS = RetentionKind(
    name="lost_leads",
    label=pgettext_lazy("retention", "Lost leads"),
    hint=_(
        "From the day of closing. They are anonymised, not deleted:"
        " reports stay true, issued documents keep their lead."
    ),
    rows=_lost_leads,
    moment="closed_at",
    model="leads.Lead",
    link="leads:lead_detail",
)
