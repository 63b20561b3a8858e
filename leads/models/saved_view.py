"""Saved views: a filter with columns, sort and kind under a name, and what each user does with them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models import User
from leads.querysets_views import SavedViewQuerySet


class SavedView(models.Model):
    """The list or the board as somebody has set it up. Who opens a shared one sees in it what they may see.

    `query` is the filter as it stands in an address; `columns` and `sort` are those of the list.
    """

    class Kind(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Kanban")

    owner = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.LIST)
    query = models.TextField(_("filter"), blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    sort = models.CharField(_("order"), max_length=40, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        permissions = [("manage_shared_views", _("Can change shared views of others"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("owner", Lower("name"), name="savedview_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedViewChoice(models.Model):
    """What one user does with a view: pinned as a tab, at its place among them, or opened first."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_view_choices")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="choices")
    is_pinned = models.BooleanField(_("pinned as a tab"), default=False)
    is_default = models.BooleanField(_("default"), default=False)
    place = models.PositiveIntegerField(_("place"), default=0)

    class Meta:
        verbose_name = _("choice of a saved view")
        verbose_name_plural = _("choices of saved views")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "view"], name="savedviewchoice_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="savedviewchoice_one_default"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
