"""Activities: what somebody is going to do with a lead or a partner, and by when."""

from enum import Enum
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import ActivityType, Partner, User
from crm.models.versioned import Versioned
from leads.models.lead import Lead
from leads.querysets_activity import ActivityQuerySet


class ActivityState(Enum):
    """How an activity stands now; the value is what people read."""

    OVERDUE = pgettext_lazy("activity", "Overdue")
    TODAY = pgettext_lazy("activity", "Today")
    PLANNED = pgettext_lazy("activity", "Planned")
    DONE = pgettext_lazy("activity", "Done")


class Activity(Versioned):
    """A call, an e-mail, a meeting or a task, of one lead or of one partner.

    It goes with its lead, and holds its partner. `due_on` and `due_at` are a day and a time of the day in the system's
    time zone. A done one keeps what came of it.
    """

    lead = models.ForeignKey(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="activities",
        db_index=False,
    )
    partner = models.ForeignKey(
        Partner,
        verbose_name=_("partner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        db_index=False,
    )
    type = models.ForeignKey(
        ActivityType, verbose_name=_("activity type"), on_delete=models.PROTECT, related_name="activities"
    )
    summary = models.CharField(_("summary"), max_length=200)
    note = models.TextField(_("note"), max_length=10_000, blank=True)
    due_on = models.DateField(_("due"))
    due_at = models.TimeField(_("time"), null=True, blank=True)
    assignee = models.ForeignKey(
        User, verbose_name=_("assigned to"), on_delete=models.PROTECT, related_name="activities", db_index=False
    )
    done_at = models.DateTimeField(pgettext_lazy("activity", "done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        User,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    feedback = models.TextField(_("feedback"), max_length=10_000, blank=True)
    created_by = models.ForeignKey(
        User,
        verbose_name=_("planned by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ActivityQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering: ClassVar[list[str]] = ["due_on", "due_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, partner__isnull=True) | Q(lead__isnull=True, partner__isnull=False),
                name="activity_of_one_lead_or_partner",
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="activity_summary_not_empty"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by__isnull=True), name="activity_done_by_when_done"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("lead", "done_at", "due_on", name="activity_by_lead", condition=Q(lead__isnull=False)),
            models.Index(
                "partner", "done_at", "due_on", name="activity_by_partner", condition=Q(partner__isnull=False)
            ),
            models.Index("assignee", "due_on", name="activity_open_by_assignee", condition=Q(done_at__isnull=True)),
            models.Index("assignee", name="activity_by_assignee"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers]

    def __str__(self) -> str:
        return self.summary

    @property
    def state(self) -> ActivityState:
        """Done, or how the due day and time lie to now."""
        if self.done_at is not None:
            return ActivityState.DONE
        now = timezone.localtime()
        if self.due_on < now.date() or (self.due_on == now.date() and self.due_at and self.due_at < now.time()):
            return ActivityState.OVERDUE
        return ActivityState.TODAY if self.due_on == now.date() else ActivityState.PLANNED
