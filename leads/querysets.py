"""All reads of leads. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from leads.models import Lead


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User) -> "LeadQuerySet":
        """The leads that exist for `user` (an active, signed-in one; nothing for anybody else)."""
        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        return self.filter(visible_leads(user))

    def open(self) -> "LeadQuerySet":
        return self.filter(is_closed=False)

    def closed(self) -> "LeadQuerySet":
        return self.filter(is_closed=True)
