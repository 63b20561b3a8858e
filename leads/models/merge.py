"""Merged leads: what became of both, so that the merge can be taken back; and the external IDs that live on."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from leads.models.lead import Lead
from leads.querysets_merge import LeadMergeQuerySet

UNDO_FOR = timedelta(days=30)


class LeadMerge(models.Model):
    """Two leads made one. The loser's row is gone from the leads and stands here, with all that did not move.

    Rows are kept as PostgreSQL's `to_jsonb` writes them. `moved` tells, by model and field, which rows refer to the
    survivor since; `set_aside` holds, by model, those that could not or should not move; `taggings_*` are the
    survivor's tags, `logged` the steps in its status log that the merge made. `report` is what the undo could not
    give back. The IDs of the leads are plain numbers: either lead may be gone.
    """

    survivor_id = models.BigIntegerField()
    loser_id = models.BigIntegerField()
    loser_name = models.CharField(max_length=200)
    sales_person = models.ForeignKey(
        User, verbose_name=_("sales person"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+")
    merged_at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    loser_row = models.JSONField()
    survivor_before = models.JSONField()
    survivor_after = models.JSONField(default=dict)
    taggings_before = models.JSONField(default=list)
    taggings_after = models.JSONField(default=list)
    moved = models.JSONField(default=list)
    set_aside = models.JSONField(default=dict)
    logged = models.JSONField(default=list)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    report = models.JSONField(default=dict)

    objects = LeadMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of leads")
        verbose_name_plural = _("merges of leads")
        ordering: ClassVar[list[str]] = ["-id"]
        permissions = [("review_duplicates", _("Reviews suspected duplicates and undoes merges of others"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["loser_id"], condition=Q(undone_at=None), name="leadmerge_loser_once"),
            models.CheckConstraint(condition=~Q(survivor_id=models.F("loser_id")), name="leadmerge_two_leads"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("survivor_id", "id", name="leadmerge_by_survivor"),
            models.Index("loser_id", "id", name="leadmerge_by_loser"),
        ]

    def __str__(self) -> str:
        return f"{self.loser_number} → {self.survivor_number}"

    @property
    def loser_number(self) -> str:
        """The loser's ID as people read it."""
        return f"{self.loser_id:06d}"

    @property
    def survivor_number(self) -> str:
        """The survivor's ID as people read it."""
        return f"{self.survivor_id:06d}"

    @property
    def undo_until(self) -> datetime:
        """The end of the time in which it can be undone."""
        return self.merged_at + UNDO_FOR

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None

    @property
    def can_be_undone(self) -> bool:
        """As far as the merge itself tells: not undone yet, not too old, and nobody's data in it anonymised."""
        return not self.is_undone and bool(self.loser_row) and timezone.now() <= self.undo_until


class LeadAlias(models.Model):
    """An external ID that a lead has from one merged into it: an import that names it means this lead."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="aliases")
    external_id = models.CharField(_("external ID"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("external ID of a merged lead")
        verbose_name_plural = _("external IDs of merged leads")

    def __str__(self) -> str:
        return f"{self.external_id} → {self.lead_id}"
