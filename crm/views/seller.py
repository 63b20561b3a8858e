"""The company data of „Ustawienia”, which documents print as their seller."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.errors import StaleObject
from crm.forms.seller import SellerForm
from crm.htmx import redirect_to
from crm.models import Seller
from crm.requests import signed_in_user
from crm.services.seller import save_seller
from crm.views.accounts import picture_response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("crm.manage_settings", raise_exception=True)
def seller_edit(request: HttpRequest) -> HttpResponseBase:
    """The form; after a save by somebody else it shows what is stored now, and the next save goes over it."""
    seller = Seller.objects.current()
    form = SellerForm(request.POST or None, request.FILES or None, instance=seller)
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            save_seller(
                values=form.values,
                seen=form.cleaned_data["seen"],
                logo=form.logo,
                remove_logo=form.cleaned_data.get("remove_logo", False),
                by=signed_in_user(request),
            )
        except StaleObject:
            stored = form.see_again()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect_to(request, request.path, _("Company data saved."))
    context = {"form": form, "seller": seller, "stored": stored}
    return render(request, "crm/seller_edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def seller_logo(request: HttpRequest) -> FileResponse:
    """The logo, for everyone who is signed in."""
    seller = Seller.objects.current()
    if seller is None or not seller.logo:
        raise Http404
    return picture_response(seller.logo, content_type="image/png")
