"""E-mail accounts: where messages come from and go out, their secrets, their folders, and how they are."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communications.encryption import EncryptedTextField
from communications.querysets import MailAccountQuerySet
from crm.models import User
from crm.models.versioned import Versioned


class Security(models.TextChoices):
    """How a connection to a mail server is made safe; an open one is not offered."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", "STARTTLS"


class SignIn(models.TextChoices):
    """How an account signs in to its servers."""

    PASSWORD = "password", _("Login and password")
    GOOGLE = "google", _("Google account (OAuth2)")
    MICROSOFT = "microsoft", _("Microsoft 365 account (OAuth2)")


class Problem(models.TextChoices):
    """What keeps an account from working. communications.imap.problems puts each into words for the reader."""

    NONE = "", ""
    HOST_UNKNOWN = "host_unknown", _("unknown host")
    INTERNAL_HOST = "internal_net", _("internal network")
    REFUSED = "refused", _("connection refused")
    TIMEOUT = "timeout", _("no answer")
    NO_TLS = "no_tls", _("no encryption")
    CERTIFICATE = "certificate", _("certificate")
    PASSWORD = "password", _("wrong login or password")
    TOKEN = "token", _("consent has expired")
    SECRET = "secret", _("stored password can't be read")
    FOLDER = "folder", _("folder is missing")
    CUT = "cut", _("connection broken")
    SERVER = "server", _("server's refusal")
    INTERNAL = "internal", _("our own error")


class MailAccount(Versioned):
    """An e-mail account: one user's own (`owner`), or shared „for leads” (no owner).

    Only what people set up stands here; what workers write is in `health`, `secrets` and `folders`, so that an import
    never makes somebody's open form stale. `start_date` is a day in the system's time zone: what came before it is
    fetched only from `history_from` on, for the threads, and never asks to be processed.
    """

    name = models.CharField(_("name"), max_length=100)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="mail_accounts"
    )
    is_active = models.BooleanField(_("active"), default=True)
    # The parameter „Konto e-mail dla leadów”: the shared account that people without an own one write from first.
    is_for_leads = models.BooleanField(_("e-mail account for leads"), default=False)

    from_address = models.EmailField(_("e-mail address"))
    from_name = models.CharField(_("name of the sender"), max_length=150, blank=True)
    signature = models.TextField(_("signature"), max_length=10_000, blank=True)

    sign_in = models.CharField(_("signing in"), max_length=9, choices=SignIn, default=SignIn.PASSWORD)
    login = models.CharField(_("login"), max_length=254)
    imap_host = models.CharField(_("IMAP server"), max_length=253)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993)
    imap_security = models.CharField(_("IMAP encryption"), max_length=8, choices=Security, default=Security.TLS)

    # An empty SMTP host means that nothing can be sent from the account; an empty login, the same one as for IMAP.
    smtp_host = models.CharField(_("SMTP server"), max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=465)
    smtp_security = models.CharField(_("SMTP encryption"), max_length=8, choices=Security, default=Security.TLS)
    smtp_login = models.CharField(_("SMTP login"), max_length=254, blank=True)

    start_date = models.DateField(_("start date"), default=timezone.localdate)
    history_from = models.DateField(_("older messages from"), null=True, blank=True)

    objects = MailAccountQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("e-mail account")
        verbose_name_plural = _("e-mail accounts")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        permissions = [
            ("use_own_account", _("Can set up an own e-mail account")),
            ("manage_shared_accounts", _("Can set up shared e-mail accounts")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="mailaccount_name_not_empty"),
            models.CheckConstraint(
                condition=Q(history_from__isnull=True) | Q(history_from__lte=models.F("start_date")),
                name="mailaccount_history_before_start",
            ),
            models.UniqueConstraint("is_for_leads", name="mailaccount_one_for_leads", condition=Q(is_for_leads=True)),
            models.CheckConstraint(
                condition=Q(is_for_leads=False) | Q(owner__isnull=True), name="mailaccount_for_leads_is_shared"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether it belongs to nobody: its messages are seen by every sales person."""
        return self.owner_id is None

    @property
    def can_send(self) -> bool:
        return self.is_active and bool(self.smtp_host)

    @property
    def smtp_user(self) -> str:
        """The login for sending."""
        return self.smtp_login or self.login


class AccountSecrets(models.Model):
    """What an account signs in with, encrypted. Read by the connections alone; no page shows it.

    An empty `smtp_password` means the same one as for IMAP. `access_token` is good until `expires_at` and made anew by
    `refresh_token`, for an account whose sign-in is OAuth2.
    """

    account = models.OneToOneField(MailAccount, on_delete=models.CASCADE, related_name="secrets")
    password = EncryptedTextField(blank=True, default="")
    smtp_password = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    access_token = EncryptedTextField(blank=True, default="")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("secrets of an account")
        verbose_name_plural = _("secrets of accounts")

    def __str__(self) -> str:
        return str(self.account_id)


class AccountHealth(models.Model):
    """How an account is. `problem` and `details` (the server's own words) are put into a sentence for the reader.

    `first_total` and `first_done` count the messages of the first look at the account, until `first_look_at`, the
    moment when it was over; `behind` are those on the server that are not here yet.
    """

    account = models.OneToOneField(MailAccount, on_delete=models.CASCADE, related_name="health")
    problem = models.CharField(_("last error"), max_length=12, choices=Problem, blank=True, default=Problem.NONE)
    details = models.CharField(_("what the server said"), max_length=500, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    told_at = models.DateTimeField(_("told of the failure"), null=True)
    fetched_at = models.DateTimeField(_("last good fetch"), null=True)
    started_at = models.DateTimeField(_("started"), null=True)
    next_at = models.DateTimeField(_("next fetch"), db_default=Now())
    behind = models.PositiveIntegerField(_("messages behind"), default=0)
    first_total = models.PositiveIntegerField(_("messages of the first look"), default=0)
    first_done = models.PositiveIntegerField(_("fetched of them"), default=0)
    first_look_at = models.DateTimeField(_("first look ended"), null=True)

    class Meta:
        verbose_name = _("health of an account")
        verbose_name_plural = _("health of accounts")
        indexes: ClassVar[list[models.Index]] = [models.Index("next_at", name="accounthealth_due")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.problem or 'ok'}"

    @property
    def is_failing(self) -> bool:
        return bool(self.problem)

    @property
    def is_first_look(self) -> bool:
        """Whether the messages that lay there when the account was set up are still coming in."""
        return self.first_look_at is None and self.first_total > 0

    @property
    def percent(self) -> int:
        """How far the first look is."""
        return min(100, self.first_done * 100 // self.first_total) if self.first_total else 0


class MailFolder(models.Model):
    """A folder of an account that is fetched (`is_chosen`), and how far.

    `name` is as people read it (not the modified UTF-7 of RFC 3501). `last_uid` is the highest UID below which
    everything is stored, under `uidvalidity`; a server that gives another UIDVALIDITY has numbered its messages anew.
    Messages of a folder of sent ones (`is_sent`) are the owner's own.
    """

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(_("folder"), max_length=500)
    is_chosen = models.BooleanField(_("fetched"), default=True)
    is_sent = models.BooleanField(_("sent messages"), default=False)
    uidvalidity = models.PositiveBigIntegerField(null=True)
    last_uid = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("folder of an account")
        verbose_name_plural = _("folders of accounts")
        ordering: ClassVar[list[str]] = ["is_sent", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "name"], name="mailfolder_once"),
        ]

    def __str__(self) -> str:
        return self.name
