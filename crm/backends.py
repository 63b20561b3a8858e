"""Who somebody is and what they may do."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from crm.models import Notification, User


class Backend(AuthenticationBackend):
    """allauth's backend, with a user, their permissions (own and of groups) and the number of the bell in one query:
    every page asks for them.
    """

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, with `unread_notifications`; None when they may not sign in any more."""
        unread = Notification.objects.shown_to(user_id).unread().order_by().values("user")
        counted = Subquery(unread.annotate(count=Count("pk")).values("count"))
        names = Concat("content_type__app_label", Value("."), "codename")
        granted = ArraySubquery(_granted(user=user_id).values(granted=names))
        known = User.objects.filter(pk=user_id).order_by()
        user = known.annotate(unread=Coalesce(counted, 0), granted=granted).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.unread_notifications = user.unread
        if not user.is_superuser:
            user._perm_cache = set(user.granted)  # type: ignore[attr-defined]
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
            pairs = _granted(user=user_obj).values_list("content_type__app_label", "codename")
            cached = {f"{label}.{codename}" for label, codename in pairs}
            user_obj._perm_cache = cached  # type: ignore[attr-defined]
        return cached


def _granted(*, user: User | int) -> "QuerySet[Permission]":
    """The permissions of a user and of their groups."""
    of_groups = Group.permissions.through.objects.filter(group__user=user).values("permission")
    own = User.user_permissions.through.objects.filter(user=user).values("permission")
    return Permission.objects.filter(Q(pk__in=of_groups) | Q(pk__in=own)).order_by()
