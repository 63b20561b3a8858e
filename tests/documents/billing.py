"""Invoices that tests begin with."""

from decimal import Decimal
from typing import Any

from crm.models import InvoiceType, Partner, User
from documents.kinds import INVOICES
from documents.models import Invoice
from documents.services import add_lines, create_draft, take_step, update_draft
from documents.transitions import find_transition
from tests.factories.crm import PartnerFactory
from tests.factories.documents import InvoiceTypeFactory

LINE: dict[str, Any] = {
    "description": "Wdrożenie",
    "quantity": Decimal(2),
    "unit": "szt.",
    "price": Decimal("100.00"),
    "vat_rate": "23",
}


def customer(**values: Any) -> Partner:
    """A Polish company with a NIP."""
    return PartnerFactory(
        **{
            "name": "Zażółć S.A.",
            "nip": "7740001454",
            "street": "ul. Świętokrzyska 1",
            "postal_code": "00-360",
            "city": "Warszawa",
            "email": "faktury@zazolc.test",
            **values,
        }
    )


def draft(*, by: User, lines: list[dict[str, Any]] | None = None, partner: Partner | None = None, **header: Any) -> Any:
    """A draft over 246.00 PLN, unless `lines` say otherwise."""
    InvoiceType.objects.filter(is_correction=False).exists() or InvoiceTypeFactory()
    invoice = create_draft(kind=INVOICES, by=by, partner=partner or customer())
    rows = [LINE | line for line in lines or [{}]]
    invoice = add_lines(document=invoice, rows=rows, by=by, version=None)
    return update_draft(document=invoice, values=header, by=by, version=None) if header else invoice


def issue(invoice: Invoice, *, by: User) -> Invoice:
    """Issue a draft."""
    issued: Invoice = take_step(document=invoice, transition=find_transition(invoice, "issue"), by=by)
    return issued


def issued(*, by: User, **values: Any) -> Invoice:
    """An issued invoice over 246.00 PLN, unless `values` (see `draft`) say otherwise."""
    return issue(draft(by=by, **values), by=by)
