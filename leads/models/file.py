"""Files of a lead."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import User
from leads.models.lead import Lead
from leads.querysets_attached import LeadFileQuerySet


def stored_name(instance: "LeadFile", name: str) -> str:
    """A place in the storage that tells nothing and that nobody guesses: the name of the file stays in its row."""
    return f"leads/{timezone.now():%Y/%m}/{get_random_string(32)}"


class LeadFile(models.Model):  # type: ignore[django-manager-missing]
    """A file that somebody added to a lead. `kind` was found in its content, its name is only shown.

    `preview` is a picture made anew from the pixels of an image. The row goes with its lead.
    """

    class Kind(models.TextChoices):
        """What a file is, as far as the application treats it in a way of its own."""

        IMAGE = "image", _("Picture")
        PDF = "pdf", "PDF"
        TEXT = "text", _("Text")
        DOCUMENT = "document", _("Text document")
        SHEET = "sheet", _("Spreadsheet")
        SLIDES = "slides", _("Presentation")
        ARCHIVE = "archive", pgettext_lazy("kind of file", "Archive")
        AUDIO = "audio", _("Sound")
        VIDEO = "video", _("Film")
        EMAIL = "email", _("E-mail message")
        PROGRAM = "program", _("Program")
        OTHER = "other", _("Other file")

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="files", db_index=False
    )
    name = models.CharField(_("name"), max_length=150)
    file = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    preview = models.FileField(_("preview"), upload_to=stored_name, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"))
    kind = models.CharField(_("kind of file"), max_length=8, choices=Kind, default=Kind.OTHER)
    content_type = models.CharField(_("content type"), max_length=120)
    uploaded_by = models.ForeignKey(
        User, verbose_name=_("added by"), null=True, on_delete=models.PROTECT, related_name="lead_files"
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = LeadFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering: ClassVar[list[str]] = ["-pk"]
        permissions = [("delete_any_file", _("Can delete files of others"))]
        indexes: ClassVar[list[models.Index]] = [models.Index("lead", "id", name="leadfile_by_lead")]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The name of an icon for its kind."""
        return ICONS.get(LeadFile.Kind(self.kind), "file")

    @property
    def can_be_previewed(self) -> bool:
        """Whether there is anything to look at without saving the file."""
        return bool(self.preview) or self.kind == self.Kind.PDF


ICONS = {
    LeadFile.Kind.IMAGE: "photo",
    LeadFile.Kind.PDF: "file-type-pdf",
    LeadFile.Kind.TEXT: "file-text",
    LeadFile.Kind.DOCUMENT: "file-word",
    LeadFile.Kind.SHEET: "file-spreadsheet",
    LeadFile.Kind.SLIDES: "presentation",
    LeadFile.Kind.ARCHIVE: "file-zip",
    LeadFile.Kind.AUDIO: "music",
    LeadFile.Kind.VIDEO: "movie",
    LeadFile.Kind.EMAIL: "mail",
    LeadFile.Kind.PROGRAM: "alert-triangle",
}
