"""E-mails, incoming and sent: the original, what was read out of it, and what was done with it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.crypto import get_random_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from communications.models.accounts import MailAccount, MailFolder
from communications.querysets import AttachmentQuerySet, MessageQuerySet
from crm.models import Partner, User
from leads.models import Lead

# What headers are cut to: an entry of an index holds 2700 bytes, and a character takes up to four.
LONGEST = 500


def attachment_place(instance: "Attachment", name: str) -> str:
    """A place in the storage that tells nothing: the name of the attachment stays in its row. `name` is the one that
    parsing chose (a repeated attempt writes the same file); without one the place is a random one.
    """
    return f"mail/attachments/{name or get_random_string(32)}"


def raw_place(instance: "Message", name: str) -> str:
    """Where the original is kept. The import names it by folder and UID (a repeated attempt writes the same file)."""
    return f"mail/raw/{instance.account_id}/{name}" if name else f"mail/raw/sent/{get_random_string(32)}.eml"


class Message(models.Model):
    """One e-mail. Fields by who writes them:

    - the import: account, direction, raw, size, digest, received_at, is_old, is_skipped
    - reading (`communications.services.reading`): parse_state, parse_error ("incomplete" when only a part could be
      read; the message counts as read then) and everything read out of the original: subject, from_*, reply_to, to,
      cc (lists of {"name", "address"}), date (as the header says, None when missing or impossible), sent_at (that date,
      else the moment of arrival: what lists are sorted by), text, html (sanitised), message_id, in_reply_to,
      references (without angle brackets), kind, has_attachments.
      Texts are cut to LONGEST where the field says so, and have no NUL, which PostgreSQL does not store.
    - linking: lead, partner, linked_at, linked_by (None: by itself, as a reply), is_reply (found by its thread),
      opened_at and opened_by (a reply is bold until then); ignored_at, ignored_by
    - sending stores its messages with direction OUT, raw written, and no place on a server

    Where a message lies on the server is in `places`. Deleting an account takes its messages along, unless a lead
    holds one.
    """

    INCOMPLETE: ClassVar[str] = "incomplete"
    INTERRUPTED: ClassVar[str] = "interrupted"

    class Direction(models.TextChoices):
        IN = "in", _("incoming")
        OUT = "out", pgettext_lazy("e-mail", "sent")

    class ParseState(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PARSED = "parsed", _("read")
        FAILED = "failed", _("could not be read")
        ERASED = "erased", _("anonymised")

    class Kind(models.TextChoices):
        """Who wrote it: a person (""), or which kind of machine (RFC 3834, RFC 3464, RFC 2369)."""

        PERSONAL = "", pgettext_lazy("kind of e-mail", "personal")
        BOUNCE = "bounce", _("not delivered")
        AUTO_REPLY = "auto_reply", _("automatic reply")
        LIST = "list", _("mailing list")
        AUTO_GENERATED = "auto_generated", _("automatic message")

    account = models.ForeignKey(
        MailAccount, verbose_name=_("account"), on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    raw = models.FileField(_("original"), upload_to=raw_place, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    digest = models.BinaryField(_("SHA-256 of the original"), max_length=32, default=b"")
    received_at = models.DateTimeField(_("arrived"))
    is_old = models.BooleanField(_("older than the start date"), default=False)
    # Larger than what is taken in: only its headers were fetched.
    is_skipped = models.BooleanField(_("too large to be fetched"), default=False)
    created_at = models.DateTimeField(_("stored"), db_default=Now(), editable=False)

    parse_state = models.CharField(_("reading"), max_length=7, choices=ParseState, default=ParseState.WAITING)
    parse_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    parse_error = models.CharField(_("why it could not be read"), max_length=500, blank=True)
    subject = models.CharField(_("subject"), max_length=1000, blank=True)
    from_name = models.CharField(_("sender's name"), max_length=LONGEST, blank=True)
    from_address = models.CharField(_("sender's address"), max_length=LONGEST, blank=True)
    reply_to = models.JSONField(_("reply to"), default=list, blank=True)
    to = models.JSONField(pgettext_lazy("e-mail", "to"), default=list, blank=True)
    cc = models.JSONField(pgettext_lazy("e-mail", "copy to"), default=list, blank=True)
    date = models.DateTimeField(_("date of the header"), null=True, blank=True)
    sent_at = models.DateTimeField(_("date"))
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    message_id = models.CharField("Message-ID", max_length=LONGEST, blank=True)
    in_reply_to = models.CharField("In-Reply-To", max_length=LONGEST, blank=True)
    references = ArrayField(models.CharField(max_length=LONGEST), verbose_name="References", default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, blank=True, default=Kind.PERSONAL)
    has_attachments = models.BooleanField(_("has attachments"), default=False)

    lead = models.ForeignKey(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
    )
    partner = models.ForeignKey(
        Partner,
        verbose_name=_("partner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
    )
    is_reply = models.BooleanField(_("reply of a thread"), default=False)
    linked_at = models.DateTimeField(_("linked"), null=True, blank=True)
    linked_by = models.ForeignKey(
        User, verbose_name=_("linked by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(
        User, verbose_name=_("opened by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ignored_at = models.DateTimeField(_("ignored"), null=True, blank=True)
    ignored_by = models.ForeignKey(
        User, verbose_name=_("ignored by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering: ClassVar[list[str]] = ["-sent_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("account"), F("sent_at").desc(), F("id").desc(), name="message_by_account"),
            models.Index(F("sent_at").desc(), F("id").desc(), name="message_by_date"),
            models.Index(
                F("account"),
                F("sent_at").desc(),
                F("id").desc(),
                name="message_to_process",
                condition=Q(direction="in", is_old=False, lead__isnull=True, ignored_at__isnull=True),
            ),
            # Few among many: without it, their list would read all that people wrote in between.
            models.Index(
                F("sent_at").desc(),
                F("id").desc(),
                name="message_of_machines",
                condition=Q(direction="in") & ~Q(kind=""),
            ),
            models.Index("lead", "sent_at", name="message_by_lead", condition=Q(lead__isnull=False)),
            models.Index("partner", "sent_at", name="message_by_partner", condition=Q(partner__isnull=False)),
            models.Index("lead", name="message_unopened_reply", condition=Q(is_reply=True, opened_at__isnull=True)),
            models.Index("message_id", name="message_by_message_id", condition=~Q(message_id="")),
            models.Index(Func("from_address", function="lower"), "sent_at", name="message_by_sender"),
            models.Index("account", "digest", name="message_by_digest"),
            models.Index("account", "parse_tries", "id", name="message_waiting", condition=Q(parse_state="waiting")),
            models.Index("account", "id", name="message_unread", condition=~Q(parse_error="")),
            models.Index(
                "ignored_at",
                "id",
                name="message_ignored",
                condition=Q(ignored_at__isnull=False) & ~Q(parse_state="erased"),
            ),
            GinIndex(fields=["references"], name="message_references"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(lead__isnull=True) | Q(ignored_at__isnull=True), name="message_linked_or_ignored"
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.from_address or str(self.pk)

    @property
    def parse_problem(self) -> str:
        """Why it could not be read, or not wholly, in words; "" when nothing is wrong."""
        if self.parse_error == self.INCOMPLETE:
            return gettext("The message is broken: not all of it could be read.")
        if self.parse_error == self.INTERRUPTED:
            return gettext("Reading the message broke off several times.")
        return self.parse_error

    @property
    def is_automatic(self) -> bool:
        """Written by a machine: it is marked so and not offered for a new lead."""
        return self.kind != self.Kind.PERSONAL

    @property
    def needs_processing(self) -> bool:
        """Gotowy, for one message; the same rule as `MessageQuerySet.to_process`."""
        return (
            self.direction == self.Direction.IN and not self.is_old and self.lead_id is None and self.ignored_at is None
        )


class MessagePlace(models.Model):
    """Where a message lies on its server: folder, UIDVALIDITY and UID, which name one message for all time (RFC 3501).

    A message that was moved or copied, or whose folder was numbered anew, gets another place; it stays one message.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="places")
    folder = models.ForeignKey(MailFolder, on_delete=models.CASCADE, related_name="places", db_index=False)
    uidvalidity = models.PositiveBigIntegerField()
    uid = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("place of a message")
        verbose_name_plural = _("places of messages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["folder", "uidvalidity", "uid"], name="messageplace_once"),
        ]

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.uidvalidity}/{self.uid}"


class Attachment(models.Model):
    """An attachment of a message. `name` is safe to show and to save under; `content_id` is what HTML refers to.

    `content_type` is what the message says; nothing is decided by it. Inline ones are pictures of the HTML.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=120, blank=True)
    size = models.PositiveBigIntegerField(_("size"))
    file = models.FileField(_("file"), upload_to=attachment_place, max_length=200)
    content_id = models.CharField(max_length=250, blank=True)
    is_inline = models.BooleanField(default=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar[list[str]] = ["message", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "position"], name="attachment_once"),
        ]

    def __str__(self) -> str:
        return self.name
