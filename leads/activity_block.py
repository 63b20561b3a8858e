"""The activities of a lead or of a partner, as their cards show them; and what the forms of activities offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Partner, User
from leads import permissions
from leads.models import Activity, Lead
from leads.querysets import of_partner

OPEN_SHOWN = 50
DONE_SHOWN = 20


class Later(Enum):
    """The days that are one click away; the value is what people read."""

    TODAY = _("Today")
    TOMORROW = _("Tomorrow")
    WEEK = _("In a week")

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def day(self) -> date:
        """That day, from now on."""
        return timezone.localdate() + timedelta(days={"TODAY": 0, "TOMORROW": 1, "WEEK": 7}[self.name])


def later_day(key: str) -> date | None:
    """The day that a button means by its key; None for an unknown one."""
    return next((choice.day for choice in Later if choice.key == key), None)


@dataclass(frozen=True, slots=True)
class ActivityBlock:
    """What one user may see of the activities of a lead or partner: the open ones by their due day, the done ones with
    the latest first.
    """

    of: Lead | Partner
    open: Sequence[Activity]
    done: Sequence[Activity]
    open_count: int
    done_count: int
    can_plan: bool

    @property
    def of_partner(self) -> bool:
        return isinstance(self.of, Partner)

    @property
    def open_not_shown(self) -> int:
        return self.open_count - len(self.open)

    @property
    def done_not_shown(self) -> int:
        return self.done_count - len(self.done)


def activities_of(of: Lead | Partner, *, user: User, everything: bool = False) -> ActivityBlock:
    """The block of a lead or partner that `user` sees, in three queries; `everything` shows all rows of it."""
    condition = Q(partner=of) | of_partner(of) if isinstance(of, Partner) else Q(lead=of)
    rows = Activity.objects.visible_to(user).filter(condition)
    counts = rows.aggregate(
        open_count=Count("pk", filter=Q(done_at__isnull=True)), done_count=Count("pk", filter=Q(done_at__isnull=False))
    )
    return ActivityBlock(
        of=of,
        open=list(rows.open().with_rows().soonest_first()[: None if everything else OPEN_SHOWN]),
        done=list(rows.done().with_rows().order_by("-done_at", "-pk")[: None if everything else DONE_SHOWN]),
        can_plan=permissions.may_plan(user, of_partner=isinstance(of, Partner)),
        **counts,
    )
