"""Telephony: the accounts whose calls come in, and what came in from them."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communications.encryption import EncryptedTextField
from communications.models.calls import Call
from communications.querysets_calls import TelephonyAccountQuerySet
from communications.telephony import PROVIDERS
from communications.telephony.events import Unreadable
from communications.telephony.provider import Credentials, Provider
from crm.models.versioned import Versioned


def own_time_zone() -> str:
    """The time zone of the system."""
    return str(settings.TIME_ZONE)


class TelephonyAccount(Versioned):
    """An account at a telephony provider. Its webhook's address is that of its kind: the signature tells whose it is.

    Only what people set up stands here; what notifications bring is in `health`.
    """

    class Kind(models.TextChoices):
        GENERIC = "generic", _("Any telephony (JSON)")
        ZADARMA = "zadarma", "Zadarma"

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GENERIC)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    secret = EncryptedTextField(_("secret"))
    api_key = EncryptedTextField(_("API key"), blank=True, default="")
    callback_url = models.CharField(_("address for calls"), max_length=500, blank=True)
    time_zone = models.CharField(_("time zone of the account"), max_length=50, default=own_time_zone)

    objects = TelephonyAccountQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("telephony")
        verbose_name_plural = _("telephony")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        permissions = [("manage_telephony", _("Can set up telephony"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="telephonyaccount_name_not_empty"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Versioned.Meta.triggers]

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.kind]

    @property
    def credentials(self) -> Credentials:
        """What its provider is asked with."""
        return Credentials(
            secret=self.secret, api_key=self.api_key, callback_url=self.callback_url, time_zone=self.time_zone
        )

    @property
    def may_call_back(self) -> bool:
        """Whether „Zadzwoń” can be asked of it."""
        return self.is_active and self.provider.may_call_back(self.credentials)

    @property
    def webhook_url(self) -> str:
        """Where its notifications go."""
        return f"{settings.PUBLIC_URL}{reverse('communications:telephony_webhook', args=[self.kind])}"


class TelephonyHealth(models.Model):
    """What goes wrong with an account: the last refusal (as the provider was answered, in English), since when there is
    no good notification, who was told.
    """

    account = models.OneToOneField(TelephonyAccount, on_delete=models.CASCADE, related_name="health")
    refused_at = models.DateTimeField(_("last refusal"), null=True)
    refusal = models.CharField(_("reason of the refusal"), max_length=300, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    told_at = models.DateTimeField(_("told of the failure"), null=True)

    class Meta:
        verbose_name = _("health of telephony")
        verbose_name_plural = _("health of telephony")

    def __str__(self) -> str:
        return f"{self.account_id}: {self.refusal or 'ok'}"

    @property
    def refusal_text(self) -> str:
        """The last refusal in the language of now."""
        return gettext(self.refusal) if self.refusal else ""


class TelephonyEvent(models.Model):
    """A notification as it came. Those of a call make it (communications.telephony.events.fold); one that could not be
    understood has no call, and an `error` instead.
    """

    account = models.ForeignKey(TelephonyAccount, on_delete=models.CASCADE, related_name="events", db_index=False)
    call = models.ForeignKey(Call, null=True, on_delete=models.CASCADE, related_name="events", db_index=False)
    key = models.CharField(max_length=64, blank=True)
    payload = models.JSONField()
    error = models.CharField(_("error"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("notification of telephony")
        verbose_name_plural = _("notifications of telephony")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "key"], name="telephonyevent_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("account"), F("received_at").desc(), name="telephonyevent_latest"),
            models.Index("account", "key", name="telephonyevent_unread", condition=Q(call__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.call_id}"

    @property
    def problem(self) -> str:
        """Why it can't be understood, in the language of now: it is read once more for that."""
        try:
            self.account.provider.event(self.payload, self.account.credentials)
        except Unreadable as error:
            return error.in_words
        return gettext("It can be understood now.")
