"""The documents of a lead or a partner on their cards, and new ones made there."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST, require_safe

from crm.errors import RuleError
from crm.htmx import redirect_to
from crm.models import Partner
from crm.once import make_once
from crm.requests import signed_in_user
from documents.card_actions import create_action
from documents.kinds import Kind
from documents.permissions import may_create
from documents.services import create_from_lead
from documents.sums import documents_block
from leads.views.responses import find_lead, refused, require


@require_safe
def lead_documents(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The block „Zamówienia” or „Faktury” on the card of a lead."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(user.has_perm(kind.may("view")))
    context = {
        "block": documents_block(kind, user=user, lead=lead),
        "kind": kind,
        "lead": lead,
        "create": create_action(kind, lead=lead, user=user),
    }
    return render(request, "documents/_lead_documents.html", context)


@require_safe
def partner_documents(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """The block „Zamówienia” or „Faktury” on the card of a partner."""
    user = signed_in_user(request)
    require(user.has_perm("crm.view_partner") and user.has_perm(kind.may("view")))
    partner = get_object_or_404(Partner, pk=pk)
    context = {
        "block": documents_block(kind, user=user, partner=partner),
        "kind": kind,
        "partner": partner,
        "may_create": may_create(user, kind) and not partner.is_archived,
        "token": get_random_string(22),
    }
    return render(request, "documents/_partner_documents.html", context)


@require_POST
def lead_create(request: HttpRequest, kind: Kind, pk: int) -> HttpResponseBase:
    """Utwórz zamówienie, Utwórz fakturę: a draft for the lead, opened for completion. Sent twice from one page, one."""
    user = signed_in_user(request)
    lead = find_lead(user, pk)
    require(may_create(user, kind))
    key = f"{kind.name} of lead {pk} {user.pk} {request.GET.get('token', '')}"
    try:
        document, _made = make_once(
            key, rows=kind.model.objects.visible_to(user), make=lambda: create_from_lead(kind=kind, lead=lead, by=user)
        )
    except (RuleError, ValidationError) as refusal:
        return refused(request, lead, refusal)
    return redirect_to(request, kind.url("detail", document.pk))
