"""Bulk changes: one action on many leads, what became of each of them, and the way back."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User
from leads.models.work import Work
from leads.querysets_bulk import BulkRunQuerySet


class BulkRun(Work):
    """One action on the leads that were selected when it began.

    `values` are what they shall get, references by ID. `stage` tells the change from its undo.
    """

    class Action(models.TextChoices):
        SALES_PERSON = "sales_person", _("Sales person")
        STATUS = "status", _("Lead status")
        TYPE = "type", _("Lead type")
        PRIORITY = "priority", _("Lead priority")
        ADD_TAGS = "add_tags", _("Add tags")
        REMOVE_TAGS = "remove_tags", _("Remove tags")
        LOSE = "lose", _("Lost")
        DELETE = "delete", _("Delete")

    class Stage(models.TextChoices):
        CHANGE = "change", _("Change")
        UNDO = "undo", _("Undo")

    owner = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.CASCADE, related_name="bulk_runs")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    action = models.CharField(_("action"), max_length=12, choices=Action)
    values = models.JSONField(_("new values"), default=dict)
    stage = models.CharField(_("step"), max_length=6, choices=Stage, default=Stage.CHANGE)

    rows_total = models.PositiveIntegerField(_("leads"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    undone_count = models.PositiveIntegerField(_("undone"), default=0)
    kept_count = models.PositiveIntegerField(_("kept"), default=0)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index("state", name="bulkrun_by_state")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.rows_total}"

    @property
    def total(self) -> int:
        return self.changed_count if self.stage == self.Stage.UNDO else self.rows_total

    @property
    def done(self) -> int:
        if self.stage == self.Stage.UNDO:
            return self.undone_count + self.kept_count
        return self.changed_count + self.unchanged_count + self.refused_count

    @property
    def deletes(self) -> bool:
        return self.action == self.Action.DELETE


class BulkRow(models.Model):
    """One lead of a bulk change, by its ID: the lead itself may be gone.

    `version` is the lead's after the change: one that has another was edited since. `old_values` are what an undo gives
    back, references by ID. `label` names a lead that its owner could see then.
    """

    class Result(models.TextChoices):
        WAITING = "", ""
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")

    class Undone(models.TextChoices):
        NO = "", ""
        DONE = "done", _("undone")
        KEPT = "kept", _("kept")

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    lead_id = models.BigIntegerField(_("ID"))
    result = models.CharField(_("result"), max_length=9, choices=Result, blank=True, db_default=Result.WAITING)
    undone = models.CharField(max_length=4, choices=Undone, blank=True, db_default=Undone.NO)
    reason = models.CharField(max_length=500, blank=True, db_default="")
    label = models.CharField(max_length=220, blank=True, db_default="")
    version = models.PositiveIntegerField(null=True)
    old_values = models.JSONField(null=True)

    class Meta:
        verbose_name = _("lead of a bulk change")
        verbose_name_plural = _("leads of bulk changes")
        ordering: ClassVar[list[str]] = ["lead_id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("run", "result", "undone", "lead_id", name="bulkrow_by_result"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "lead_id"], name="bulkrow_lead_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.lead_id} {self.result}"
