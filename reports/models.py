"""Saved reports: the only table of the app."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models import User
from reports.querysets import SavedReportQuerySet


class SavedReport(models.Model):
    """A report as somebody has set it up. Who opens a shared one sees in it the figures of leads they may see.

    `query` is the filter and what else the page of its kind shows, as they stand in its address.
    """

    class Kind(models.TextChoices):
        """On which page it opens."""

        PIVOT = "pivot", _("Report")
        FUNNEL = "funnel", _("Funnel")

    owner = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.CASCADE, related_name="saved_reports")
    name = models.CharField(_("name"), max_length=60)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PIVOT, db_default=Kind.PIVOT)
    query = models.TextField(_("report"), blank=True)

    objects = SavedReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        permissions = [("manage_shared_reports", _("Can change shared reports of others"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("owner", Lower("name"), name="savedreport_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
