"""Somebody leaves: their leads go to another sales person, and the account is taken away in the same step."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import User
from crm.people import manageable_users
from crm.services.users import deactivate_user
from leads.models import Lead
from leads.services.actions import assign_leads
from leads.services.replacing import locked_in_chunks, refusal_text


@transaction.atomic
def hand_over(*, leaver: User, to: User | None, only_open: bool, deactivate: bool, by: User) -> int:
    """Give the leads of `leaver` (the open ones only, or all) to the sales person `to` (None: they stay); then, if
    wanted, deactivate the account. Returns the number of leads that changed hands.

    Raises RuleError when a lead could not be given away or the account not be taken away; nothing is stored then.
    """
    if not manageable_users(by).filter(pk=leaver.pk).exists():
        raise RuleError(_("You can't manage this user."))
    count = 0
    condition = Q(sales_person=leaver) & (Q(is_closed=False) if only_open else Q())
    for leads in locked_in_chunks(condition) if to is not None else ():
        for answer in assign_leads(leads=leads, to=to, by=by):
            if not isinstance(answer, Lead):
                raise RuleError(refusal_text(answer), field="to")
            count += 1
    if deactivate:
        deactivate_user(user=leaver, by=by)
    return count
