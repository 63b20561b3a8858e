"""What the card of a lead shows beside its form: the status bar, the actions, the warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crm.errors import RuleError
from crm.models import LeadStatus, User
from leads import permissions
from leads.card_actions import CardAction, card_actions
from leads.files import MAX_BYTES
from leads.history import time_in_status
from leads.models import Lead
from leads.orders import has_order
from leads.rules import Funnel, check_order, check_status


@dataclass(frozen=True, slots=True)
class StatusButton:
    """A status in the bar; `refusal` says why the lead can't get it."""

    status: LeadStatus
    is_current: bool
    refusal: str


class LeadCard:
    """A lead as `user` meets it on its card."""

    def __init__(self, lead: Lead, *, user: User, funnel: Funnel) -> None:
        self.lead = lead
        self.user = user
        self.funnel = funnel

    @cached_property
    def statuses(self) -> Sequence[StatusButton]:
        """All statuses that are not archived, and the one in which the lead stands, in sorting order."""
        return [
            StatusButton(status, is_current=status.pk == self.lead.status_id, refusal=self._refusal(status))
            for status in self.funnel.statuses.values()
            if not status.is_archived or status.pk == self.lead.status_id
        ]

    @property
    def stranded(self) -> str:
        """Why the status of the lead is no longer allowed; empty when it is."""
        return self._refusal(self.funnel.statuses[self.lead.status_id])

    def _refusal(self, status: LeadStatus) -> str:
        try:
            check_status(self.funnel, type=self.lead.type, status=status)
            if status.needs_order and status.pk != self.lead.status_id:
                check_order(status=status, has_order=self._has_order)
        except RuleError as refusal:
            return str(refusal)
        return ""

    @cached_property
    def _has_order(self) -> bool:
        return has_order(self.lead.pk)

    @property
    def time_in_status(self) -> str:
        return time_in_status(self.lead)

    @cached_property
    def can_edit(self) -> bool:
        return permissions.may_edit(self.user)

    @property
    def max_file_megabytes(self) -> int:
        """How large a file may be."""
        return MAX_BYTES // 2**20

    @cached_property
    def actions(self) -> list[CardAction]:
        """What later apps let one do."""
        return card_actions(lead=self.lead, user=self.user)

    @property
    def can_lose(self) -> bool:
        return self.can_edit and not self.lead.is_closed

    @property
    def can_reopen(self) -> bool:
        return self.can_edit and self.lead.is_closed

    @property
    def can_take(self) -> bool:
        return permissions.may_take(self.user, self.lead)

    @property
    def can_create_partner(self) -> bool:
        return self.can_edit and self.lead.partner_id is None and self.user.has_perm("crm.add_partner")

    @property
    def can_copy(self) -> bool:
        return permissions.may_create(self.user)

    @property
    def can_merge(self) -> bool:
        return self.can_edit

    @property
    def can_delete(self) -> bool:
        return permissions.may_delete(self.user, self.lead)
