"""All reads of comments and files of leads. `visible_to` is the only door: they are as visible as their lead."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from leads.models import Comment, LeadFile  # noqa: F401 - the types of the rows


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> "CommentQuerySet":
        """The comments of the leads that exist for `user`."""
        return self.filter(_of_visible_leads(user))


class LeadFileQuerySet(models.QuerySet["LeadFile"]):
    def visible_to(self, user: User) -> "LeadFileQuerySet":
        """The files of the leads that exist for `user`."""
        return self.filter(_of_visible_leads(user))


def _of_visible_leads(user: User) -> Q:
    if not user.is_active or not user.has_perm("leads.view_lead"):
        return Q(pk__in=())
    return visible_leads(user, prefix="lead__")
