"""All reads of bulk changes. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models

from crm.models import User

if TYPE_CHECKING:
    from leads.models import BulkRun  # noqa: F401 - the type of the rows


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    def visible_to(self, user: User) -> "BulkRunQuerySet":
        """The bulk changes of `user`."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(owner=user)
