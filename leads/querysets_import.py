"""All reads of imports. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models

from crm.models import User

if TYPE_CHECKING:
    from leads.models import ImportRun  # noqa: F401 - the type of the rows


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> "ImportRunQuerySet":
        """The runs of `user`; those who may see all imports (administrators) see the runs of everybody."""
        if not user.is_active or not user.has_perm("leads.run_import"):
            return self.none()
        return self if user.has_perm("leads.view_all_imports") else self.filter(owner=user)
