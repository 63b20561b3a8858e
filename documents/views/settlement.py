"""Actions on an issued invoice: payments, its KSeF number, a correction."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.errors import RuleError
from crm.htmx import redirect_to, render_form_error
from crm.once import make_once
from crm.requests import signed_in_user
from documents.forms_settlement import KsefForm, PaymentForm
from documents.kinds import INVOICES
from documents.models import Invoice, Payment
from documents.panel import panel_context
from documents.permissions import may_create, may_enter_ksef, may_settle
from documents.services.corrections import CorrectionOpen, correct_invoice
from documents.services.ksef import enter_ksef_number, remove_ksef_number
from documents.services.payments import balance_now, delete_payment, register_payment
from documents.views.common import find_document, refused
from leads.views.responses import is_htmx, require


@require_POST
def payment_create(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Register a payment of an invoice."""
    user, invoice = find_document(request, INVOICES, pk)
    require(may_settle(user))
    form = PaymentForm(request.POST, balance=balance_now(invoice))
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("amount", "paid_on", "note")}
        key = f"payment {pk} {user.pk} {form.cleaned_data['once']}"
        try:
            make_once(
                key,
                rows=Payment.objects.visible_to(user).filter(invoice=invoice),
                make=lambda: register_payment(invoice=invoice, by=user, **values),
            )
            return redirect_to(request, INVOICES.url("detail", pk), _("The payment is registered."))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal)
    return _panel(request, invoice, payment_form=form)


@require_POST
def payment_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a payment back."""
    user = signed_in_user(request)
    payment = get_object_or_404(Payment.objects.visible_to(user).select_related("invoice"), pk=pk)
    require(may_settle(user))
    try:
        delete_payment(payment=payment, by=user)
    except (RuleError, ObjectDoesNotExist) as refusal:
        rule = refusal if isinstance(refusal, RuleError) else RuleError(_("This payment has just been deleted."))
        return refused(request, INVOICES, payment.invoice, rule)
    return redirect_to(request, INVOICES.url("detail", payment.invoice_id), _("The payment is taken back."))


@require_POST
def ksef_enter(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Enter the number that KSeF gave the invoice."""
    user, invoice = find_document(request, INVOICES, pk)
    require(may_enter_ksef(user))
    form = KsefForm(request.POST, invoice=invoice)
    if form.is_valid():
        try:
            enter_ksef_number(invoice=invoice, number=form.cleaned_data["number"], by=user)
            return redirect_to(request, INVOICES.url("detail", pk), _("The KSeF number is saved."))
        except (RuleError, ValidationError) as refusal:
            form.refuse(refusal, field="number")
    return _panel(request, invoice, ksef_form=form)


@require_POST
def ksef_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a KSeF number that was entered by mistake."""
    user, invoice = find_document(request, INVOICES, pk)
    require(may_enter_ksef(user))
    remove_ksef_number(invoice=invoice, by=user)
    return redirect_to(request, INVOICES.url("detail", pk), _("The KSeF number is removed."), "info")


@require_POST
def invoice_correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A draft that corrects the invoice, opened for completion; the one that is open already, if there is one."""
    user, invoice = find_document(request, INVOICES, pk)
    require(may_create(user, INVOICES))
    try:
        correction = correct_invoice(invoice=invoice, by=user)
    except CorrectionOpen as refusal:
        return redirect_to(request, INVOICES.url("detail", refusal.correction.pk), str(refusal), "info")
    except RuleError as refusal:
        return refused(request, INVOICES, invoice, refusal)
    return redirect_to(request, INVOICES.url("detail", correction.pk))


def _panel(request: HttpRequest, invoice: Invoice, **forms: Any) -> HttpResponseBase:
    """The block with a refused form in it; without scripts, the page with what was wrong."""
    if not is_htmx(request):
        errors = [error for form in forms.values() for told in form.errors.values() for error in told]
        return redirect_to(request, INVOICES.url("detail", invoice.pk), " ".join(errors), "danger")
    context = panel_context(INVOICES, invoice, user=signed_in_user(request), **forms)
    return render_form_error(request, "documents/_document_panel.html", context)
