"""All reads of calls and telephony accounts. `visible_to` is the only door to calls."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from crm.models import Partner, User, Visibility
from crm.visibility import visibility_of, visible_leads
from leads.querysets import of_partner

if TYPE_CHECKING:
    from communications.models import Call, TelephonyAccount, TelephonyEvent  # noqa: F401 - the types of the rows

MISSED = ("no_answer", "busy", "cancelled", "failed")


class TelephonyAccountQuerySet(models.QuerySet["TelephonyAccount"]):
    def active(self) -> "TelephonyAccountQuerySet":
        """Those whose calls come in."""
        return self.filter(is_active=True)

    def of_webhook(self, kind: str) -> "TelephonyAccountQuerySet":
        """The accounts that a notification to the address of `kind` may be from, with their health."""
        return self.active().filter(kind=kind).select_related("health").order_by("pk")

    def manageable_by(self, user: User) -> "TelephonyAccountQuerySet":
        """Those that `user` sets up."""
        if not user.is_active or not user.has_perm("communications.manage_telephony"):
            return self.none()
        return self

    def with_health(self) -> "TelephonyAccountQuerySet":
        """With the last notification, and how many were not understood or whose recordings were not fetched."""
        from communications.models import CallRecording, TelephonyEvent

        latest = TelephonyEvent.objects.filter(account=OuterRef("pk")).order_by("-received_at").values("received_at")
        failed = CallRecording.objects.filter(call__account=OuterRef("pk"), state="failed").order_by()
        return self.select_related("health").annotate(
            last_event_at=Subquery(latest[:1]),
            unread_count=Count("events", filter=Q(events__call__isnull=True)),
            failed_recordings=Subquery(failed.values("call__account").annotate(count=Count("pk")).values("count")),
        )


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User) -> "CallQuerySet":
        """The calls that exist for `user`: their own (`of`), and those of the leads that they see."""
        if not user.is_active or not user.has_perm("communications.view_call"):
            return self.none()
        seen = _own(user)
        if not seen:
            return self
        if user.has_perm("leads.view_lead"):
            seen |= Q(lead__isnull=False) & visible_leads(user, prefix="lead__")
        return self.filter(seen)

    def of(self, user: User) -> "CallQuerySet":
        """The calls in the tab of `user`: those in which their phone took part; for managers all, or those of their
        team, its leads, and of nobody.
        """
        if not user.is_active or not user.has_perm("communications.view_call"):
            return self.none()
        return self.filter(_own(user))

    def to_process(self) -> "CallQuerySet":
        """Gotowy: neither linked to a lead nor ignored."""
        return self.filter(lead__isnull=True, ignored_at__isnull=True)

    def missed(self) -> "CallQuerySet":
        """Customers called, and nobody answered."""
        return self.filter(direction="in", result__in=MISSED)

    def of_partner(self, partner: Partner) -> "CallQuerySet":
        """The calls of the partner's leads, and those with its numbers or its contacts'."""
        numbers = {partner.phone_e164, *partner.contacts.values_list("phone_e164", flat=True)} - {""}
        return self.filter(of_partner(partner) | Q(number_e164__in=numbers))

    def newest_first(self) -> "CallQuerySet":
        return self.order_by("-started_at", "-pk")

    def with_rows(self) -> "CallQuerySet":
        """With what a list shows of them."""
        return self.select_related("employee", "lead__status", "lead__partner", "ignored_by", "recording").defer(
            "lead__description"
        )


def unread_events(accounts: Collection["TelephonyAccount"]) -> "QuerySet[TelephonyEvent]":
    """What came in and was not understood, the latest first."""
    from communications.models import TelephonyEvent

    rows = TelephonyEvent.objects.filter(account__in=accounts, call__isnull=True)
    return rows.select_related("account").order_by("-pk")


def people_without_extension() -> "QuerySet[User]":
    """Active users whose phone nobody knows."""
    return User.objects.filter(is_active=True, phone_extension="")


def _own(user: User) -> Q:
    """The calls that are `user`'s to process; empty when all are."""
    if not (user.has_perm("leads.view_all_leads") or user.has_perm("leads.view_managed_leads")):
        return Q(people__contains=[user.pk])
    if visibility_of(user) is Visibility.ALL:
        return Q()
    team = [user.pk]
    if user.team_id is not None:
        team = list(User.objects.filter(team=user.team_id).values_list("pk", flat=True))
    own = Q(people__overlap=team) | Q(people=[], lead__isnull=True)
    return own | (Q(lead__isnull=False) & visible_leads(user, prefix="lead__"))
