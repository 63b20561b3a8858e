"""What every page knows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.current import system_settings
from crm.live.log import place_of_now
from crm.models import Theme, User
from crm.navigation import navigation
from crm.shortcuts import ways_of


def layout(request: HttpRequest) -> dict[str, Any]:
    """The navigation, the theme and the system's settings. Each costs only where a template asks for it."""
    asking = getattr(request, "user", None)
    user = asking if isinstance(asking, User) else None
    return {
        "navigation": SimpleLazyObject(lambda: navigation(user, request.path) if user else ()),
        "theme": user.theme if user else Theme.SYSTEM,
        "themes": Theme.choices,
        "system": SimpleLazyObject(system_settings),
        "ways": SimpleLazyObject(lambda: ways_of(user) if user else []),
        "live_since": place_of_now(),
    }
