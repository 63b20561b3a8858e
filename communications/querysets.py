"""All reads of e-mail accounts and messages. `visible_to` is the only door."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from crm.models import User
from crm.visibility import visible_leads

if TYPE_CHECKING:
    from communications.models import Attachment, MailAccount, Message  # noqa: F401 - the types of the rows


class MailAccountQuerySet(models.QuerySet["MailAccount"]):
    def manageable_by(self, user: User) -> "MailAccountQuerySet":
        """The accounts that `user` may set up: their own, and the shared ones when that is theirs to do."""
        if not user.is_active:
            return self.none()
        mine = Q(pk__in=())
        if user.has_perm("communications.use_own_account"):
            mine |= Q(owner=user.pk)
        if user.has_perm("communications.manage_shared_accounts"):
            mine |= Q(owner__isnull=True)
        return self.filter(mine)

    def concerning(self, user: User) -> "MailAccountQuerySet":
        """The active accounts whose messages `user` sees before they are linked: the own and the shared ones.

        The tab Email stands there when there is one.
        """
        if not user.is_active or not user.has_perm("communications.view_message"):
            return self.none()
        return self.filter(Q(owner=user.pk) | Q(owner__isnull=True), is_active=True)

    def sendable_by(self, user: User) -> "MailAccountQuerySet":
        """The accounts that `user` may write from, the one to begin with first: the own ones, the one „for leads”, then
        the other shared ones.
        """
        own_first = models.F("owner").asc(nulls_last=True)
        return self.concerning(user).exclude(smtp_host="").order_by(own_first, "-is_for_leads", "pk")

    def fit_for_leads(self) -> "MailAccountQuerySet":
        """The shared accounts that send: those that may be „for leads”."""
        return self.shared().filter(is_active=True).exclude(smtp_host="")

    def shared(self) -> "MailAccountQuerySet":
        """Those „for leads”, which belong to nobody."""
        return self.filter(owner__isnull=True)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> "MessageQuerySet":
        """The messages that exist for `user`: of the own accounts, of shared ones while they belong to no lead, and
        those of the leads that `user` sees. What was just fetched and is not read yet comes a moment later; what is
        anonymised and belongs to no lead is only a place on its server.
        """
        return self.filter(_visible(user)).exclude(parse_state="waiting").exclude(parse_state="erased", lead=None)

    def to_process(self) -> "MessageQuerySet":
        """Gotowy: incoming since the start date, neither linked to a lead nor ignored."""
        return self.filter(direction="in", is_old=False, lead__isnull=True, ignored_at__isnull=True)

    def unopened_replies(self) -> "MessageQuerySet":
        """Nowe odpowiedzi: linked by their thread, and not yet opened by anybody."""
        return self.filter(is_reply=True, opened_at__isnull=True, lead__isnull=False)

    def sent_from(self, addresses: Collection[str]) -> "MessageQuerySet":
        """Those whose sender has one of these addresses (in small letters)."""
        return self.alias(from_lower=Lower("from_address")).filter(from_lower__in=addresses)

    def unparsed(self) -> "MessageQuerySet":
        """Those that are kept although they could not be read, or not wholly."""
        return self.exclude(parse_error="")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """The attachments of the messages that exist for `user`."""
        return self.filter(_visible(user, prefix="message__"))


def _visible(user: User, *, prefix: str = "") -> Q:
    if not user.is_active or not user.has_perm("communications.view_message"):
        return Q(pk__in=())
    seen = Q(**{f"{prefix}account__owner": user.pk})
    seen |= Q(**{f"{prefix}lead__isnull": True, f"{prefix}account__owner__isnull": True})
    if user.has_perm("leads.view_lead"):
        seen |= Q(**{f"{prefix}lead__isnull": False}) & visible_leads(user, prefix=f"{prefix}lead__")
    return seen
