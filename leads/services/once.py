"""Storing a form that may come twice."""

from collections.abc import Iterable

from crm.models import LeadTag, User
from crm.once import make_once
from leads.models import Lead
from leads.services.actions import copy_lead
from leads.services.write import LeadValues, create_lead


def create_lead_once(*, key: str, values: LeadValues, by: User, tags: Iterable[LeadTag] = ()) -> Lead:
    """Store a new lead; called again with the same `key`, even at the same moment, give the one already stored.

    Raises what `create_lead` raises.
    """
    lead, _made = make_once(key, rows=Lead.objects.all(), make=lambda: create_lead(values=values, tags=tags, by=by))
    return lead


def copy_lead_once(*, key: str, lead: Lead, by: User) -> Lead:
    """A copy of `lead`; called again with the same `key`, the one already made.

    Raises what `copy_lead` raises.
    """
    copy, _made = make_once(key, rows=Lead.objects.all(), make=lambda: copy_lead(lead=lead, by=by))
    return copy
