"""How allauth serves Lejek: nobody signs up by themselves, mail goes out by the worker in the user's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation

from crm.models import User
from crm.tasks import send_account_mail_task

SILENT = ("logged_in.txt", "logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only (crm.services.invitations)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """No toast for signing in and out: the page says it by itself."""
        if not (message_template or "").endswith(SILENT):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render a mail in the language of whom it goes to, and hand it to the worker."""
        user = User.objects.filter(email__iexact=email).only("language").first()
        with translation.override(user.language if user else settings.LANGUAGE_CODE):
            message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        transaction.on_commit(lambda: send_account_mail_task.delay(message.subject, message.body, message.to))
