"""All reads of saved views. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import BooleanField, F, FilteredRelation, Q, Value
from django.db.models.functions import Coalesce

from crm.models import User

if TYPE_CHECKING:
    from leads.models import SavedView  # noqa: F401 - the type of the rows


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """The views of `user`, and those that others share."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def chosen_by(self, user: User) -> "SavedViewQuerySet":
        """With what `user` does with each: `is_pinned`, `is_default`, its `place`. Tabs in their order come first."""
        no = Value(False, output_field=BooleanField())
        return (
            self.select_related("owner")
            .annotate(mine=FilteredRelation("choices", condition=Q(choices__user=user)))
            .annotate(
                is_pinned=Coalesce(F("mine__is_pinned"), no),
                is_default=Coalesce(F("mine__is_default"), no),
                place=F("mine__place"),
            )
            .order_by("-is_pinned", "place", "name", "pk")
        )
