"""What users are told of, in the application and by e-mail, and how each of them wants it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.models.users import User


class NotificationKind(models.TextChoices):
    MENTION = "mention", _("Somebody mentions me")
    ASSIGNMENT = "assignment", _("A lead is assigned to me")
    ACTIVITY = "activity", _("An activity is assigned to me")
    ACTIVITY_DUE = "activity_due", _("An activity is due")
    DUPLICATE = "duplicate", _("Somebody asks about a similar lead that they do not see")
    WORK = "work", _("Work that I left in the background has ended")
    REPLY = "reply", _("A customer answers by e-mail on my lead")
    MAIL_FAILED = "mail_failed", _("An e-mail that I wrote did not go out")
    MAIL_ACCOUNT = "mail_account", _("An e-mail account has not worked for an hour")
    TELEPHONY = "telephony", _("Notifications of telephony have been refused for an hour")


ICONS = {
    NotificationKind.MENTION: "at",
    NotificationKind.ASSIGNMENT: "user-plus",
    NotificationKind.ACTIVITY: "calendar-user",
    NotificationKind.ACTIVITY_DUE: "calendar-due",
    NotificationKind.DUPLICATE: "copy",
    NotificationKind.WORK: "settings-check",
    NotificationKind.REPLY: "mail-down",
    NotificationKind.MAIL_FAILED: "mail-exclamation",
    NotificationKind.MAIL_ACCOUNT: "mail-x",
    NotificationKind.TELEPHONY: "phone-x",
}


class NotificationQuerySet(models.QuerySet["Notification"]):
    def shown_to(self, user: User | int) -> "NotificationQuerySet":
        """What stands in the list of `user`: also what was only meant for the mailbox, when it did not get there."""
        return self.filter(Q(in_app=True) | Q(mail=Notification.Mail.FAILED), user=user)

    def unread(self) -> "NotificationQuerySet":
        """What still has to be looked at."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """One thing that `user` is told. It is kept as kind and parts, and put into words in the reader's language."""

    INTERRUPTED: ClassVar[str] = "interrupted"

    class Mail(models.TextChoices):
        """Where its e-mail stands."""

        NONE = "none", _("no e-mail")
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(_("what it is about"), max_length=300)
    details = models.CharField(_("details"), max_length=500, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1)
    url = models.CharField(_("address"), max_length=500)
    # What it must not be told of twice: unique for a user.
    key = models.CharField(_("key"), max_length=100, null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True)
    in_app = models.BooleanField(_("in the application"), default=True)
    mail = models.CharField(_("e-mail"), max_length=10, choices=Mail, default=Mail.NONE)
    mail_at = models.DateTimeField(_("time of the e-mail"), null=True)
    mail_tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    mail_error = models.TextField(_("error"), blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [
            models.Index(F("user"), F("id").desc(), name="notification_of_user"),
            models.Index("user", condition=Q(read_at=None), name="notification_unread"),
            models.Index("mail_at", condition=Q(mail__in=["waiting", "sending"]), name="notification_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.text}"

    @property
    def text(self) -> str:
        """The sentence, in the language of now."""
        values = {"what": self.what, "count": self.count}
        if self.kind == NotificationKind.MENTION:
            return gettext("You were mentioned: %(what)s") % values
        if self.kind == NotificationKind.ACTIVITY:
            return self._activities() % values
        if self.kind == NotificationKind.WORK:
            return gettext("Ended in the background: %(what)s") % values
        if self.kind == NotificationKind.ACTIVITY_DUE:
            return gettext("Activity due: %(what)s") % values
        if self.kind == NotificationKind.DUPLICATE:
            return gettext("Is it the same lead? %(what)s") % values
        if self.kind == NotificationKind.REPLY:
            return gettext("New reply: %(what)s") % values
        if self.kind == NotificationKind.MAIL_FAILED:
            return gettext("Trouble sending an e-mail: %(what)s") % values
        if self.kind == NotificationKind.MAIL_ACCOUNT:
            return gettext("The e-mail account does not work: %(what)s") % values
        if self.kind == NotificationKind.TELEPHONY:
            return gettext("Calls do not come in, notifications are refused: %(what)s") % values
        if self.count == 1:
            return gettext("Lead assigned to you: %(what)s") % values
        return (
            ngettext("%(count)s lead was assigned to you", "%(count)s leads were assigned to you", self.count) % values
        )

    def _activities(self) -> str:
        if self.count == 1:
            return gettext("Activity assigned to you: %(what)s")
        return ngettext(
            "%(count)s activity was assigned to you", "%(count)s activities were assigned to you", self.count
        )

    @property
    def icon(self) -> str:
        """The name of the icon of its kind."""
        return ICONS[NotificationKind(self.kind)]

    @property
    def mail_problem(self) -> str:
        """Why the e-mail did not go out (yet), in the language of now; "" when nothing is wrong."""
        if self.mail_error == self.INTERRUPTED:
            return gettext("Sending was interrupted: it is not known whether the e-mail went out.")
        return self.mail_error


class NotificationPreference(models.Model):
    """How a user wants to be told of one kind. A missing row means crm.services.notifications.DEFAULTS."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    in_app = models.BooleanField(_("in the application"))
    by_email = models.BooleanField(_("by e-mail"))

    class Meta:
        verbose_name = _("way of notification")
        verbose_name_plural = _("ways of notification")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notificationpreference_unique")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
