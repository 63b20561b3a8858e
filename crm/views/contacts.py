"""Contacts on the card of a partner: each answer is the whole block, with at most one form open in it."""

from typing import cast

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError, StaleObject
from crm.forms.partners import ContactForm
from crm.htmx import redirect_to, toast
from crm.models import Partner, PartnerContact
from crm.requests import signed_in_user
from crm.services.partners import ContactValues, delete_contact, save_contact
from crm.views.partners import card_context, card_url, may_change, may_view
from crm.views.records import is_htmx, save_once


@require_safe
@may_view
def contact_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The block as it is, with no form open."""
    return _block(request, get_object_or_404(Partner, pk=pk))


@require_http_methods(["GET", "POST"])
@may_change
def contact_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new contact."""
    return _save(request, get_object_or_404(Partner, pk=pk), None)


@require_http_methods(["GET", "POST"])
@may_change
def contact_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a contact."""
    contact = get_object_or_404(PartnerContact.objects.select_related("partner"), pk=pk)
    return _save(request, contact.partner, contact)


@require_POST
@may_change
def contact_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a contact away."""
    contact = get_object_or_404(PartnerContact.objects.select_related("partner"), pk=pk)
    delete_contact(contact=contact, by=signed_in_user(request))
    return _done(request, contact.partner, _("The contact is deleted."))


def _save(request: HttpRequest, partner: Partner, contact: PartnerContact | None) -> HttpResponseBase:
    form = ContactForm(request.POST if request.method == "POST" else None, instance=contact)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            save_once(
                form,
                lambda: save_contact(
                    partner=partner,
                    contact=contact,
                    values=cast(ContactValues, form.values),
                    by=signed_in_user(request),
                    version=form.cleaned_data["version"],
                ),
            )
            return _done(request, partner, _("The contact is saved."))
        except StaleObject:
            form.compare_with_stored()
            status = 409
        except ObjectDoesNotExist:
            form.add_error(None, _("Somebody has deleted this contact in the meantime. What you typed is still here."))
            status = 422
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    return _block(request, partner, form, status=status)


def _done(request: HttpRequest, partner: Partner, text: str) -> HttpResponseBase:
    if not is_htmx(request):
        return redirect_to(request, card_url(partner), text)
    return toast(_block(request, partner), text)


def _block(
    request: HttpRequest, partner: Partner, form: ContactForm | None = None, *, status: int = 200
) -> HttpResponseBase:
    template = "crm/_partner_contacts.html" if is_htmx(request) else "crm/partner_detail.html"
    return render(request, template, card_context(partner, contact_form=form), status=status)
