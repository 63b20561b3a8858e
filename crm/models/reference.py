"""Reference data of the funnel: what managers set up in the settings area."""

from typing import ClassVar, TypeVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.fields import sort_key


class Colour(models.TextChoices):
    """The fixed palette; each name has its classes in lejek.css."""

    GRAY = "gray", _("Gray")
    BLUE = "blue", _("Blue")
    AZURE = "azure", _("Azure")
    INDIGO = "indigo", _("Indigo")
    PURPLE = "purple", _("Purple")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    YELLOW = "yellow", _("Yellow")
    LIME = "lime", _("Lime")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    CYAN = "cyan", _("Cyan")


Item = TypeVar("Item", bound="ReferenceItem", covariant=True)


class ReferenceQuerySet(models.QuerySet[Item]):
    def active(self) -> "ReferenceQuerySet[Item]":
        """Those that may be chosen now."""
        return self.filter(is_archived=False)


class DeletedName(models.Model):
    """What a deleted item, product or partner was called: the history of leads tells of it. Written by a trigger."""

    table = models.TextField()
    row_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("name of a deleted item")
        verbose_name_plural = _("names of deleted items")
        constraints = [models.UniqueConstraint(fields=["table", "row_id"], name="deletedname_unique")]

    def __str__(self) -> str:
        return self.name


KEEP_NAME = pgtrigger.Trigger(
    name="keep_name",
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    func="""
        INSERT INTO crm_deletedname ("table", row_id, name) VALUES (TG_TABLE_NAME, OLD.id, OLD.name)
            ON CONFLICT DO NOTHING;
        RETURN NULL;
    """,
)


class ReferenceItem(models.Model):
    """A named choice in an order that the managers set; archived, it stays where it is used but is offered no more."""

    name = models.CharField(_("name"), max_length=100)
    sort_order = models.PositiveIntegerField(_("sorting order"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)
    name_sort = sort_key("name")

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["sort_order", "name_sort", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("name"), name="%(class)s_name_unique"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [KEEP_NAME]

    def __str__(self) -> str:
        return self.name


class ColouredItem(ReferenceItem):
    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.GRAY)

    class Meta(ReferenceItem.Meta):
        abstract = True


class LeadStatus(ColouredItem):
    """A stage of the funnel. Rules and reports read its three marks, never its name."""

    is_closed = models.BooleanField(_("Closed"), default=False)
    is_lost = models.BooleanField(_("Lost"), default=False)
    is_won = models.BooleanField(_("Won"), default=False)
    stuck_after_days = models.PositiveSmallIntegerField(_("stuck after (days)"), null=True, blank=True)
    needs_order = models.BooleanField(_("needs an order"), default=False)

    class Meta(ColouredItem.Meta):
        verbose_name = _("lead status")
        verbose_name_plural = _("lead statuses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *ReferenceItem.Meta.constraints,
            models.UniqueConstraint(fields=["is_lost"], condition=Q(is_lost=True), name="leadstatus_one_lost"),
            models.CheckConstraint(condition=Q(is_lost=False) | Q(is_closed=True), name="leadstatus_lost_is_closed"),
            models.CheckConstraint(
                condition=Q(is_won=False) | Q(is_closed=True, is_lost=False), name="leadstatus_won_is_closed_not_lost"
            ),
        ]


class LeadType(ReferenceItem):
    """A kind of lead; it may list the statuses its leads can have (an empty list allows all)."""

    statuses = models.ManyToManyField(
        LeadStatus, verbose_name=_("allowed statuses"), through="LeadTypeStatus", related_name="types"
    )

    class Meta(ReferenceItem.Meta):
        verbose_name = _("lead type")
        verbose_name_plural = _("lead types")


class LeadTypeStatus(models.Model):
    """A tick in the type ↔ status matrix."""

    type = models.ForeignKey(LeadType, on_delete=models.CASCADE, related_name="ticks")
    status = models.ForeignKey(LeadStatus, on_delete=models.CASCADE, related_name="ticks")

    class Meta:
        verbose_name = _("allowed status of a type")
        verbose_name_plural = _("allowed statuses of types")
        constraints = [models.UniqueConstraint(fields=["type", "status"], name="leadtypestatus_unique")]
        triggers = [
            # Against the share lock that the status rule takes: see leads/triggers.py. The row is written too, so that
            # a transaction with an older snapshot (REPEATABLE READ) fails instead of judging by the old matrix.
            pgtrigger.Trigger(
                name="lock_type",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    PERFORM 1 FROM crm_leadtype WHERE id IN (OLD.type_id, NEW.type_id) ORDER BY id FOR UPDATE;
                    UPDATE crm_leadtype SET sort_order = sort_order WHERE id IN (OLD.type_id, NEW.type_id);
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} – {self.status}"


class LeadPriority(ColouredItem):
    class Meta(ColouredItem.Meta):
        verbose_name = _("lead priority")
        verbose_name_plural = _("lead priorities")


class LeadTag(ColouredItem):
    class Meta(ColouredItem.Meta):
        verbose_name = _("lead tag")
        verbose_name_plural = pgettext_lazy("reference data", "lead tags")


class LostReason(ReferenceItem):
    class Meta(ReferenceItem.Meta):
        verbose_name = _("lost reason")
        verbose_name_plural = _("lost reasons")


class Campaign(ReferenceItem):
    class Meta(ReferenceItem.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")


class Medium(ReferenceItem):
    class Meta(ReferenceItem.Meta):
        verbose_name = _("medium")
        verbose_name_plural = _("media")


class Source(ReferenceItem):
    class Meta(ReferenceItem.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")


class Position(ReferenceItem):
    class Meta(ReferenceItem.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")


class ActivityIcon(models.TextChoices):
    """The icons to choose from, by their names in Tabler's set."""

    PHONE = "phone", _("Phone")
    MAIL = "mail", _("Envelope")
    USERS = "users", _("People")
    CHECKBOX = "checkbox", _("Tick")
    CALENDAR = "calendar-event", _("Calendar")
    MESSAGE = "message-circle", _("Message")
    VIDEO = "video", _("Camera")
    PRESENTATION = "presentation", _("Presentation")
    FILE = "file-text", _("Document")
    TRUCK = "truck", _("Delivery")
    TOOL = "tool", _("Tool")
    STAR = "star", _("Star")


class ActivityType(ColouredItem):
    """What somebody is going to do: a call, an e-mail, a meeting, a task."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        EMAIL = "email", pgettext_lazy("kind of activity", "E-mail")
        MEETING = "meeting", _("Meeting")
        TASK = "task", _("Task")

    kind = models.CharField(_("kind of activity"), max_length=7, choices=Kind, default=Kind.TASK)
    icon = models.CharField(_("icon"), max_length=14, choices=ActivityIcon, default=ActivityIcon.CHECKBOX)

    class Meta(ColouredItem.Meta):
        verbose_name = _("activity type")
        verbose_name_plural = _("activity types")
