"""All reads of merges. `visible_to` is the only door."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from leads.models import LeadMerge  # noqa: F401 - the type of the rows


class LeadMergeQuerySet(models.QuerySet["LeadMerge"]):
    def visible_to(self, user: User) -> "LeadMergeQuerySet":
        """The merges of survivors that `user` may see. Where the loser is on its own again, or all that is left, `user`
        must be one who may see it as it was."""
        from leads.models import Lead

        if not user.is_active or not user.has_perm("leads.view_lead"):
            return self.none()
        survivors = Lead.objects.filter(pk=OuterRef("survivor_id"))
        loser_is_seen = visible_leads(user) or ~Q(pk__in=[])  # an empty condition would vanish beside another
        return self.filter(
            (Exists(survivors.visible_to(user)) & (Q(undone_at=None) | loser_is_seen))
            | (~Exists(survivors) & loser_is_seen)
        )

    def standing(self) -> "LeadMergeQuerySet":
        """Those that were not undone."""
        return self.filter(undone_at=None)

    def about(self, lead_id: int) -> "LeadMergeQuerySet":
        """Those in which the lead took part, on either side."""
        return self.filter(Q(survivor_id=lead_id) | Q(loser_id=lead_id))


def survivor_of(lead_id: int) -> int | None:
    """The ID of the lead into which a merged one went, through all later merges; None for one that was not merged."""
    from leads.models import LeadMerge

    found: int | None = None
    while True:
        step = LeadMerge.objects.standing().filter(loser_id=lead_id).values_list("survivor_id", flat=True).first()
        if step is None:
            return found
        found = lead_id = step
