"""All reads of saved reports. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from crm.models import User

if TYPE_CHECKING:
    from reports.models import SavedReport  # noqa: F401 - the type of the rows


class SavedReportQuerySet(models.QuerySet["SavedReport"]):
    def visible_to(self, user: User) -> "SavedReportQuerySet":
        """The reports of `user`, and those that others share."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")
