"""Somebody leaves: their leads go to another sales person, and the account is taken away in the same step."""

from enum import StrEnum
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from crm.people import manageable_users
from crm.services.users import deactivate_user
from leads.models import Lead
from leads.services.actions import assign_leads
from leads.services.activities import hand_over_activities
from leads.services.replacing import locked_in_chunks, refusal_text


class Which(StrEnum):
    """The leads that are handed over."""

    OPEN = "open"
    ALL = "all"
    NONE = "none"


class HandedOver(NamedTuple):
    """How many leads and activities changed hands, and how many activities nobody else could take."""

    leads: int = 0
    activities: int = 0
    kept_activities: int = 0


@transaction.atomic
def hand_over(
    *, leaver: User, to: User | None, leads: Which, activities: bool, deactivate: bool, by: User
) -> HandedOver:
    """Give the leads of `leaver`, and the open activities if wanted, to `to` (None: all stays); then, if wanted,
    deactivate the account.

    Raises RuleError when a lead could not be given away or the account not be taken away; nothing is stored then.
    """
    if not manageable_users(by).filter(pk=leaver.pk).exists():
        raise RuleError(_("You can't manage this user."))
    count, moved = 0, (0, 0)
    condition = Q(sales_person=leaver) & (Q(is_closed=False) if leads is Which.OPEN else Q())
    for chunk in locked_in_chunks(condition) if to is not None and leads is not Which.NONE else ():
        for answer in assign_leads(leads=chunk, to=to, by=by):
            if not isinstance(answer, Lead):
                raise RuleError(refusal_text(answer), field="to")
            count += 1
    if activities and to is not None:
        moved = hand_over_activities(of=leaver, to=to, by=by)
    if deactivate:
        deactivate_user(user=leaver, by=by)
    return HandedOver(count, *moved)
