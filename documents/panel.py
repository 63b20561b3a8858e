"""What the block beside a document shows: how it goes out, what was paid of it, KSeF, and its corrections."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from crm.models import Seller, User
from documents import money, permissions
from documents.corrections import ISSUED, lines_before
from documents.forms_settlement import KsefForm, PaymentForm
from documents.kinds import INVOICES, AnyDocument, Kind
from documents.mailing import SENDABLE_INVOICES, SENDABLE_ORDERS, needs_ksef_warning
from documents.models import Invoice
from documents.services.payments import balance_now
from documents.settlement import Balance, is_overdue


def panel_context(
    kind: Kind,
    document: AnyDocument,
    *,
    user: User,
    payment_form: PaymentForm | None = None,
    ksef_form: KsefForm | None = None,
) -> dict[str, Any]:
    """The context of `_document_panel.html`; a form is the one that was refused."""
    sendable = SENDABLE_INVOICES if kind is INVOICES else SENDABLE_ORDERS
    context: dict[str, Any] = {
        "document": document,
        "kind": kind,
        "panel_url": kind.url("panel", document.pk),
        "pdf_url": kind.url("pdf", document.pk),
        "mail_url": _mail_url(kind, document) if document.state in sendable else "",
        "lacks_seller": not Seller.objects.exists(),
        "is_invoice": kind is INVOICES,
    }
    if isinstance(document, Invoice):
        context |= _invoice_context(document, user, payment_form, ksef_form)
    return context


def _mail_url(kind: Kind, document: AnyDocument) -> str:
    return f"{reverse('communications:mail_compose')}?about={kind.name}:{document.pk}"


def _invoice_context(
    invoice: Invoice, user: User, payment_form: PaymentForm | None, ksef_form: KsefForm | None
) -> dict[str, Any]:
    is_issued = invoice.state in ISSUED
    root = invoice.correction_of or invoice
    balance = balance_now(root)
    may_settle = permissions.may_settle(user)
    return {
        "is_issued": is_issued,
        "balance": balance,
        "is_overdue": is_overdue(
            invoice.due_date, today=timezone.localdate(), is_due=invoice.state == Invoice.State.DUE and balance.left > 0
        ),
        "payments": list(root.payments.select_related("created_by")) if is_issued else [],
        "may_settle": may_settle,
        "payment_form": payment_form
        or (PaymentForm(balance=balance, once=get_random_string(22)) if may_settle and balance.left else None),
        "needs_ksef": needs_ksef_warning(invoice) and is_issued,
        "ksef_form": ksef_form or KsefForm(invoice=invoice),
        "may_enter_ksef": permissions.may_enter_ksef(user),
        "corrections": list(root.corrections.visible_to(user).order_by("pk")) if is_issued else [],
        "may_correct": is_issued and invoice.correction_of_id is None and permissions.may_create(user, INVOICES),
        "comparison": _comparison(invoice) if invoice.correction_of_id is not None else None,
    }


def _new_payment(balance: Balance, *, may_settle: bool) -> PaymentForm | None:
    return PaymentForm(balance=balance, once=get_random_string(22)) if may_settle and balance.left else None


def _comparison(correction: Invoice) -> dict[str, Any]:
    """The lines before a correction, and what it changes by rate."""
    before = lines_before(correction)
    gross = correction.has_gross_prices
    after = list(correction.lines.order_by("position", "pk"))
    totals = money.compute(before, gross=gross), money.compute(after, gross=gross)
    return {"before": before, "difference": money.difference(*totals)}
