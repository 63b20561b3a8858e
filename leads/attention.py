"""What an open lead may lack: the same conditions for Mój dzień and for the filter of the list and the board."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from crm.current import system_settings
from crm.models import LeadStatus


class Need(TextChoices):
    """What a lead waits for."""

    OVERDUE = "overdue", pgettext_lazy("need", "expected closing passed")
    UNDATED = "undated", pgettext_lazy("need", "no expected closing")
    UNDESCRIBED = "undescribed", pgettext_lazy("need", "no description")
    STUCK = "stuck", pgettext_lazy("need", "stuck in one status")


def needing(need: Need) -> Q:
    """The condition for open leads of which this is true. That of stuck ones asks the database for the statuses."""
    return Q(CONDITIONS[need](), is_closed=False)


def days_allowed(status: LeadStatus | None, *, default: int) -> int:
    """How many days a lead may stand in `status` before it is stuck: its own number, or that of the settings."""
    return (status.stuck_after_days if status else None) or default


def _overdue() -> Q:
    return Q(expected_close__lt=timezone.localdate())


def _undated() -> Q:
    return Q(expected_close__isnull=True)


def _undescribed() -> Q:
    return Q(description="")


def _stuck() -> Q:
    default, now = system_settings().stuck_after_days, timezone.now()
    by_days: dict[int, list[int]] = defaultdict(list)
    for status in LeadStatus.objects.filter(is_closed=False):
        by_days[days_allowed(status, default=default)].append(status.pk)
    condition = Q(pk__in=())
    for days, statuses in by_days.items():
        condition |= Q(status__in=statuses, status_entered_at__lt=now - timedelta(days=days))
    return condition


CONDITIONS: dict[Need, Callable[[], Q]] = {
    Need.OVERDUE: _overdue,
    Need.UNDATED: _undated,
    Need.UNDESCRIBED: _undescribed,
    Need.STUCK: _stuck,
}
