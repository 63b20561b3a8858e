"""Calls, and their recordings."""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communications.querysets_calls import CallQuerySet
from communications.telephony import events
from communications.telephony.problems import explain
from crm.models import User
from leads.models import Lead

if TYPE_CHECKING:
    from communications.models.telephony import TelephonyAccount

# A call of which the end was never told is over all the same.
LONGEST_RINGING = timedelta(minutes=10)
LONGEST_TALK = timedelta(hours=6)


def recording_place(instance: "CallRecording", name: str) -> str:
    """A place in the storage that tells nothing and that nobody guesses."""
    return f"calls/{timezone.now():%Y/%m}/{get_random_string(32)}"


class Call(models.Model):
    """One call. Its facts are what its events tell together (communications.services.calls writes them); `number` is
    the other side's, as it was told and in E.164 ("" when it is hidden or none).

    `people` are the IDs of the users whose call it is: who answered, else everybody whose phone rang. `employee` is the
    one of them, when there is just one. It is linked to a lead, or ignored, or waits to be processed.
    """

    class Direction(models.TextChoices):
        IN = events.Direction.IN, pgettext_lazy("call", "incoming")
        OUT = events.Direction.OUT, pgettext_lazy("call", "outgoing")

    class Result(models.TextChoices):
        RINGING = events.Result.RINGING, _("ringing")
        TALKING = events.Result.TALKING, _("in progress")
        ANSWERED = events.Result.ANSWERED, pgettext_lazy("call", "answered")
        NO_ANSWER = events.Result.NO_ANSWER, _("not answered")
        BUSY = events.Result.BUSY, pgettext_lazy("call", "busy")
        CANCELLED = events.Result.CANCELLED, pgettext_lazy("call", "hung up before the answer")
        FAILED = events.Result.FAILED, pgettext_lazy("call", "not connected")

    account: "models.ForeignKey[TelephonyAccount, TelephonyAccount]" = models.ForeignKey(
        "communications.TelephonyAccount",
        verbose_name=_("telephony"),
        on_delete=models.PROTECT,
        related_name="calls",
        db_index=False,
    )
    external_id = models.CharField(max_length=200)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    started_at = models.DateTimeField(_("time"))
    caller = models.CharField(_("caller"), max_length=50, blank=True)
    recipient = models.CharField(_("recipient"), max_length=50, blank=True)
    number = models.CharField(_("number"), max_length=50, blank=True)
    number_e164 = models.CharField(max_length=16, blank=True)
    extensions = ArrayField(models.CharField(max_length=50), verbose_name=_("internal numbers"), default=list)
    employee = models.ForeignKey(
        User, verbose_name=_("employee"), null=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    people = ArrayField(models.BigIntegerField(), default=list)
    duration = models.PositiveIntegerField(_("duration"), null=True)
    result = models.CharField(_("result"), max_length=9, choices=Result, default=Result.RINGING)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    # Anonymised: later notifications change it no more.
    is_erased = models.BooleanField(db_default=False, editable=False)

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), null=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    linked_at = models.DateTimeField(_("linked"), null=True)
    linked_by = models.ForeignKey(
        User, verbose_name=_("linked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    ignored_at = models.DateTimeField(_("ignored"), null=True)
    ignored_by = models.ForeignKey(
        User, verbose_name=_("ignored by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering: ClassVar[list[str]] = ["-started_at", "-pk"]
        permissions = [("process_call", _("Can link calls to leads and ignore them"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "external_id"], name="call_once"),
            models.CheckConstraint(
                condition=Q(lead__isnull=True) | Q(ignored_at__isnull=True), name="call_linked_or_ignored"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("started_at").desc(), F("id").desc(), name="call_by_time"),
            models.Index(
                F("started_at").desc(),
                F("id").desc(),
                name="call_to_process",
                condition=Q(lead__isnull=True, ignored_at__isnull=True),
            ),
            models.Index("lead", "started_at", name="call_by_lead", condition=Q(lead__isnull=False)),
            models.Index("number_e164", "started_at", name="call_by_number", condition=~Q(number_e164="")),
            models.Index("employee", name="call_by_employee", condition=Q(employee__isnull=False)),
            models.Index("ignored_at", "id", name="call_ignored", condition=Q(ignored_at__isnull=False)),
            GinIndex(fields=["people"], name="call_by_people"),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id

    @property
    def is_incoming(self) -> bool:
        return self.direction == self.Direction.IN

    @property
    def is_going_on(self) -> bool:
        """Ringing or talking now, as far as is known."""
        age = timezone.now() - self.started_at
        if self.result == self.Result.RINGING:
            return age < LONGEST_RINGING
        return self.result == self.Result.TALKING and age < LONGEST_TALK

    @property
    def is_unfinished(self) -> bool:
        """Its end was never told."""
        return self.result in (self.Result.RINGING, self.Result.TALKING) and not self.is_going_on

    @property
    def is_missed(self) -> bool:
        """A customer called, and nobody answered; the same rule as `CallQuerySet.missed`."""
        return self.is_incoming and self.result in UNANSWERED

    @property
    def needs_processing(self) -> bool:
        """Gotowy, for one call; the same rule as `CallQuerySet.to_process`."""
        return self.lead_id is None and self.ignored_at is None

    @property
    def length(self) -> timedelta | None:
        """How long they talked."""
        return timedelta(seconds=self.duration) if self.duration is not None else None


UNANSWERED = (Call.Result.NO_ANSWER, Call.Result.BUSY, Call.Result.CANCELLED, Call.Result.FAILED)


class CallRecording(models.Model):
    """The recording of a call: where it comes from (`source`, as the provider names it), and its file once fetched."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("recording", "being fetched")
        STORED = "stored", pgettext_lazy("recording", "there")
        FAILED = "failed", pgettext_lazy("recording", "not fetched")

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="recording")
    source = models.CharField(max_length=2000)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    file = models.FileField(_("file"), upload_to=recording_place, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    content_type = models.CharField(_("content type"), max_length=50, blank=True)
    problem = models.CharField(_("last error"), max_length=12, blank=True)  # CallProblem
    details = models.CharField(_("what it is about"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When a worker may take it: a claim puts it into the future, so that a killed worker's one is taken again.
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recording of a call")
        verbose_name_plural = _("recordings of calls")
        indexes: ClassVar[list[models.Index]] = [
            models.Index("next_at", name="callrecording_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.state}"

    @property
    def error(self) -> str:
        """Why it could not be fetched, in the language of now; "" when nothing went wrong."""
        return explain(self.problem, self.details)
