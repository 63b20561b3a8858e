"""Who somebody is and what they may do."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Model

from crm.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, with all permissions of a user (own and of groups) in one query instead of two."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """The permissions as `app.codename`; they are asked for once a request."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            found: set[str] = super().get_all_permissions(user_obj, obj)
            return found
        if not hasattr(user_obj, "_perm_cache"):
            names = Permission.objects.order_by().values_list("content_type__app_label", "codename")
            pairs = names.filter(user=user_obj).union(names.filter(group__user=user_obj))
            user_obj._perm_cache = {f"{label}.{codename}" for label, codename in pairs}
        return user_obj._perm_cache  # type: ignore[no-any-return]
