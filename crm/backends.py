"""Who somebody is and what they may do."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Count, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from crm.models import Notification, User


class Backend(AuthenticationBackend):
    """allauth's backend, with all permissions of a user (own and of groups) in one query instead of two, and with the
    number of the bell, which every page shows.
    """

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, with `unread_notifications`; None when they may not sign in any more."""
        unread = Notification.objects.shown_to(OuterRef("pk")).unread().order_by().values("user")
        counted = Subquery(unread.annotate(count=Count("pk")).values("count"))
        user = User.objects.annotate(unread=Coalesce(counted, 0)).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.unread_notifications = user.unread
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
            of_groups = Group.permissions.through.objects.filter(group__user=user_obj).values("permission")
            own = User.user_permissions.through.objects.filter(user=user_obj).values("permission")
            granted = Permission.objects.filter(Q(pk__in=of_groups) | Q(pk__in=own)).order_by()
            pairs = granted.values_list("content_type__app_label", "codename")
            cached = {f"{label}.{codename}" for label, codename in pairs}
            user_obj._perm_cache = cached  # type: ignore[attr-defined]
        return cached
