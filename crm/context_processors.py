"""What every page knows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.current import system_settings
from crm.models import Theme
from crm.navigation import navigation


def layout(request: HttpRequest) -> dict[str, Any]:
    """The navigation, the theme and the system's settings. Each costs only where a template asks for it."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "navigation": SimpleLazyObject(lambda: navigation(user, request.path) if signed_in else ()),
        "theme": user.theme if signed_in else Theme.SYSTEM,
        "themes": Theme.choices,
        "system": SimpleLazyObject(system_settings),
    }
