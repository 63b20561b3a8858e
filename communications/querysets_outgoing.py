"""All reads of e-mails on their way out. `visible_to` is the only door: they are as visible as their message."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from crm.models import User

if TYPE_CHECKING:
    from communications.models import OutgoingMail  # noqa: F401 - the type of the rows


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: User) -> "OutgoingMailQuerySet":
        """Those whose message exists for `user`."""
        from communications.models import Message

        return self.filter(message__in=Message.objects.visible_to(user).order_by())

    def due(self) -> "OutgoingMailQuerySet":
        """Those that should be sent by now, the oldest first."""
        return self.filter(state="waiting", due_at__lte=timezone.now()).order_by("due_at")

    def under_way(self) -> "OutgoingMailQuerySet":
        """Those that a worker has claimed and not settled."""
        return self.filter(state="sending")
