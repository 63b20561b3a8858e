"""Who may manage whom: administrators everyone, managers the sales people of their own team."""

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.models import User
from crm.roles import ADMINISTRATOR, MANAGER, ROLES, SALES
from crm.visibility import may


def may_manage_users(by: User) -> bool:
    """Whether `by` has a page of users at all."""
    return by.has_perm("crm.change_user") or by.has_perm("crm.manage_own_team")


def listed_users(by: User) -> QuerySet[User]:
    """The users on the page of `by`: all for administrators, those of the own team for managers."""
    users = User.objects.select_related("team").prefetch_related("groups")
    if by.has_perm("crm.change_user"):
        return users
    if by.has_perm("crm.manage_own_team") and by.team_id is not None:
        return users.filter(team_id=by.team_id)
    return users.none()


def manageable_users(by: User) -> QuerySet[User]:
    """Those of `listed_users` whom `by` may change: for managers, the sales people of the team and nobody above."""
    users = listed_users(by)
    if by.has_perm("crm.change_user"):
        return users
    above = Group.objects.filter(user=OuterRef("pk"), name__in=[MANAGER, ADMINISTRATOR])
    return users.exclude(Q(is_superuser=True) | Exists(above)).exclude(pk=by.pk)


def assignable_roles(by: User) -> list[str]:
    """The roles that `by` may give, by the names of their groups."""
    return list(ROLES) if by.has_perm("crm.change_user") else [SALES]


def role_of(user: User) -> str:
    """The highest role of `user`, by the name of its group; "" without one."""
    names = {group.name for group in user.groups.all()}
    return next((role for role in (ADMINISTRATOR, MANAGER, SALES) if role in names), "")


def administrators() -> QuerySet[User]:
    """Those who can administer now."""
    return User.objects.filter(Q(groups__name=ADMINISTRATOR) | Q(is_superuser=True), is_active=True).distinct()


def users_with(permission: str) -> QuerySet[User]:
    """The active users who have `permission` (`app.codename`), of their own or through a group."""
    return User.objects.filter(may(permission), is_active=True)
