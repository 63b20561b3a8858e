"""Writes of teams."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import InUse, RuleError
from crm.models import Team


def save_team(*, team: Team | None, name: str) -> Team:
    """Store a new team (`team` None) or rename one. Raises RuleError when another one has the name."""
    team = team or Team()
    team.name = name
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise RuleError(_("There is a team of this name already."), field="name") from error
    return team


@transaction.atomic
def delete_team(*, team: Team) -> None:
    """Delete a team without members. Raises InUse when there are some, active or not."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    members = team.members.count()
    if members:
        raise InUse(_("This team has members. Move them to another team first."), uses={"users": members})
    team.delete()
