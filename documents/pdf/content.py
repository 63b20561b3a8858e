"""What the layout (document.typ) shows: the texts of a document in one language, as plain values for JSON."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.banks import format_account
from crm.formats import format_day, format_money, format_typed_number
from crm.models import VatRate
from documents.formats import format_price, format_quantity, trimmed
from documents.pdf.codes import qr_svg
from documents.pdf.printed import Kind, PriceBasis, PrintedDocument, PrintedLine, PrintedParty, PrintedTotals
from documents.pdf.words import amount_in_words

Fact = tuple[str, str]


def content_of(document: PrintedDocument, *, language: str) -> dict[str, Any]:
    """The texts and tables of `document`, in the language that is active: labels, dates and amounts follow it."""
    title = _title(document)
    content: dict[str, Any] = {
        "language": language,
        "title": title,
        "heading": f"{title} {document.number}".strip(),
        "number": document.number,
        "subtitle": _subtitle(document),
        "watermark": _watermark(document),
        "notice": _("Visualisation – not sent to KSeF") if document.is_unsent_to_ksef else "",
        "facts": _dates(document),
        "seller": {"name": document.seller.name},
        "parties": _parties(document),
        "columns": _columns(document),
        "parts": _parts(document),
        "sums": _sums(document),
        "due": _due(document),
        "settled": _settled(document),
        "words": _words(document, language),
        "payment": _payment(document),
        "remarks": _remarks(document),
        "notes": _notes(document),
        "issued-by": (_("Issued by:"), document.issued_by) if document.issued_by else (),
        "footer": " · ".join(filter(None, (document.seller.name, f"{title} {document.number}".strip()))),
        "page": _("Page %(page)s of %(pages)s"),
    }
    if document.logo:
        content["logo"] = list(document.logo)
    if document.verification_url:
        content["code"] = {
            "url": document.verification_url,
            "picture": qr_svg(document.verification_url),
            "label": _("Check the invoice in KSeF"),
            "number": document.ksef_number,
        }
    return content


def _title(document: PrintedDocument) -> str:
    return {
        Kind.ORDER: pgettext("title of a printed document", "Sales order"),
        Kind.INVOICE: pgettext("title of a printed document", "Invoice"),
        Kind.CORRECTION: pgettext("title of a printed document", "Correcting invoice"),
    }[document.kind]


def _watermark(document: PrintedDocument) -> str:
    if document.is_draft:
        return pgettext("watermark", "DRAFT")
    return pgettext("watermark", "CANCELLED") if document.is_cancelled else ""


def _subtitle(document: PrintedDocument) -> list[str]:
    """Of a correction: what it corrects (art. 106j section 2 of the VAT act)."""
    lines = []
    if document.corrected_number and document.corrected_on:
        numbers = {"number": document.corrected_number, "day": format_day(document.corrected_on)}
        lines.append(_("to the invoice %(number)s of %(day)s") % numbers)
    if document.corrected_ksef_number:
        lines.append(_("its KSeF number: %(number)s") % {"number": document.corrected_ksef_number})
    return lines


def _dates(document: PrintedDocument) -> list[Fact]:
    is_order = document.kind == Kind.ORDER
    facts = [
        (_("Date of the order") if is_order else _("Date of issue"), document.issued_on),
        (_("Date of sale"), document.sold_on),
        (_("Payment due"), document.due_on),
    ]
    return [(label, format_day(day)) for label, day in facts if day is not None]


def _parties(document: PrintedDocument) -> list[dict[str, Any]]:
    parties = [_party(_("Seller"), document.seller), _party(_("Buyer"), document.buyer)]
    if document.delivery_address:
        first, *rest = document.delivery_address
        parties.append({"label": _("Delivery address"), "name": first, "rest": rest})
    return parties


def _party(label: str, party: PrintedParty) -> dict[str, Any]:
    tax_id = _("NIP: %(nip)s") % {"nip": party.nip} if party.nip else ""
    vat_eu = _("EU VAT: %(number)s") % {"number": party.vat_eu} if party.vat_eu else ""
    return {
        "label": label,
        "name": party.name,
        "rest": _filled(*party.address, tax_id, vat_eu, party.email, party.phone),
    }


# --- Lines ---------------------------------------------------------------------------------------------------------


def _columns(document: PrintedDocument) -> list[dict[str, Any]]:
    is_net = document.basis == PriceBasis.NET
    labels = [
        (_("No."), False, False),
        (_("Name of goods or service"), True, False),
        (_("Quantity"), False, True),
        (pgettext("head of a column", "Unit"), False, False),
        (_("Net price") if is_net else _("Gross price"), False, True),
        *([(_("Discount"), False, True)] if _has_discounts(document) else []),
        (_("VAT"), False, True),
        (_("Net value") if is_net else _("Gross value"), False, True),
    ]
    return [{"label": label, "wide": wide, "right": right} for label, wide, right in labels]


def _has_discounts(document: PrintedDocument) -> bool:
    return any(line.discount for line in (*document.lines_before, *document.lines))


def _parts(document: PrintedDocument) -> list[dict[str, Any]]:
    discounts = _has_discounts(document)
    if document.kind != Kind.CORRECTION:
        return [{"title": "", "rows": _rows(document.lines, discounts)}]
    return [
        {"title": _("Before the correction"), "rows": _rows(document.lines_before, discounts)},
        {"title": _("After the correction"), "rows": _rows(document.lines, discounts)},
    ]


def _rows(lines: Sequence[PrintedLine], discounts: bool) -> list[list[Any]]:
    return [
        [
            str(position),
            (line.name, line.description.splitlines()),
            format_quantity(line.quantity),
            line.unit,
            format_price(line.price),
            *([f"{format_quantity(line.discount)}%" if line.discount else "–"] if discounts else []),
            _rate(line.rate),
            _amount(line.amount),
        ]
        for position, line in enumerate(lines, start=1)
    ]


def _rate(rate: str) -> str:
    """The rate as it stands in Polish invoices: `23%`, `zw.`, `np.`; in English in words."""
    if rate == VatRate.EXEMPT:
        return pgettext("VAT rate in an invoice", "exempt")
    if rate == VatRate.NOT_SUBJECT:
        return pgettext("VAT rate in an invoice", "n/a")
    return f"{rate}%"


# --- Sums and payment ----------------------------------------------------------------------------------------------


def _sums(document: PrintedDocument) -> list[dict[str, Any]]:
    title = _("Summary after the correction") if document.kind == Kind.CORRECTION else ""
    tables = [_sum_table(document.totals, title)]
    if document.difference is not None:
        tables.append(_sum_table(document.difference, _("Difference")))
    return tables


def _sum_table(totals: PrintedTotals, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "head": [pgettext("head of a column", "VAT rate"), _("Net value"), _("VAT amount"), _("Gross value")],
        "rows": [
            [_rate(sums.rate), _amount(sums.net), _amount(sums.vat), _amount(sums.gross)] for sums in totals.rates
        ],
        "total": [_("Total"), _amount(totals.net), _amount(totals.vat), _amount(totals.gross)],
    }


def _asked(document: PrintedDocument) -> Decimal:
    """What the document asks for: of a correction its difference."""
    return document.totals.gross if document.difference is None else document.difference.gross


def _due(document: PrintedDocument) -> Fact:
    asked = _asked(document)
    if document.kind == Kind.ORDER:
        return _("Total"), format_money(asked, document.currency)
    if asked < 0:
        return _("To be returned"), format_money(-asked, document.currency)
    return _("Amount due"), format_money(asked, document.currency)


def _settled(document: PrintedDocument) -> list[Fact]:
    if not document.paid:
        return []
    left = _asked(document) - document.paid
    return [
        (_("Paid"), format_money(document.paid, document.currency)),
        (_("Left to pay"), format_money(left, document.currency)),
    ]


def _words(document: PrintedDocument, language: str) -> Fact | tuple[()]:
    words = amount_in_words(abs(_asked(document)), currency=document.currency, language=language)
    return (_("In words:"), words) if words else ()


def _payment(document: PrintedDocument) -> list[Fact]:
    facts: list[Fact] = []
    if document.payment_method:
        facts.append((_("Payment"), str(document.payment_method)))
    if document.payment_days is not None:
        days = ngettext("%(count)s day", "%(count)s days", document.payment_days) % {"count": document.payment_days}
        facts.append((_("Payment term"), days))
    if document.bank_account:
        account = f"{document.bank_name}\n{format_account(document.bank_account)}".strip()
        facts.append((_("Bank account"), account))
    if document.totals.vat_pln is not None and document.exchange_rate is not None:
        rate = {"currency": document.currency, "rate": format_typed_number(trimmed(document.exchange_rate, decimals=4))}
        text = _("1 %(currency)s = %(rate)s PLN") % rate
        if document.exchange_rate_on is not None:
            text = f"{text} ({format_day(document.exchange_rate_on)})"
        facts.append((_("Exchange rate"), text))
        facts.append((_("VAT in PLN"), format_money(_asked_vat_pln(document), "PLN")))
    if document.order_number:
        facts.append((pgettext("the order of an invoice", "Order"), document.order_number))
    return facts


def _asked_vat_pln(document: PrintedDocument) -> Decimal:
    asked = document.difference or document.totals
    return asked.vat_pln or Decimal(0)


def _remarks(document: PrintedDocument) -> list[str]:
    """What the VAT act wants to be said by words of its own (art. 106e section 1 points 18, 18a)."""
    remarks = []
    if document.is_split_payment:
        remarks.append(_("split payment mechanism"))
    if document.is_reverse_charge:
        remarks.append(_("reverse charge"))
    return remarks


def _notes(document: PrintedDocument) -> list[tuple[str, list[str]]]:
    notes = [
        (_("Reason of the correction"), document.reason),
        (_("Basis of the VAT exemption"), document.exemption_basis),
        (_("Notes"), document.notes),
    ]
    return [(label, text.splitlines()) for label, text in notes if text]


def _amount(value: Decimal) -> str:
    return format_typed_number(value.quantize(Decimal("0.01")))


def _filled(*parts: str) -> list[str]:
    return [part for part in parts if part]
