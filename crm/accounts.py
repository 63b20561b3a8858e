"""How allauth serves Lejek: nobody signs up by themselves, mail goes out by the worker in the user's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only (crm.services.users)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """No toast for signing in and out: the page says it by itself."""
        template = kwargs.get("message_template") or (args[0] if args else "") or ""
        if str(template).endswith(("logged_in.txt", "logged_out.txt")):
            return
        super().add_message(request, level, *args, **kwargs)
