"""All reads of cases of people. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models

from crm.models import User

if TYPE_CHECKING:
    from leads.models import PersonCase, RetentionRun  # noqa: F401 - the types of the rows


class PersonCaseQuerySet(models.QuerySet["PersonCase"]):
    def visible_to(self, user: User) -> "PersonCaseQuerySet":
        """All of them, for those who look after people's data: who did what must be known to each of them."""
        if not user.is_active or not user.has_perm("leads.manage_personal_data"):
            return self.none()
        return self


class RetentionRunQuerySet(models.QuerySet["RetentionRun"]):
    def visible_to(self, user: User) -> "RetentionRunQuerySet":
        """All of them, for those who look after people's data."""
        if not user.is_active or not user.has_perm("leads.manage_personal_data"):
            return self.none()
        return self
