"""What search boxes ask for while one types: `?q=…` → `[{"id", "text", "hint"}]`, at most 20."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from crm import formats, querysets
from crm.current import system_settings
from crm.models import Partner, Product
from crm.nip import format_nip


@require_safe
@permission_required("crm.view_partner", raise_exception=True)
def partner_search(request: HttpRequest) -> JsonResponse:
    """Partners that are not archived."""
    found = querysets.partners_to_choose(request.GET.get("q", ""))
    return _answer((partner.pk, partner.name, _partner_hint(partner)) for partner in found)


@require_safe
@permission_required("crm.view_product", raise_exception=True)
def product_search(request: HttpRequest) -> JsonResponse:
    """Products that are not archived."""
    found = querysets.products_to_choose(request.GET.get("q", ""))
    return _answer((product.pk, product.name, _product_hint(product)) for product in found)


@require_safe
def user_search(request: HttpRequest) -> JsonResponse:
    """Active users: any of them may be a sales person."""
    found = querysets.people_to_choose(request.GET.get("q", ""))
    return _answer((user.pk, user.get_full_name(), user.email or "") for user in found)


def _answer(found: Iterable[tuple[int, str, str]]) -> JsonResponse:
    rows: list[dict[str, Any]] = [{"id": pk, "text": text, "hint": hint} for pk, text, hint in found]
    return JsonResponse(rows, safe=False)


def _partner_hint(partner: Partner) -> str:
    nip = f"NIP {format_nip(partner.nip)}" if partner.nip else ""
    return " · ".join(part for part in (nip, partner.city) if part)


def _product_hint(product: Product) -> str:
    currency = system_settings().currency
    price = formats.format_money(product.net_price, currency) if product.net_price is not None else ""
    return " · ".join(part for part in (product.code or "", price) if part)
