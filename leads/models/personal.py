"""People's data (GDPR): who looked for whom, gave out or anonymised it, and for how long things are kept."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import User
from leads.models.work import Work
from leads.personal.identity import Identity, Match
from leads.querysets_personal import PersonCaseQuerySet, RetentionRunQuerySet


class PersonCase(Work):
    """One person looked for, by phones (E.164), e-mails (small letters) and names; then given out, or anonymised.

    `place` is where a worker goes on. Once the person is anonymised, whom it was about is forgotten here too: who did
    it, when, and to how many rows of which kind (`counts`) stays, as art. 5(2) GDPR wants it.
    """

    class Stage(models.TextChoices):
        SEARCH = "search", pgettext_lazy("case of a person", "Search")
        EXPORT = "export", pgettext_lazy("case of a person", "Export")
        ERASE = "erase", _("Anonymisation")

    owner = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    phones = models.JSONField(_("phones"), default=list)
    emails = models.JSONField(_("e-mails"), default=list)
    names = models.JSONField(_("names"), default=list)
    stage = models.CharField(_("step"), max_length=6, choices=Stage, default=Stage.SEARCH)
    place = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    file = models.FileField(_("file"), upload_to="people/", max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(_("size"), default=0)
    exported_at = models.DateTimeField(_("given out"), null=True)
    exported_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(_("file kept until"), null=True)
    erased_at = models.DateTimeField(_("anonymised"), null=True)
    erased_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = PersonCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of a person")
        verbose_name_plural = _("cases of people")
        ordering: ClassVar[list[str]] = ["-id"]
        permissions = [
            ("manage_personal_data", _("Can export and anonymise people's data, and set how long it is kept"))
        ]

    def __str__(self) -> str:
        return str(self.identity)

    @property
    def identity(self) -> Identity:
        """Whom it is about; nobody once they are anonymised."""
        return Identity(tuple(self.phones), tuple(self.emails), tuple(self.names))

    @property
    def total(self) -> int:
        return self.rows_total

    @property
    def done(self) -> int:
        return self.rows_done

    @property
    def is_searched(self) -> bool:
        """What was found is complete, and can be given out or anonymised."""
        return self.stage != self.Stage.SEARCH or self.state == self.State.DONE

    @property
    def has_file(self) -> bool:
        """The file can be saved."""
        return bool(self.file) and self.expires_at is not None and timezone.now() < self.expires_at


class PersonRow(models.Model):
    """A row that was found. It is the person's (`is_own`), or only mentions them. `is_chosen`: it is given out and
    anonymised; a row found by the name alone is not chosen until somebody ticks it. `is_done`: it is anonymised.
    """

    case = models.ForeignKey(PersonCase, on_delete=models.CASCADE, related_name="rows", db_index=False)
    model = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    match = models.CharField(max_length=5, choices=Match)
    is_own = models.BooleanField()
    is_chosen = models.BooleanField()
    is_done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("found row")
        verbose_name_plural = _("found rows")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "model", "row_id"], name="personrow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}"


class RetentionRule(models.Model):
    """For how many months one kind of data is kept (leads.personal.retention); no row or no months: for ever."""

    kind = models.CharField(max_length=20, unique=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(months__isnull=True) | Q(months__gte=1), name="retentionrule_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.months}"


class RetentionRun(Work):
    """What was older than `before` and has gone, of one kind: the log of retention. `by` is None for the daily run."""

    kind = models.CharField(max_length=20)
    months = models.PositiveSmallIntegerField(_("months"))
    before = models.DateTimeField(_("older than"))
    by = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(_("gone"), default=0)

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.rows_done}"

    @property
    def total(self) -> int:
        return self.rows_total

    @property
    def done(self) -> int:
        return self.rows_done


class ErasedLead(models.Model):
    """A lead that is anonymised: imports leave it alone. Its ID is a plain number, as in other logs."""

    lead_id = models.BigIntegerField(unique=True)
    erased_at = models.DateTimeField(_("anonymised"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("anonymised lead")
        verbose_name_plural = _("anonymised leads")

    def __str__(self) -> str:
        return str(self.lead_id)
