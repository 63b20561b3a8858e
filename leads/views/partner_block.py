"""Leads on the card of a partner: a block that the card loads by name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from crm.models import Partner
from crm.requests import signed_in_user
from leads.permissions import may_create
from leads.querysets_partner import leads_of_partner


@require_safe
def partner_leads(request: HttpRequest, pk: int) -> HttpResponse:
    """The leads of a partner that the user may see, with their sums."""
    user = signed_in_user(request)
    partner = get_object_or_404(Partner, pk=pk)
    context = {"partner": partner, "leads": leads_of_partner(pk, user=user), "can_create": may_create(user)}
    return render(request, "leads/_partner_leads.html", context)
