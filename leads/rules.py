"""The status rule. Pure: it reads the facts it is given and touches no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import LeadStatus, LeadType


class StatusNotAllowed(RuleError):
    """The type does not allow the status, or the status is archived."""


class StatusMissing(RuleError):
    """No status is set up that the lead could have."""


class LostStatusMissing(RuleError):
    """No status is marked „Porażka”."""


class OrderRequired(RuleError):
    """The status asks for a confirmed order, and the lead has none."""


class LostReasonRequired(RuleError):
    """A lead enters the Porażka status with no reason."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """The set-up of the funnel at one moment.

    `statuses` are all of them by id, in sorting order; `ticks` the ids of the statuses that each type lists (types with
    an empty list are absent).
    """

    statuses: Mapping[int, LeadStatus]
    ticks: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def lost_status(self) -> LeadStatus | None:
        """The one status that is marked „Porażka”."""
        return next((status for status in self.statuses.values() if status.is_lost), None)


def is_allowed(funnel: Funnel, *, type_id: int | None, status: LeadStatus) -> bool:
    """The rule itself: a type with an empty list, and no type, allow all; an archived status is allowed to none."""
    if status.is_archived:
        return False
    listed = funnel.ticks.get(type_id) if type_id is not None else None
    return not listed or status.pk in listed


def allowed_statuses(funnel: Funnel, *, type_id: int | None) -> list[LeadStatus]:
    """The statuses that a lead of the type may be given, in sorting order."""
    return [status for status in funnel.statuses.values() if is_allowed(funnel, type_id=type_id, status=status)]


def default_status(funnel: Funnel, *, type_id: int | None) -> LeadStatus:
    """The first allowed status of the type by sorting order.

    Raises StatusMissing when there is none.
    """
    allowed = allowed_statuses(funnel, type_id=type_id)
    if not allowed:
        raise StatusMissing(
            _("No lead status is available. Add one in CRM → Configuration → Settings."), field="status"
        )
    return allowed[0]


def check_status(funnel: Funnel, *, type: LeadType | None, status: LeadStatus) -> None:
    """Refuse a status that the lead's type does not allow.

    Raises StatusNotAllowed with the message for the status field.
    """
    status = funnel.statuses.get(status.pk, status)
    if is_allowed(funnel, type_id=type.pk if type else None, status=status):
        return
    if status.is_archived:
        raise StatusNotAllowed(_("Status “%(status)s” is archived.") % {"status": status.name}, field="status")
    raise StatusNotAllowed(
        _("Status “%(status)s” is not allowed for type “%(type)s”.") % {"status": status.name, "type": type},
        field="status",
    )


def check_order(*, status: LeadStatus, has_order: bool) -> None:
    """Refuse a status that needs an order to a lead without one. Raises OrderRequired."""
    if status.needs_order and not has_order:
        raise OrderRequired(
            _("Status “%(status)s” needs a confirmed order: create one from the lead and confirm it.")
            % {"status": status.name},
            field="status",
        )


def lost_status(funnel: Funnel, *, type: LeadType | None) -> LeadStatus:
    """The status that a lost lead of the type gets.

    Raises LostStatusMissing when none is marked, StatusNotAllowed when the type does not allow it; both say what to set
    up and where.
    """
    status = funnel.lost_status
    if status is None:
        raise LostStatusMissing(
            _("No status is marked “Lost”. Mark one in CRM → Configuration → Settings → Lead statuses.")
        )
    if not is_allowed(funnel, type_id=type.pk if type else None, status=status):
        raise StatusNotAllowed(
            _(
                "Type “%(type)s” does not allow status “%(status)s”."
                " Allow it in CRM → Configuration → Settings → Types and statuses."
            )
            % {"type": type, "status": status.name}
            if type and not status.is_archived
            else _("Status “%(status)s” is archived.") % {"status": status.name},
            field="status",
        )
    return status
