"""What a view knows for sure about its request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.models import User


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view behind the login (crm.middleware.LoginRequiredMiddleware sees to it)."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
