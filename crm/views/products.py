"""Produkty: the list, the card, and what changes them. Everyone sees all products."""

from decimal import Decimal
from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.forms.products import UNITS, UNITS_ID, ProductForm
from crm.htmx import redirect_to
from crm.models import Product
from crm.paging import Sort
from crm.requests import signed_in_user
from crm.services.products import ProductValues, archive_product, delete_product, restore_product, save_product
from crm.views.records import confirm_deletion, is_htmx, read_listing, save_form

SORTS = {
    "name": Sort("name_sort"),
    "code": Sort("code", ""),
    "unit": Sort("unit", ""),
    "price": Sort("net_price", Decimal(-1)),
    "vat": Sort("vat_rate"),
}

may_view = permission_required("crm.view_product", raise_exception=True)
may_add = permission_required("crm.add_product", raise_exception=True)
may_change = permission_required("crm.change_product", raise_exception=True)
may_delete = permission_required("crm.delete_product", raise_exception=True)


@require_safe
@may_view
def product_list(request: HttpRequest) -> HttpResponse:
    """The list; HTMX gets its table alone."""
    listing = read_listing(Product.objects.all(), request.GET, sorts=SORTS)
    template = "crm/_product_table.html" if is_htmx(request) else "crm/product_list.html"
    return render(request, template, {"listing": listing})


@require_safe
@may_view
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The card."""
    return render(request, "crm/product_detail.html", {"product": get_object_or_404(Product, pk=pk)})


@require_http_methods(["GET", "POST"])
@may_add
def product_create(request: HttpRequest) -> HttpResponseBase:
    """A new product."""
    return _save(request, None)


@require_http_methods(["GET", "POST"])
@may_change
def product_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a product."""
    return _save(request, get_object_or_404(Product, pk=pk))


@require_POST
@may_change
def product_archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer a product no more."""
    product = archive_product(product=get_object_or_404(Product, pk=pk), by=signed_in_user(request))
    return redirect_to(request, _card_url(product), _("“%(name)s” is archived.") % {"name": product})


@require_POST
@may_change
def product_restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer an archived product again."""
    product = restore_product(product=get_object_or_404(Product, pk=pk), by=signed_in_user(request))
    return redirect_to(request, _card_url(product), _("“%(name)s” is restored.") % {"name": product})


@require_http_methods(["GET", "POST"])
@may_delete
def product_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask, and delete; what is in use says where, and offers archiving."""
    product = get_object_or_404(Product, pk=pk)
    return confirm_deletion(
        request,
        product,
        delete=lambda: delete_product(product=product, by=signed_in_user(request)),
        done_at=reverse("crm:product_list"),
        context={
            "row_url": _card_url(product),
            "archive_url": reverse("crm:product_archive", args=[pk]) if not product.is_archived else "",
        },
    )


def _card_url(product: Product) -> str:
    return reverse("crm:product_detail", args=[product.pk])


def _save(request: HttpRequest, product: Product | None) -> HttpResponseBase:
    form = ProductForm(request.POST if request.method == "POST" else None, instance=product)
    return save_form(
        request,
        form,
        template="crm/product_form.html",
        save=lambda: save_product(
            product=product,
            values=cast(ProductValues, form.values),
            by=signed_in_user(request),
            version=form.cleaned_data["version"],
        ),
        saved_at=_card_url,
        context={"product": product, "units": UNITS, "units_id": UNITS_ID},
    )
