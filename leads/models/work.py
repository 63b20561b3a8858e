"""Work that a user starts and a worker does in the background, with its progress in a row that the user sees."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STALE_AFTER = timedelta(seconds=20)


class Work(models.Model):
    """The state of a piece of work; see leads/background.py.

    A worker claims it with a conditional UPDATE (`claim`) and renews the claim with every chunk (`heartbeat`).
    """

    class State(models.TextChoices):
        IDLE = "idle", _("to be set up")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    state = models.CharField(_("state"), max_length=9, choices=State, default=State.IDLE)
    error = models.TextField(_("what went wrong"), blank=True)
    cancel_requested = models.BooleanField(default=False)
    claim = models.UUIDField(null=True, editable=False)
    heartbeat = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        abstract = True

    @property
    def is_busy(self) -> bool:
        """A worker has it, or will."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_stalled(self) -> bool:
        """Its worker has not been heard of for so long that another one may take over."""
        return self.state == self.State.RUNNING and (
            self.heartbeat is None or self.heartbeat < timezone.now() - STALE_AFTER
        )

    @property
    def total(self) -> int:
        """How many rows there are to deal with."""
        raise NotImplementedError

    @property
    def done(self) -> int:
        """How many of them are dealt with."""
        raise NotImplementedError

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def rows_per_second(self) -> int:
        """The speed so far, or on the whole when it is over."""
        if self.started_at is None:
            return 0
        seconds = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return round(self.done / seconds) if seconds > 0 else 0
