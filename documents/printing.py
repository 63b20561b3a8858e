"""Orders and invoices as printed documents: what documents/pdf and documents/ksef write."""

from decimal import Decimal
from typing import Any

from crm.current import system_settings
from crm.models import Seller
from documents import money
from documents.corrections import lines_before
from documents.ksef.countries import EU, POLAND, country_code
from documents.ksef.numbers import verification_url
from documents.models import Document, Invoice, Order
from documents.pdf import (
    Kind,
    Language,
    PriceBasis,
    PrintedDocument,
    PrintedLine,
    PrintedParty,
    PrintedRate,
    PrintedTotals,
    render_pdf,
)
from documents.rules import account_of

SPLIT_PAYMENT_FROM = Decimal(15000)  # zloty, gross: art. 108a section 1a of the VAT act
ZLOTY = Document.Currency.PLN
NO_SELLER = PrintedParty(name="–")


def render(document: Order | Invoice, *, language: Language | None = None) -> bytes:
    """The PDF of a document, in the language of its buyer unless another one is asked for."""
    return render_pdf(printed(document), language=language or language_of(document))


def language_of(document: Order | Invoice) -> Language:
    """Polish for a buyer in Poland, English for the others."""
    return "pl" if document.buyer_nip or country_code(document.buyer_country) == POLAND else "en"


def file_name(document: Order | Invoice) -> str:
    """How a file of the document is called, without its kind: `FV-2026-11-0001`."""
    return document.number.replace("/", "-") if document.number else f"{document._meta.model_name}-{document.pk}"


def printed(document: Order | Invoice) -> PrintedDocument:
    """What a document says, with the seller it was issued with (a draft: with today's)."""
    seller = document.seller or Seller.objects.current()
    rate = _rate_to_zloty(document)
    lines = list(document.lines.order_by("position", "pk"))
    totals = money.compute(lines, gross=document.has_gross_prices)
    common: dict[str, Any] = {
        "seller": _seller(seller),
        "buyer": _buyer(document),
        "lines": _lines(document, lines),
        "totals": _totals(totals, rate),
        "currency": document.currency,
        "basis": PriceBasis.GROSS if document.has_gross_prices else PriceBasis.NET,
        "number": document.number or "",
        "is_draft": document.state == document.State.DRAFT,
        "is_cancelled": document.state == document.State.CANCELLED,
        "issued_on": document.issue_date,
        "delivery_address": tuple(document.delivery_address.splitlines()),
        "notes": document.notes,
        "issued_by": str(document.created_by or ""),
        "logo": _logo(seller),
    }
    if isinstance(document, Order):
        return PrintedDocument(kind=Kind.ORDER, **common)
    return _invoice(document, seller, common, lines, totals, rate)


def _invoice(
    invoice: Invoice, seller: Seller | None, common: dict[str, Any], lines: list[Any], totals: money.Totals,
    rate: Decimal | None,
) -> PrintedDocument:  # fmt: skip
    rates = {line.vat_rate for line in lines}
    country = country_code(invoice.buyer_country)
    account = account_of(invoice, seller)
    values = {
        "kind": Kind.INVOICE,
        "sold_on": invoice.sale_date,
        "due_on": invoice.due_date,
        "payment_method": invoice.get_payment_method_display(),
        "payment_days": _days(invoice),
        "bank_account": account,
        "bank_name": seller.bank_name if seller and account in _accounts(seller) else "",
        "paid": invoice.paid_total,
        "is_split_payment": is_split_payment(invoice, totals.gross, rate),
        "is_reverse_charge": "np" in rates and not invoice.buyer_nip and country in EU and country != POLAND,
        "exemption_basis": seller.exemption_basis if seller and "zw" in rates else "",
        "exchange_rate": rate,
        "order_number": invoice.order.number or "" if invoice.order else "",
        "ksef_number": invoice.ksef_number,
        "verification_url": _verification_url(invoice),
        "is_unsent_to_ksef": bool(invoice.buyer_nip and not invoice.ksef_number),
    }
    if invoice.correction_of is not None:
        values |= _correction(invoice, invoice.correction_of, totals, rate)
    return PrintedDocument(**common | values)


