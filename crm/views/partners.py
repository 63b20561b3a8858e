"""Partnerzy: the list, the card, and what changes them. Everyone sees all partners."""

from typing import Any, cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.forms.partners import ContactForm, PartnerForm
from crm.htmx import redirect_to
from crm.models import Partner
from crm.numbers import parse_id
from crm.paging import Sort
from crm.querysets import similar_partners
from crm.requests import signed_in_user
from crm.services.partners import PartnerValues, archive_partner, delete_partner, restore_partner, save_partner
from crm.views.records import confirm_deletion, is_htmx, read_listing, save_form

SORTS = {
    "name": Sort("name_sort"),
    "nip": Sort("nip", ""),
    "city": Sort("city_sort", ""),
    "phone": Sort("phone_e164", ""),
    "email": Sort("email", ""),
}

may_view = permission_required("crm.view_partner", raise_exception=True)
may_add = permission_required("crm.add_partner", raise_exception=True)
may_change = permission_required("crm.change_partner", raise_exception=True)
may_delete = permission_required("crm.delete_partner", raise_exception=True)


@require_safe
@may_view
def partner_list(request: HttpRequest) -> HttpResponse:
    """The list; HTMX gets its table alone."""
    listing = read_listing(Partner.objects.all(), request.GET, sorts=SORTS, kinds=tuple(Partner.Kind.values))
    template = "crm/_partner_table.html" if is_htmx(request) else "crm/partner_list.html"
    return render(request, template, {"listing": listing, "kinds": Partner.Kind.choices})


@require_safe
@may_view
def partner_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The card."""
    return render(request, "crm/partner_detail.html", card_context(get_object_or_404(Partner, pk=pk)))


@require_http_methods(["GET", "POST"])
@may_add
def partner_create(request: HttpRequest) -> HttpResponseBase:
    """A new partner."""
    return _save(request, None)


@require_http_methods(["GET", "POST"])
@may_change
def partner_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a partner."""
    return _save(request, get_object_or_404(Partner, pk=pk))


@require_POST
@may_change
def partner_archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer a partner no more."""
    partner = archive_partner(partner=get_object_or_404(Partner, pk=pk), by=signed_in_user(request))
    return redirect_to(request, card_url(partner), _("“%(name)s” is archived.") % {"name": partner})


@require_POST
@may_change
def partner_restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer an archived partner again."""
    partner = restore_partner(partner=get_object_or_404(Partner, pk=pk), by=signed_in_user(request))
    return redirect_to(request, card_url(partner), _("“%(name)s” is restored.") % {"name": partner})


@require_http_methods(["GET", "POST"])
@may_delete
def partner_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask, and delete; what is in use says where, and offers archiving."""
    partner = get_object_or_404(Partner, pk=pk)
    return confirm_deletion(
        request,
        partner,
        delete=lambda: delete_partner(partner=partner, by=signed_in_user(request)),
        done_at=reverse("crm:partner_list"),
        context={
            "row_url": card_url(partner),
            "archive_url": reverse("crm:partner_archive", args=[pk]) if not partner.is_archived else "",
        },
    )


@require_safe
@may_view
def partner_similar(request: HttpRequest) -> HttpResponse:
    """Partners that may be the one being typed: `?name= &nip= &phone= &email= &exclude=`."""
    exclude = request.GET.get("exclude", "")
    typed = {name: request.GET.get(name, "") for name in ("name", "nip", "phone", "email")}
    found = similar_partners(**typed, exclude=parse_id(exclude))
    return render(request, "crm/_partner_similar.html", {"similar": found, "exclude": exclude})


def card_url(partner: Partner) -> str:
    """Where the card of `partner` is."""
    return reverse("crm:partner_detail", args=[partner.pk])


def card_context(partner: Partner, *, contact_form: ContactForm | None = None) -> dict[str, Any]:
    """What the card shows; `contact_form` is the one that is open."""
    contacts = partner.contacts.select_related("position")
    return {"partner": partner, "contacts": contacts, "contact_form": contact_form}


def _save(request: HttpRequest, partner: Partner | None) -> HttpResponseBase:
    form = PartnerForm(request.POST if request.method == "POST" else None, instance=partner)
    return save_form(
        request,
        form,
        template="crm/partner_form.html",
        save=lambda: save_partner(
            partner=partner,
            values=cast(PartnerValues, form.values),
            by=signed_in_user(request),
            version=form.cleaned_data["version"],
        ),
        saved_at=card_url,
        context={"partner": partner},
    )
