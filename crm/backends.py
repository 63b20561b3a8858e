"""Who somebody is and what they may do."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.models import Notification, User

ANYBODY = -1  # where the ID of a user comes into the statement


class Backend(AuthenticationBackend):
    """allauth's backend, with a user, their permissions (own and of groups) and the number of the bell in one query:
    every page asks for them.
    """

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, with `unread_notifications`; None when they may not sign in any more."""
        sql, parameters = _statement()
        own_parameters = [user_id if value == ANYBODY else value for value in parameters]
        user = next(iter(User.objects.raw(sql, own_parameters)), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.unread_notifications = user.unread  # type: ignore[attr-defined]
        if not user.is_superuser:
            user._perm_cache = _named({*user.of_groups, *user.own})  # type: ignore[attr-defined]
        return user

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """The permissions as `app.codename`; they are asked for once a request."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            everything: set[str] = super().get_all_permissions(user_obj, obj)
            return everything
        cached: set[str] | None = getattr(user_obj, "_perm_cache", None)
        if cached is None:
            of_groups, own = _granted(user_obj.pk)
            cached = _named(set(of_groups.union(own)))
            user_obj._perm_cache = cached  # type: ignore[attr-defined]
        return cached


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The query of a session's user, written by the ORM once: building it cost each page more than asking it."""
    unread = Notification.objects.shown_to(ANYBODY).unread().order_by().values("user")
    counted = Subquery(unread.annotate(count=Count("pk")).values("count"))
    of_groups, own = (ArraySubquery(granted) for granted in _granted(ANYBODY))
    users = User.objects.order_by().annotate(unread=Coalesce(counted, 0), of_groups=of_groups, own=own)
    return users.filter(pk=ANYBODY).query.sql_with_params()


def _granted(user_id: int) -> "tuple[QuerySet[Any, int], QuerySet[Any, int]]":
    """The IDs of the permissions of a user's groups, and of their own."""
    groups = User.groups.through.objects.filter(user=user_id).values("group")
    of_groups = Group.permissions.through.objects.filter(group__in=groups).order_by()
    own = User.user_permissions.through.objects.filter(user=user_id).order_by()
    return of_groups.values_list("permission", flat=True), own.values_list("permission", flat=True)


def _named(ids: set[int]) -> set[str]:
    """Permissions as `app.codename`."""
    if not ids <= _names().keys():
        _names.cache_clear()
    return {name for pk, name in _names().items() if pk in ids}


@cache
def _names() -> dict[int, str]:
    """All permissions, by ID. Only migrations make them, so a process reads them once, and anew when it meets another
    one: joined in the query of each page, they were most of its planning.
    """
    rows = Permission.objects.order_by().values_list("pk", "content_type__app_label", "codename")
    return {pk: f"{label}.{codename}" for pk, label, codename in rows}