def is_split_payment(invoice: Invoice, gross: Decimal, rate: Decimal | None) -> bool:
    """Whether the words „mechanizm podzielonej płatności” stand on the invoice: from 15,000 zloty, where the mark is
    set (art. 106e section 1 point 18a).
    """
    in_zloty = gross if rate is None else money.exchanged(gross, rate)
    return invoice.split_payment and abs(in_zloty) >= SPLIT_PAYMENT_FROM


def _correction(invoice: Invoice, corrected: Invoice, after: money.Totals, rate: Decimal | None) -> dict[str, Any]:
    before_lines = lines_before(invoice)
    before = money.compute(before_lines, gross=invoice.has_gross_prices)
    return {
        "kind": Kind.CORRECTION,
        "corrected_number": corrected.number or "",
        "corrected_on": corrected.issue_date,
        "corrected_ksef_number": corrected.ksef_number,
        "reason": invoice.correction_reason,
        "lines_before": _lines(invoice, before_lines),
        "difference": _totals(money.difference(before, after), rate),
    }


def _days(invoice: Invoice) -> int | None:
    if invoice.due_date is None or invoice.issue_date is None:
        return None
    return (invoice.due_date - invoice.issue_date).days


def _rate_to_zloty(document: Order | Invoice) -> Decimal | None:
    """What a unit of a foreign currency costs in zloty; None for zloty, and where another currency is the system's."""
    return document.rate if document.currency != ZLOTY == system_settings().currency else None


# --- Parts ---------------------------------------------------------------------------------------------------------


def _seller(seller: Seller | None) -> PrintedParty:
    if seller is None:
        return NO_SELLER
    return PrintedParty(seller.name, tuple(seller.address), nip=seller.nip, email=seller.email, phone=seller.phone)


def _buyer(document: Order | Invoice) -> PrintedParty:
    country = country_code(document.buyer_country)
    town = f"{document.buyer_postal_code} {document.buyer_city}".strip()
    parts = (document.buyer_street, town, document.buyer_country if country != POLAND else "")
    return PrintedParty(
        document.buyer_name or "–",
        tuple(filter(None, parts)),
        country=country,
        nip=document.buyer_nip,
        vat_eu=document.buyer_vat_eu,
    )


def _lines(document: Order | Invoice, lines: list[Any]) -> tuple[PrintedLine, ...]:
    return tuple(
        PrintedLine(
            name=line.description,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            rate=line.vat_rate,
            amount=money.line_value(line),
            discount=line.discount,
        )
        for line in lines
    )


def _totals(totals: money.Totals, rate: Decimal | None) -> PrintedTotals:
    rates = tuple(
        PrintedRate(
            sums.vat_rate, sums.net, sums.vat, sums.gross, None if rate is None else money.exchanged(sums.vat, rate)
        )
        for sums in totals.rates
    )
    return PrintedTotals(rates, totals.net, totals.vat, totals.gross)


def _accounts(seller: Seller) -> tuple[str, str]:
    return seller.bank_account, seller.bank_account_eur


def _logo(seller: Seller | None) -> bytes:
    """The logo as it is stored; nothing when its file is gone: a document is never held back by a picture."""
    if seller is None or not seller.logo:
        return b""
    try:
        with seller.logo.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""


def _verification_url(invoice: Invoice) -> str:
    structured = getattr(invoice, "structured", None) if invoice.ksef_number else None
    if structured is None or invoice.seller is None or invoice.issue_date is None:
        return ""
    return verification_url(seller_nip=invoice.seller.nip, issued_on=invoice.issue_date, sha256=structured.digest)
