"""Who sees which leads, in one place: every queryset of leads and of what hangs on them asks here."""

from django.db.models import Q

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
