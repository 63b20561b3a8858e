"""Who sees which leads, in one place: every queryset of leads and of what hangs on them asks here."""

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.current import system_settings
from crm.models import User, Visibility


def visibility_of(user: User) -> Visibility:
    """How far `user` sees: all leads, those of the own team, or the own ones; by permission and the settings."""
    if user.has_perm("leads.view_all_leads"):
        return Visibility.ALL
    settings = system_settings()
    if user.has_perm("leads.view_managed_leads"):
        return Visibility(settings.manager_visibility)
    return Visibility(settings.sales_visibility)


def visible_leads(user: User, *, prefix: str = "") -> Q:
    """The condition for leads that `user` may see; `prefix` is the path to the lead (`lead__`).

    A lead with no sales person is everyone's. A user without a team sees what is their own.
    """
    reach = visibility_of(user)
    if reach is Visibility.ALL:
        return Q()
    seen = Q(**{f"{prefix}sales_person": user.pk}) | Q(**{f"{prefix}sales_person__isnull": True})
    if reach is Visibility.TEAM and user.team_id is not None:
        team = User.objects.filter(team_id=user.team_id).values("pk")
        seen |= Q(**{f"{prefix}sales_person__in": team})
    return seen


def seen_owners(user: User) -> frozenset[int | None] | None:
    """The same rule for who has only the sales person of a lead to go by: whose leads `user` may see (None among them:
    those of nobody); None instead of a set means everybody's.
    """
    if not user.is_active or not user.has_perm("leads.view_lead"):
        return frozenset()
    reach = visibility_of(user)
    if reach is Visibility.ALL:
        return None
    seen: set[int | None] = {user.pk, None}
    if reach is Visibility.TEAM and user.team_id is not None:
        seen.update(User.objects.filter(team_id=user.team_id).values_list("pk", flat=True))
    return frozenset(seen)


def viewers_of(owner: User | None) -> QuerySet[User]:
    """The active users who see a lead whose sales person is `owner`: the same rule, asked from the other side."""
    settings = system_settings()
    managing = may("leads.view_managed_leads")
    seeing = (
        may("leads.view_all_leads")
        | (managing & _reached(owner, Visibility(settings.manager_visibility)))
        | (~managing & _reached(owner, Visibility(settings.sales_visibility)))
    )
    return User.objects.filter(seeing & may("leads.view_lead"), is_active=True)


def _reached(owner: User | None, visibility: Visibility) -> Q:
    """The users who, seeing so far, see a lead of `owner`."""
    if owner is None or visibility is Visibility.ALL:
        return Q()
    if visibility is Visibility.TEAM and owner.team_id is not None:
        return Q(pk=owner.pk) | Q(team_id=owner.team_id)
    return Q(pk=owner.pk)


def may(permission: str) -> Q:
    """The users who have `permission`, of their own or through a group."""
    app, codename = permission.split(".")
    given = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return (
        Q(is_superuser=True)
        | Q(Exists(given.filter(group__user=OuterRef("pk"))))
        | Q(Exists(given.filter(user=OuterRef("pk"))))
    )
