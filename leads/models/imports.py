"""Imports of files: a run with its progress, what became of each row, and mappings of columns kept by name."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from crm.models import LostReason, User
from leads.models.work import Work
from leads.querysets_import import ImportRunQuerySet


class ImportKind(models.TextChoices):
    """What the rows of a file become."""

    LEADS = "leads", _("Leads")
    PARTNERS = "partners", _("Partners")
    PRODUCTS = "products", _("Products")
    PEOPLE = "people", _("Sales people")


class FileFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class Encoding(models.TextChoices):
    UTF8 = "utf-8", "UTF-8"
    CP1250 = "cp1250", "Windows-1250"
    LATIN2 = "iso8859-2", "ISO 8859-2"
    CP1252 = "cp1252", "Windows-1252"
    UTF16 = "utf-16", "UTF-16"


class Delimiter(models.TextChoices):
    COMMA = ",", _("comma ( , )")
    SEMICOLON = ";", _("semicolon ( ; )")
    TAB = "\t", _("tab")
    PIPE = "|", _("vertical bar ( | )")


class DateOrder(models.TextChoices):
    """The order of day, month and year; the signs between them may be any."""

    AUTO = "auto", _("detected from the whole column")
    DMY = "dmy", _("day, month, year (31.12.2026)")
    MDY = "mdy", _("month, day, year (12/31/2026)")
    YMD = "ymd", _("year, month, day (2026-12-31)")


class NumberFormat(models.TextChoices):
    """Which sign stands before the decimals; the other one, spaces and apostrophes may part thousands."""

    AUTO = "auto", _("detected from the whole column")
    COMMA = "comma", _("comma before decimals (1 234,50)")
    POINT = "point", _("point before decimals (1,234.50)")


class ImportSettings(models.Model):
    """How the texts of a file are read, in a run and in a mapping kept for later ones."""

    encoding = models.CharField(_("encoding"), max_length=10, choices=Encoding, default=Encoding.UTF8)
    delimiter = models.CharField(_("separator"), max_length=1, choices=Delimiter, default=Delimiter.COMMA)
    date_order = models.CharField(_("date format"), max_length=4, choices=DateOrder, default=DateOrder.AUTO)
    number_format = models.CharField(_("number format"), max_length=5, choices=NumberFormat, default=NumberFormat.AUTO)
    empty_clears = models.BooleanField(
        _("An empty cell empties the field of a row that is already there"), default=False
    )
    lost_reason = models.ForeignKey(
        LostReason,
        verbose_name=_("lost reason of rows that give none"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        abstract = True


class ImportRun(ImportSettings, Work):
    """One file on its way into the system: read, checked, imported, perhaps undone.

    `stage` says how far it has come and `state` how that stage goes on.
    """

    class Stage(models.TextChoices):
        COLUMNS = "columns", _("Columns")
        CHECK = "check", _("Check")
        IMPORT = "import", _("Import")
        UNDO = "undo", _("Undo")

    owner = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="import_runs"
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    kind = models.CharField(_("what the file holds"), max_length=10, choices=ImportKind)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("file name"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("size"))
    format = models.CharField(_("format"), max_length=4, choices=FileFormat)
    columns = models.JSONField(_("columns"), default=list)
    choices = models.JSONField(_("unknown values"), default=dict)
    unknowns = models.JSONField(_("unknown values found"), default=dict)
    notes = models.JSONField(_("notices about the file"), default=list)

    stage = models.CharField(_("step"), max_length=7, choices=Stage, default=Stage.COLUMNS)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    undone_count = models.PositiveIntegerField(_("undone"), default=0)
    kept_count = models.PositiveIntegerField(_("kept"), default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-id"]
        permissions = [
            ("run_import", _("Can import files")),
            ("view_all_imports", _("Sees the imports of others")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(rows_done__lte=F("rows_total")), name="importrun_done_within_total"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def total(self) -> int:
        """How many rows the stage has to deal with."""
        return self.created_count + self.changed_count if self.stage == self.Stage.UNDO else self.rows_total

    @property
    def done(self) -> int:
        return self.undone_count + self.kept_count if self.stage == self.Stage.UNDO else self.rows_done

    @property
    def has_imported(self) -> bool:
        """Something of the file may be stored: it can be undone."""
        return self.stage == self.Stage.IMPORT and self.created_count + self.changed_count > 0


class ImportRow(models.Model):
    """What became of one row of the file in the last check or import, or of a value that was created on the way.

    `version` is the row's version after the import: an object that has another one was edited since. `old_values` are
    what an undo gives back, by field. Refused rows keep their cells and the reasons by column.
    """

    class Result(models.TextChoices):
        CREATED = "created", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")

    class Undone(models.TextChoices):
        NO = "", ""
        DONE = "done", _("undone")
        KEPT = "kept", _("kept")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("row"))
    target = models.CharField(max_length=20)
    result = models.CharField(_("result"), max_length=9, choices=Result)
    key = models.CharField(max_length=250, null=True)
    object_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(null=True)
    old_values = models.JSONField(default=dict)
    cells = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    undone = models.CharField(max_length=4, choices=Undone, blank=True, default=Undone.NO)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering: ClassVar[list[str]] = ["pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("run", "result", "line", name="importrow_by_result"),
            models.Index("run", "target", "key", name="importrow_by_key", condition=Q(key__isnull=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A retry that repeats a chunk, or a file that names an object twice, can't slip through.
            models.UniqueConstraint(
                fields=["run", "target", "object_id"],
                condition=Q(object_id__isnull=False),
                name="importrow_object_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.line} {self.result}"


class ImportMapping(ImportSettings):
    """Which header fills which field, the way texts are read and what unknown values become, kept by name."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("what the file holds"), max_length=10, choices=ImportKind)
    fields = models.JSONField(_("fields by header"), default=dict)
    choices = models.JSONField(_("unknown values"), default=dict)

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("kind", Lower("name"), name="importmapping_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
