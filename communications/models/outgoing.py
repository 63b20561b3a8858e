"""E-mails on their way out: one row a message, which says how far it is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communications.models.accounts import Problem
from communications.models.messages import Message
from communications.querysets_outgoing import OutgoingMailQuerySet
from crm.models import User


class OutgoingMail(models.Model):
    """Where a message that was written here stands. The message itself never changes: it is sent as it is stored.

    One worker claims it (`claim`, WAITING → SENDING), sends, and records. When it died in between, nobody knows whether
    the message went out: UNKNOWN, until a user decides (`settled_by`). `due_at` is the next attempt of a waiting one.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        UNKNOWN = "unknown", _("unknown")

    class Refusal(models.TextChoices):
        """Why it did not go out, beside what a connection may suffer (communications.models.Problem)."""

        SENDER = "sender", _("sender refused")
        RECIPIENT = "recipient", _("recipient refused")
        CONTENT = "content", _("message refused")
        ACCOUNT = "account", _("account switched off")
        LOST = "lost", _("original is missing")
        INTERRUPTED = "interrupted", _("interrupted")

    message = models.OneToOneField(Message, verbose_name=_("e-mail"), on_delete=models.CASCADE, related_name="outgoing")
    by = models.ForeignKey(User, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="outgoing_mails")
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    claim = models.UUIDField(null=True, editable=False)
    problem = models.CharField(
        _("last error"), max_length=12, choices=[*Problem.choices, *Refusal.choices], blank=True, default=Problem.NONE
    )
    details = models.CharField(_("what the server said"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("decided"), null=True)
    settled_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent e-mail")
        verbose_name_plural = _("sent e-mails")
        indexes: ClassVar[list[models.Index]] = [
            models.Index("due_at", name="outgoing_due", condition=Q(state__in=["waiting", "sending"])),
        ]

    def __str__(self) -> str:
        return f"{self.message}: {self.state}"

    @property
    def is_moving(self) -> bool:
        """Whether it will change by itself soon."""
        return self.state in (self.State.WAITING, self.State.SENDING)

    @property
    def is_retried(self) -> bool:
        """Whether an attempt failed and another one is to come."""
        return self.state == self.State.WAITING and self.tries > 0
