"""What the search everywhere finds in this app: leads."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.finding import SHOWN, Group, Provider, Result, best_rows, group_of, in_given_order
from crm.models import User
from crm.numbers import parse_id
from crm.search import beginning, holds_any
from leads.filters import ALL
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.search import search_condition

# Where a lead may hold what was typed, when its name and partner do not: the first that does is shown.
TOLD = ("company_name", "email", "phone", "city", "external_id")


def _find_leads(text: str, user: User) -> Group:
    """The lead with this ID first, then those that fit best: by their own texts, and by their partner's."""
    visible = Lead.objects.visible_to(user)
    by_id = parse_id(re.sub(r"^#\s*", "", text))
    ids = [] if by_id is None else list(visible.filter(pk=by_id).values_list("pk", flat=True))
    ids += best_rows(visible, begins=beginning(text), holds=search_condition(text), last="is_closed")
    ids = list(dict.fromkeys(ids))[: SHOWN + 1]
    results = [_lead(lead, text) for lead in in_given_order(_shown(visible, ids), ids)]
    more_url = f"{reverse('leads:lead_list')}?{urlencode({'q': text, 'state': ALL})}"
    return group_of(_("Leads"), results, more_url=more_url)


def _recall_leads(ids: Iterable[int], user: User) -> list[Result]:
    return [_lead(lead, "") for lead in _shown(Lead.objects.visible_to(user), ids)]


def _shown(leads: LeadQuerySet, ids: Iterable[int]) -> LeadQuerySet:
    return leads.filter(pk__in=list(ids)).select_related("status", "partner").defer("description")


def _lead(lead: Lead, text: str) -> Result:
    person = f"{lead.first_name} {lead.last_name}".strip()
    partner = lead.partner.name if lead.partner else ""
    hidden = (getattr(lead, name) or "" for name in TOLD)
    found_in = next((value for value in (person, *hidden) if text and value and holds_any(value, text)), "")
    return Result(
        title=lead.name,
        url=reverse("leads:lead_detail", args=[lead.pk]),
        icon="target-arrow",
        kind="lead",
        pk=lead.pk,
        hint=" · ".join(dict.fromkeys(part for part in (lead.number, partner, found_in) if part)),
        badge=lead.status.name,
        colour=lead.status.colour,
    )


LEADS = Provider("lead", gettext_lazy("Leads"), _find_leads, _recall_leads)
